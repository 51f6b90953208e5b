"""Losses against values worked by hand and against a second implementation in NumPy."""

import numpy as np
import pytest

from gan_course import losses


def numpy_gram(features):
    _, height, width, channels = features.shape
    return np.einsum("bhwi,bhwj->bij", features, features) / (height * width * channels)


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def test_hinge_discriminator_by_hand():
    # real: max(0, 1 - 2) = 0 and max(0, 1 - 0.5) = 0.5; fake: max(0, 1 - 3) = 0 and max(0, 1 + 1) = 2
    value = losses.hinge_discriminator_loss(np.array([2.0, 0.5]), np.array([-3.0, 1.0]))
    assert float(value) == pytest.approx(0.25 + 1.0)


def test_hinge_generator_by_hand():
    assert float(losses.hinge_generator_loss(np.array([1.0, 3.0, -1.0]))) == pytest.approx(-1.0)


def test_non_saturating_by_hand():
    # σ(ln 3) = 3/4: -ln(3/4) for a real score, -ln(1/4) for the same score of a fake
    score = np.array([np.log(3.0)], "float32")
    expected = -np.log(0.75) - np.log(0.25)
    assert float(losses.non_saturating_discriminator_loss(score, score)) == pytest.approx(expected, rel=1e-5)
    assert float(losses.non_saturating_generator_loss(score)) == pytest.approx(-np.log(0.75), rel=1e-5)


def test_gram_matrix_by_hand():
    # two positions, two channels: F = [[1, 2], [3, 4]]; FᵀF = [[10, 14], [14, 20]], over 2 positions · 2 channels
    features = np.array([[1.0, 2.0], [3.0, 4.0]], "float32").reshape(1, 1, 2, 2)
    np.testing.assert_allclose(losses.gram_matrix(features)[0], [[2.5, 3.5], [3.5, 5.0]])


def test_gram_matrix_of_two_by_two_with_three_channels_by_hand():
    # above the first two channels fire, below the second, at one place with the third
    features = np.array([[[1, 1, 0], [1, 1, 0]], [[0, 1, 2], [0, 1, 0]]], "float32")[None]
    expected = np.array([[2, 2, 0], [2, 4, 2], [0, 2, 4]]) / (4 * 3)
    np.testing.assert_allclose(losses.gram_matrix(features)[0], expected, rtol=1e-6)


def test_the_distance_of_gram_matrices_is_a_biased_mmd_with_a_squared_kernel():
    x, y = (np.random.default_rng(seed).uniform(0, 3, (40 + seed, 6)) for seed in (1, 2))
    kernel = lambda one, other: ((one @ other.T) ** 2).mean()  # noqa: E731
    # as pictures of one row; the Gram matrix is also divided by the 6 channels
    grams = [6 * losses.gram_matrix(heap[None, None].astype("float32"))[0].numpy() for heap in (x, y)]
    assert np.sum((grams[0] - grams[1]) ** 2) == pytest.approx(kernel(x, x) + kernel(y, y) - 2 * kernel(x, y), rel=1e-4)


def test_gram_matrix_against_numpy():
    features = random(3, 5, 7, 4)
    np.testing.assert_allclose(losses.gram_matrix(features), numpy_gram(features), rtol=1e-5, atol=1e-7)


def test_gram_matrix_does_not_know_where():
    features = random(1, 6, 6, 4)
    shuffled = np.random.default_rng(3).permutation(features.reshape(36, 4)).reshape(1, 6, 6, 4)
    np.testing.assert_allclose(losses.gram_matrix(features), losses.gram_matrix(shuffled), atol=1e-6)


def test_content_loss_by_hand():
    photo = np.full((1, 2, 2, 1), 2.0, "float32")
    assert float(losses.content_loss(photo, photo)) == 0.0
    assert float(losses.content_loss(photo, np.zeros_like(photo))) == pytest.approx(1.0)
    assert float(losses.content_loss(photo, photo + 1.0)) == pytest.approx(0.25)  # 1² / 2²


def test_content_loss_against_numpy():
    photo, painted = random(2, 4, 5, 3, seed=1), random(2, 4, 5, 3, seed=2)
    expected = ((painted - photo) ** 2).mean() / (photo**2).mean()
    assert float(losses.content_loss(photo, painted)) == pytest.approx(float(expected), rel=1e-5)


def test_style_loss_by_hand():
    target = np.array([[3.0, 0.0], [0.0, 4.0]], "float32")
    assert float(losses.style_loss(target, target)) == 0.0
    assert float(losses.style_loss(target, np.zeros_like(target))) == pytest.approx(1.0)
    assert float(losses.style_loss(target, target + np.array([[5.0, 0.0], [0.0, 0.0]]))) == pytest.approx(1.0)


def test_style_loss_against_numpy():
    target, painted = random(8, 8, seed=1), random(8, 8, seed=2)
    expected = ((painted - target) ** 2).sum() / (target**2).sum()
    assert float(losses.style_loss(target, painted)) == pytest.approx(float(expected), rel=1e-5)


def test_total_variation_by_hand():
    # one step of height 2 between the two columns: horizontal mean 4, vertical mean 0
    image = np.zeros((1, 2, 2, 3), "float32")
    image[:, :, 1] = 2.0
    assert float(losses.total_variation(image)) == pytest.approx(4.0)
    assert float(losses.total_variation(np.full((1, 4, 4, 3), 0.7, "float32"))) == 0.0


def test_total_variation_prefers_a_ramp_to_an_edge():
    edge = np.repeat([-1.0, 1.0], 8).reshape(1, 1, 16, 1) * np.ones((1, 4, 1, 3))
    ramp = np.linspace(-1, 1, 16).reshape(1, 1, 16, 1) * np.ones((1, 4, 1, 3))
    # 15 differences: one of 2, or all of 2/15
    assert float(losses.total_variation(edge)) == pytest.approx(4 / 15)
    assert float(losses.total_variation(ramp)) == pytest.approx((2 / 15) ** 2, rel=1e-5)


def test_total_variation_against_numpy():
    images = random(2, 5, 6, 3)
    expected = (np.diff(images, axis=1) ** 2).mean() + (np.diff(images, axis=2) ** 2).mean()
    assert float(losses.total_variation(images)) == pytest.approx(float(expected), rel=1e-5)


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (lambda: losses.gram_matrix(np.zeros((4, 4, 3))), "x\\[None\\]"),
        (lambda: losses.content_loss(np.zeros((1, 4, 4, 3)), np.zeros((1, 5, 4, 3))), "same shape"),
        (lambda: losses.style_loss(np.zeros((3, 3)), np.zeros((4, 4))), "same layer"),
        (lambda: losses.total_variation(np.zeros((4, 4, 3))), "four axes"),
    ],
)
def test_wrong_shapes_are_explained(wrong, hint):
    with pytest.raises(ValueError, match=hint):
        wrong()
