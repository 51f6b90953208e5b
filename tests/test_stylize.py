"""From photo to painting: any size, strength, colors."""

from types import SimpleNamespace

import numpy as np
import pytest

from gan_course.images import keep_colors
from gan_course.pretrained import load_stylizer
from gan_course.stylize import paint, stylize


@pytest.fixture(scope="module")
def stylizer(small_weights):
    return load_stylizer(small_weights)


def photo(height=32, width=40, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (height, width, 3)).astype("float32")


@pytest.mark.parametrize("size", [(16, 16), (17, 33), (3, 50), (61, 18), (64, 64)])
def test_any_size_comes_back_in_that_size(stylizer, size):
    painting = stylize(stylizer, photo(*size))
    assert painting.shape == (*size, 3) and painting.dtype == np.float32
    assert np.isfinite(painting).all() and np.abs(painting).max() <= 1.0


def test_strength_zero_is_the_photo_one_the_painting_and_half_lies_between(stylizer):
    image = photo()
    painting = paint(stylizer, image)
    np.testing.assert_array_equal(stylize(stylizer, image, strength=0), image)
    np.testing.assert_allclose(stylize(stylizer, image, strength=1), painting, atol=1e-6)
    np.testing.assert_allclose(stylize(stylizer, image, strength=0.5), (image + painting) / 2, atol=1e-6)


def test_strength_blends_after_the_colors_are_kept(stylizer):
    image = photo()
    kept = keep_colors(image, paint(stylizer, image))
    result = stylize(stylizer, image, strength=0.25, keep_colors=True)
    np.testing.assert_allclose(result, image + 0.25 * (kept - image), atol=1e-6)


def test_a_photo_too_large_for_the_free_memory_is_refused_with_a_size_that_fits(stylizer, monkeypatch):
    one_gigabyte = SimpleNamespace(available=2**30)
    monkeypatch.setattr("psutil.virtual_memory", lambda: one_gigabyte)
    with pytest.raises(ValueError, match="needs about 1.5 GB .* 1.0 GB are free.* --max-side 1344"):
        stylize(stylizer, np.zeros((1280, 1640, 3), "float32"))
    stylize(stylizer, np.zeros((64, 64, 3), "float32"))


@pytest.mark.parametrize("strength", [-0.01, 1.01, float("nan"), float("inf"), "much", None])
def test_strength_outside_zero_to_one(stylizer, strength):
    with pytest.raises(ValueError, match="strength must be a number from 0"):
        stylize(stylizer, photo(), strength=strength)


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (np.full((32, 32, 3), np.nan, "float32"), "NaN"),
        (np.zeros((32, 32), "float32"), r"It is gray.*np.repeat\(photo\[..., None\], 3, -1\)"),
        (np.zeros((1, 32, 32, 3), "float32"), r"Take one picture of the batch: photo\[0\]"),
        (np.zeros((3, 32, 32), "float32"), "channels come first"),
        (np.full((32, 32, 3), 200.0, "float32"), "127.5"),
        (np.zeros((16, 4097, 3), "float32"), r"4096.*tiles.stylize_large\(stylizer, images.to_uint8\(photo\)\)"),
    ],
)
def test_photos_that_are_none(stylizer, wrong, hint):
    with pytest.raises(ValueError, match=hint):
        stylize(stylizer, wrong)
