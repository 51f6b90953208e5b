"""Large pictures in tiles: no seams, any size, strokes of any breadth."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from PIL import Image

from gan_course import images, stylize, tiles
from gan_course.datasets import picture, picture_files
from gan_course.networks import build_stylizer
from gan_course.pretrained import load_stylizer

ONE_LEVEL = 1


@pytest.fixture(scope="module")
def van_gogh():
    return load_stylizer("van_gogh")


def photo_pixels(height, width):
    """A training photo as the pixels of a file."""
    photo = images.resize(picture(picture_files("photos")[0]), (height, width))
    return images.to_uint8(photo)


def largest_difference(first, second, edge):
    inner = (slice(edge, -edge), slice(edge, -edge))
    return np.abs(first[inner].astype(int) - second[inner].astype(int)).max()


def test_a_tiled_painting_is_the_one_in_one_piece(van_gogh, monkeypatch):
    monkeypatch.setattr(tiles, "TILE", 128)
    pixels = photo_pixels(258, 391)
    whole = images.to_uint8(stylize.paint(van_gogh, images.from_uint8(pixels)))
    tiled = tiles.paint_in_tiles(van_gogh, pixels)
    assert largest_difference(whole, tiled, edge=tiles.SURROUNDINGS) <= ONE_LEVEL
    # a picture of something: its own neighbors differ by far more
    assert np.abs(np.diff(whole.astype(int), axis=1)).max() > 30


def in_one_piece(stylizer, pixels):
    """What tiles should add up to: the whole picture at once, with the statistics that the tiles use."""
    thumbnail = images.from_uint8(images.fit(pixels, tiles.THUMBNAIL_SIDE))
    frozen = tiles.freeze_statistics(stylizer, stylize.continue_by_reflection(thumbnail))
    canvas = stylize.continue_by_reflection(images.from_uint8(pixels))
    grain = next(layer for layer in stylizer.layers if type(layer).__name__ == "CanvasGrain")
    painted = stylize.compiled(frozen)((canvas + np.asarray(grain.grain(canvas.shape[:2])))[None]).numpy()[0]
    inner = [slice(stylize.MARGIN, stylize.MARGIN + side) for side in pixels.shape[:2]]
    return images.to_uint8(painted[inner[0], inner[1]])


def test_tiles_of_1024_pixels_are_the_picture_in_one_piece(van_gogh):
    pixels = photo_pixels(600, 1024)
    whole, tiled = in_one_piece(van_gogh, pixels), tiles.paint_in_tiles(van_gogh, pixels)
    assert largest_difference(whole, tiled, edge=tiles.SURROUNDINGS) <= ONE_LEVEL


def test_a_stroke_so_fine_that_the_memory_would_not_do_is_refused(van_gogh, monkeypatch):
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=2**30))
    monkeypatch.setattr(tiles, "paint_in_tiles", lambda stylizer, pixels, progress: pixels)
    pixels = np.zeros((2000, 3000, 3), "uint8")
    with pytest.raises(ValueError, match="12000 × 8000 pixels, .* 1.1 GB .* 1.0 GB are free.*--stroke.*--max-side"):
        tiles.stylize_large(van_gogh, pixels, stroke=0.25)
    assert tiles.stylize_large(van_gogh, pixels).shape == pixels.shape


@pytest.mark.slow
def test_tiles_of_2048_pixels_are_the_picture_in_one_piece(van_gogh):
    pixels = photo_pixels(1536, 2048)
    whole, tiled = in_one_piece(van_gogh, pixels), tiles.paint_in_tiles(van_gogh, pixels)
    assert largest_difference(whole, tiled, edge=tiles.SURROUNDINGS) <= ONE_LEVEL


def test_statistics_of_a_graph_are_those_that_each_layer_sees(van_gogh):
    photo = images.from_uint8(photo_pixels(64, 96))
    found = tiles.statistics_of(van_gogh, photo)
    norms = [layer for layer in van_gogh.layers if layer.name in found]
    assert len(norms) == len(found) == 13
    maps = np.asarray(keras.Model(van_gogh.input, norms[5].input)(photo[None], training=False))
    mean, variance = found[norms[5].name]
    np.testing.assert_allclose(mean, maps.mean(axis=(0, 1, 2)), rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(variance, maps.var(axis=(0, 1, 2)), rtol=1e-3)


def test_with_statistics_of_its_own_each_tile_would_be_another_painting(van_gogh):
    pixels = photo_pixels(256, 256)
    whole = stylize.paint(van_gogh, images.from_uint8(pixels))
    corner = stylize.paint(van_gogh, images.from_uint8(pixels[:128, :128]))
    assert np.abs(corner[:64, :64] - whole[:64, :64]).mean() > 0.05


def test_frozen_statistics_paint_the_photo_they_are_from_as_before(van_gogh):
    photo = images.from_uint8(photo_pixels(128, 160))
    grain = next(layer for layer in van_gogh.layers if type(layer).__name__ == "CanvasGrain")
    canvas = photo + np.asarray(grain.grain(photo.shape[:2]))
    frozen = tiles.freeze_statistics(van_gogh, photo)
    np.testing.assert_allclose(frozen(canvas[None], training=False), van_gogh(photo[None], training=False), atol=1e-4)


def test_a_stylizer_sees_less_than_the_surroundings_of_a_tile(monkeypatch):
    stylizer = build_stylizer(filters=(4, 4), detail=4)
    photo = np.random.default_rng(0).uniform(-1, 1, (256, 256, 3)).astype("float32")
    frozen = tiles.freeze_statistics(stylizer, photo)
    other = photo.copy()
    other[:, : 128 - tiles.SURROUNDINGS] *= -1
    before, after = (np.asarray(frozen(x[None], training=False))[0] for x in (photo, other))
    assert np.abs(before - after)[:, 128:].max() < 1e-6
    assert np.abs(before - after)[:, : 128 - tiles.SURROUNDINGS].max() > 1e-3


@pytest.mark.parametrize("size", [(16, 16), (17, 600), (515, 30), (513, 514)])
def test_any_size_is_painted(small_weights, size):
    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype="uint8")
    painting = tiles.paint_in_tiles(load_stylizer(small_weights), pixels)
    assert painting.shape == pixels.shape and painting.dtype == np.uint8


def test_every_pixel_lies_in_exactly_one_tile():
    for side in (16, 511, 512, 513, 1024, 5773, 8660):
        starts, size = tiles.even_parts(side)
        assert size % 4 == 0 and size <= tiles.TILE
        assert starts[-1] < side <= starts[-1] + size and starts == list(range(0, side, size))


def test_mirrored_positions():
    middle = tiles.SURROUNDINGS
    assert tiles.reflected(4, 4)[middle - 3 : middle + 7].tolist() == [3, 2, 1, 0, 1, 2, 3, 2, 1, 0]
    longer = tiles.reflected(13, 16)  # the last tile ends behind the picture
    assert longer[middle:][:18].tolist() == [*range(13), 11, 10, 9, 8, 7]
    assert len(longer) == 16 + 2 * middle and longer.min() == 0 and longer.max() == 12


def test_strength_zero_is_the_photo_and_colors_can_be_kept(small_weights):
    stylizer, pixels = load_stylizer(small_weights), photo_pixels(40, 60)
    np.testing.assert_array_equal(tiles.stylize_large(stylizer, pixels, strength=0.0), pixels)
    small = stylize.stylize(stylizer, images.from_uint8(pixels), 0.5, keep_colors=True)
    large = tiles.stylize_large(stylizer, pixels, 0.5, keep_colors=True)
    assert largest_difference(images.to_uint8(small), large, edge=8) <= 3  # the painting was rounded in between


def test_a_broad_stroke_is_painted_small_and_enlarged(small_weights):
    stylizer, pixels = load_stylizer(small_weights), photo_pixels(64, 96)
    broad = tiles.stylize_large(stylizer, pixels, stroke=2)
    reduced = np.asarray(Image.fromarray(pixels).resize((48, 32), Image.Resampling.LANCZOS))
    painting = Image.fromarray(tiles.paint_in_tiles(stylizer, reduced))
    np.testing.assert_array_equal(broad, np.asarray(painting.resize((96, 64), Image.Resampling.LANCZOS)))


@pytest.mark.parametrize("paint", [tiles.stylize_large, tiles.paint_in_tiles])
@pytest.mark.parametrize(
    "wrong", [np.zeros((40, 60, 3), "float32"), np.zeros((1, 40, 60, 3), "uint8"), np.zeros((40, 60), "uint8")]
)
def test_a_photo_that_is_not_the_pixels_of_a_file(small_weights, paint, wrong):
    """Above all floats: whoever was told to paint a large photo in tiles has them at hand."""
    with pytest.raises(ValueError, match="pixels must be a uint8 array.* images.read_pixels.* images.to_uint8"):
        paint(load_stylizer(small_weights), wrong)


@pytest.mark.parametrize(("stroke", "says"), [(0.1, "0.25"), (9, "8"), ("wide", "'wide'"), (float("nan"), "nan")])
def test_strokes_that_are_none(small_weights, stroke, says):
    with pytest.raises(ValueError, match=f"stroke must be a number.*{says}"):
        tiles.stylize_large(load_stylizer(small_weights), photo_pixels(40, 60), stroke=stroke)


def test_a_stroke_too_broad_for_the_photo(small_weights):
    with pytest.raises(ValueError, match="leaves 8 × 5 pixels"):
        tiles.stylize_large(load_stylizer(small_weights), photo_pixels(40, 60), stroke=8)


def test_progress_sees_every_tile(small_weights, monkeypatch):
    monkeypatch.setattr(tiles, "TILE", 32)
    seen = []
    wrap = lambda places: (seen.append(place) or place for place in places)  # noqa: E731
    tiles.paint_in_tiles(load_stylizer(small_weights), photo_pixels(64, 96), progress=wrap)
    assert len(seen) == 6
