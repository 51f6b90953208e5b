"""Differentiable augmentation: the generator learns through it, and the seed decides what happens."""

import numpy as np
import pytest

from gan_course import augment

import tensorflow as tf  # isort: skip

FUNCTIONS = [function for functions in augment.CHANGES.values() for function in functions]


def images(count=6, size=16, channels=3, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (count, size, size, channels)).astype("float32")


@pytest.mark.parametrize("shape", [(5, 28, 28, 1), (3, 17, 24, 3)])
def test_shape_and_type_stay(shape):
    result = augment.augment(np.zeros(shape, "float32"), [0, 0])
    assert result.shape == shape and result.dtype == tf.float32


@pytest.mark.parametrize("function", [augment.augment, *FUNCTIONS])
def test_the_seed_decides_and_every_image_has_a_change_of_its_own(function):
    same = np.repeat(images(1), 8, axis=0)
    first = function(same, [1, 2]).numpy()
    np.testing.assert_array_equal(first, function(same, [1, 2]))
    assert np.abs(first - function(same, [1, 3])).max() > 0.01
    assert len({image.tobytes() for image in first}) > 4


def test_a_compiled_step_makes_the_same_changes():
    compiled = tf.function(augment.augment)
    np.testing.assert_allclose(compiled(images(), tf.constant([4, 5])), augment.augment(images(), [4, 5]), atol=1e-6)


@pytest.mark.parametrize("function", [augment.augment, *FUNCTIONS])
def test_gradients_reach_the_generator(function):
    batch = tf.constant(images())
    with tf.GradientTape() as tape:
        tape.watch(batch)
        value = tf.reduce_sum(tf.square(function(batch, [0, 1])))
    gradient = tape.gradient(value, batch).numpy()
    assert np.isfinite(gradient).all()
    assert (np.abs(gradient).max(axis=(1, 2, 3)) > 0).all(), "at every image"


def test_brightness_adds_one_number():
    difference = augment.random_brightness(images(500), [0, 0]).numpy() - images(500)
    added = difference.mean(axis=(1, 2, 3))
    np.testing.assert_allclose(difference, np.broadcast_to(added[:, None, None, None], difference.shape), atol=1e-6)
    assert -0.5 <= added.min() < -0.45 and 0.45 < added.max() <= 0.5


def test_saturation_keeps_the_gray_picture_and_contrast_keeps_the_mean():
    changed = augment.random_saturation(images(300), [0, 0]).numpy()
    np.testing.assert_allclose(changed.mean(axis=3), images(300).mean(axis=3), atol=1e-5)
    factors = changed.std(axis=3).mean(axis=(1, 2)) / images(300).std(axis=3).mean(axis=(1, 2))
    assert 0 <= factors.min() < 0.1 and 1.9 < factors.max() <= 2.0001
    changed = augment.random_contrast(images(300), [0, 0]).numpy()
    np.testing.assert_allclose(changed.mean(axis=(1, 2, 3)), images(300).mean(axis=(1, 2, 3)), atol=1e-5)
    factors = changed.std(axis=(1, 2, 3)) / images(300).std(axis=(1, 2, 3))
    assert 0.4999 <= factors.min() < 0.55 and 1.45 < factors.max() <= 1.5001


def test_gray_images_have_no_saturation_to_change():
    np.testing.assert_allclose(augment.random_saturation(images(channels=1), [0, 0]), images(channels=1), atol=1e-6)


def test_color_is_not_clipped():
    assert np.abs(augment.augment(images(50), [0, 0], ["color"])).max() > 1.2


def test_translation_shifts_by_an_eighth_at_most_and_fills_with_gray():
    # every pixel says where it is, counted from 1
    rows, columns = np.mgrid[1:17, 1:25].astype("float32")
    batch = np.repeat(np.stack([rows, columns], axis=-1)[None], 400, axis=0)
    shifts = set()
    for image in augment.random_translation(batch, [0, 0]).numpy():
        inside = image[..., 0] > 0
        offsets = (image - batch[0])[inside]
        assert (offsets == offsets[0]).all()
        down, right = (-offsets[0]).astype(int)
        assert inside.sum() == (16 - abs(down)) * (24 - abs(right)) and (image[~inside] == 0).all()
        shifts.add((down, right))
    assert {down for down, _ in shifts} == set(range(-2, 3))
    assert {right for _, right in shifts} == set(range(-3, 4))


def test_cutout_covers_half_of_each_side_and_may_reach_over_the_border():
    result = augment.random_cutout(np.ones((300, 16, 16, 3), "float32"), [0, 0]).numpy()
    assert set(np.unique(result)) == {0.0, 1.0}
    sizes = set()
    for image in result[..., 0]:
        rows, columns = np.flatnonzero((image == 0).any(axis=1)), np.flatnonzero((image == 0).any(axis=0))
        assert (image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] == 0).all()
        assert (image == 0).sum() == len(rows) * len(columns)
        sizes.update([len(rows), len(columns)])
    assert max(sizes) == 8 and min(sizes) == 4


def test_only_the_changes_that_were_asked_for_happen():
    np.testing.assert_array_equal(augment.augment(images(), [0, 0], []), images())
    values = np.unique(augment.augment(np.ones((20, 16, 16, 1), "float32"), [0, 0], ["translation", "cutout"]))
    assert set(values) == {0.0, 1.0}


def test_what_cannot_be_augmented_is_explained():
    with pytest.raises(ValueError, match="among color, translation, cutout, received flip"):
        augment.augment(images(), [0, 0], ["color", "flip"])
    with pytest.raises(ValueError, match="add the batch axis"):
        augment.augment(images()[0], [0, 0])
