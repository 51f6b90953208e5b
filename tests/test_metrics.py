"""Distances: known values, and the order that gives them meaning."""

import numpy as np
import pytest

from gan_course import metrics


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def test_content_distance_of_a_picture_to_itself_is_zero_whatever_its_contrast():
    features = random(2, 5, 5, 8)
    assert metrics.content_distance(features, features) == pytest.approx(0.0, abs=1e-12)
    assert metrics.content_distance(features, 3.0 * features + 1.0) == pytest.approx(0.0, abs=1e-12)


def test_content_distance_by_hand():
    # two positions, one channel, centered: (-1, 1) against (1, -1): cosine -1 at both
    first = np.array([0.0, 2.0]).reshape(1, 1, 2, 1)
    assert metrics.content_distance(first, first[:, :, ::-1]) == pytest.approx(2.0)


def test_content_distance_of_unrelated_features_is_about_one():
    first, second = random(1, 30, 30, 64, seed=1), random(1, 30, 30, 64, seed=2)
    assert metrics.content_distance(first, second) == pytest.approx(1, abs=0.05)


def test_content_distance_of_an_even_picture_is_one_even_to_itself():
    even = np.ones((1, 4, 4, 8))
    assert metrics.content_distance(even, even) == 1.0


def test_style_distance_by_hand():
    target = {"block1_conv1": np.array([[3.0, 0.0], [0.0, 4.0]]), "block2_conv1": np.eye(2)}
    painted = {"block1_conv1": np.zeros((2, 2)), "block2_conv1": np.eye(2)}
    assert metrics.style_distance(target, painted) == pytest.approx(0.5)
    assert metrics.style_distance(target, target) == 0.0


def test_patch_distance_against_the_definition_written_as_loops():
    first, second = random(5, 3, seed=1), random(4, 3, seed=2) + 1.0
    kernel = lambda x, y: (np.dot(x, y) / 3 + 1) ** 3  # noqa: E731
    within = lambda rows: np.mean(  # noqa: E731
        [kernel(a, b) for i, a in enumerate(rows) for j, b in enumerate(rows) if i != j]
    )
    expected = within(first) + within(second) - 2 * np.mean([kernel(a, b) for a in first for b in second])
    assert metrics.patch_distance(first, second) == pytest.approx(expected)


def test_patch_distance_is_unbiased_and_sees_a_shift():
    same = [metrics.patch_distance(random(30, 4, seed=i), random(30, 4, seed=i + 500)) for i in range(200)]
    assert abs(np.mean(same)) < 3 * np.std(same) / np.sqrt(200)
    assert metrics.patch_distance(random(30, 4, seed=1), random(30, 4, seed=2) + 1.0) > 1.0


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: metrics.content_distance(np.zeros((1, 2, 2, 3)), np.zeros((1, 2, 3, 3))),
        lambda: metrics.style_distance({"a": np.eye(2)}, {"b": np.eye(2)}),
        lambda: metrics.style_distance({}, {}),
        lambda: metrics.patch_distance(np.zeros((1, 3)), np.zeros((5, 3))),
        lambda: metrics.patch_distance(np.zeros((5, 3)), np.zeros((5, 4))),
    ],
)
def test_what_cannot_be_compared_is_refused(wrong):
    with pytest.raises(ValueError, match="received"):
        wrong()
