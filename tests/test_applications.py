"""Masks, regions, blends of two stylizers and animations, as someone who edits a photo uses them."""

import io

import keras
import numpy as np
import pytest
from PIL import Image

from gan_course import animation, applications, images
from gan_course.networks import build_stylizer
from gan_course.stylize import paint, stylize
from gan_course.tiles import stylize_large

TINY = {"filters": (4, 8), "blocks": 1, "detail": 4}


@pytest.fixture(scope="module")
def stylizers():
    """Two tiny networks that paint differently."""
    made = []
    for seed in (1, 2):
        keras.utils.set_random_seed(seed)
        made.append(build_stylizer(**TINY))
    return made


@pytest.fixture
def photo():
    return np.random.default_rng(0).uniform(-0.9, 0.9, (32, 40, 3)).astype("float32")


def save_mask(path, values, mode="L"):
    Image.fromarray(np.asarray(values, "uint8")).convert(mode).save(path)
    return path


def left_half(size):
    mask = np.zeros(size, "float32")
    mask[:, : size[1] // 2] = 1.0
    return mask


class TestAMaskFromAnEditor:
    def test_white_is_painted_black_stays_and_gray_is_between(self, tmp_path):
        values = np.repeat([[0, 255, 51]], 20, axis=1).reshape(1, 60).repeat(40, axis=0)
        mask = applications.read_mask(save_mask(tmp_path / "m.png", values), (40, 60))
        assert mask.shape == (40, 60) and mask.dtype == np.float32
        np.testing.assert_allclose(mask[0, [0, 30, 59]], [0.0, 1.0, 0.2], atol=1e-6)

    def test_it_is_resized_to_the_photo(self, tmp_path):
        path = save_mask(tmp_path / "m.png", 255 * left_half((20, 30)), "RGB")
        mask = applications.read_mask(path, (81, 120))
        assert mask.shape == (81, 120) and 0.0 <= mask.min() and mask.max() <= 1.0
        assert mask[:, :50].min() > 0.99 and mask[:, 70:].max() < 0.01
        assert 0.1 < mask[40, 59] < 0.9, "the edge is soft"

    def test_a_mask_of_another_photo_is_refused(self, tmp_path):
        path = save_mask(tmp_path / "m.png", np.zeros((60, 40)))
        with pytest.raises(images.ImageError, match="40 × 60 pixels and the photo 60 × 40.* a copy of the photo"):
            applications.read_mask(path, (40, 60))

    def test_one_drawn_on_a_transparent_layer_is_refused_before_it_paints_the_whole_photo(self, tmp_path):
        layer = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
        layer.paste("white", (0, 0, 30, 40))
        layer.save(tmp_path / "layer.png")
        with pytest.raises(images.ImageError, match="layer.png has transparent pixels; .* black layer .* flatten"):
            applications.read_mask(tmp_path / "layer.png", (40, 60))

    def test_one_that_has_an_alpha_channel_and_no_transparent_pixel_is_taken(self, tmp_path):
        path = save_mask(tmp_path / "m.png", 255 * left_half((40, 60)), "RGBA")
        np.testing.assert_array_equal(applications.read_mask(path, (40, 60)), left_half((40, 60)))

    def test_one_that_is_no_picture_is_refused_in_the_words_for_pictures(self, tmp_path):
        (tmp_path / "m.png").write_text("mask")
        with pytest.raises(images.ImageError, match="m.png is not a picture"):
            applications.read_mask(tmp_path / "m.png", (40, 60))


class TestRegions:
    def test_one_mask_paints_a_part_and_leaves_the_rest(self, stylizers, photo):
        mask = left_half(photo.shape[:2])
        result = applications.paint_regions(photo, [(stylizers[0], mask)])
        painting = stylize(stylizers[0], photo)
        np.testing.assert_allclose(result[:, :20], painting[:, :20], atol=1e-6)
        np.testing.assert_array_equal(result[:, 20:], photo[:, 20:])

    def test_a_soft_mask_is_a_strength_for_every_pixel(self, stylizers, photo):
        mask = np.full(photo.shape[:2], 0.3, "float32")
        result = applications.paint_regions(photo, [(stylizers[0], mask)])
        np.testing.assert_allclose(result, stylize(stylizers[0], photo, strength=0.3), atol=1e-5)

    def test_two_styles_side_by_side(self, stylizers, photo):
        mask = left_half(photo.shape[:2])
        result = applications.paint_regions(photo, list(zip(stylizers, (mask, 1 - mask), strict=True)))
        first, second = (stylize(stylizer, photo) for stylizer in stylizers)
        np.testing.assert_allclose(result[:, :20], first[:, :20], atol=1e-6)
        np.testing.assert_allclose(result[:, 20:], second[:, 20:], atol=1e-6)

    def test_where_masks_overlap_they_share(self, stylizers, photo):
        everywhere = np.ones(photo.shape[:2])
        result = applications.paint_regions(photo, [(stylizer, everywhere) for stylizer in stylizers])
        mean = sum(stylize(stylizer, photo) for stylizer in stylizers) / 2
        np.testing.assert_allclose(result, mean, atol=1e-5)

    def test_weights_and_what_is_left_of_the_photo_add_up_to_one(self):
        masks = np.random.default_rng(0).uniform(0, 1, (3, 5, 7))
        weights = applications.region_weights(list(masks))
        np.testing.assert_allclose(weights.sum(axis=0), 1.0, atol=1e-6)
        assert weights.min() > -1e-6
        few = masks.sum(axis=0) < 1
        np.testing.assert_allclose(weights[:3, few], masks[:, few], rtol=1e-6)

    def test_strength_and_colors_hold_in_every_region(self, stylizers, photo):
        mask = left_half(photo.shape[:2])
        result = applications.paint_regions(photo, [(stylizers[0], mask)], strength=0.5, keep_colors=True)
        wanted = stylize(stylizers[0], photo, 0.5, keep_colors=True)
        np.testing.assert_allclose(result[:, :20], wanted[:, :20], atol=1e-5)

    def test_a_large_photo_in_tiles(self, stylizers):
        pixels = np.random.default_rng(1).integers(0, 256, (600, 520, 3), dtype="uint8")
        mask = left_half((600, 520))
        result = applications.paint_regions(pixels, [(stylizers[0], mask)], paint=stylize_large)
        assert result.dtype == np.uint8
        np.testing.assert_array_equal(result[:, 260:], pixels[:, 260:])
        np.testing.assert_array_equal(result[:, :260], stylize_large(stylizers[0], pixels)[:, :260])

    def test_the_photo_is_left_as_it_was(self, stylizers, photo):
        before = photo.copy()
        applications.paint_regions(photo, [(stylizers[0], left_half(photo.shape[:2]))])
        np.testing.assert_array_equal(photo, before)

    @pytest.mark.parametrize(
        ("mask", "says"),
        [
            (np.zeros((32, 41)), r"\(32, 40\), height and width of the photo, received \(32, 41\)"),
            (np.full((32, 40), 255.0), "received 255 to 255. Divide"),
            (np.full((32, 40), np.nan), "received nan"),
            (np.zeros((32, 40, 3)), r"received \(32, 40, 3\)"),
        ],
    )
    def test_masks_that_are_none(self, stylizers, photo, mask, says):
        with pytest.raises(ValueError, match=says):
            applications.paint_regions(photo, [(stylizers[0], mask)])

    def test_no_region_at_all(self, photo):
        with pytest.raises(ValueError, match="at least one"):
            applications.paint_regions(photo, [])
        with pytest.raises(ValueError, match="masks must hold at least one"):
            applications.region_weights([])

    def test_a_strength_that_is_none_is_said_before_anything_is_painted(self, stylizers, photo):
        mask = left_half(photo.shape[:2])
        never = lambda stylizer, photo: pytest.fail("painted")  # noqa: E731
        with pytest.raises(ValueError, match="strength must be a number from 0"):
            applications.paint_regions(photo, [(stylizers[0], mask)], strength=2.0, paint=never)
        with pytest.raises(ValueError, match="strength must be a number from 0"):
            applications.mix_by_masks(photo, [-photo], [mask], strength=2.0)

    def test_paintings_that_do_not_go_with_the_photo(self, photo):
        mask = left_half(photo.shape[:2])
        for painting in (photo[:, :39], photo[:1], images.to_uint8(photo)):
            with pytest.raises(ValueError, match=r"shape and type of the photo, \(32, 40, 3\) float32, received"):
                applications.mix_by_masks(photo, [painting], [mask])
        assert applications.mix_by_masks(photo.astype("float64"), [-photo], [mask]).dtype == np.float64


class TestABlendOfTwoStylizers:
    def test_share_0_is_the_first_and_1_the_second(self, stylizers, photo):
        for share, stylizer in zip((0, 1), stylizers, strict=True):
            between = applications.blend_stylizers(*stylizers, share)
            np.testing.assert_allclose(paint(between, photo), paint(stylizer, photo), atol=1e-5)

    def test_every_weight_lies_between(self, stylizers):
        between = applications.blend_stylizers(*stylizers, 0.25)
        for mean, one, other in zip(between.weights, *(x.weights for x in stylizers), strict=True):
            np.testing.assert_allclose(mean, 0.75 * one + 0.25 * other, atol=1e-6)

    def test_it_is_another_painter_than_the_mean_of_both_paintings(self, stylizers, photo):
        half = paint(applications.blend_stylizers(*stylizers), photo)
        mean = sum(paint(stylizer, photo) for stylizer in stylizers) / 2
        assert np.abs(half - mean).mean() > 0.01

    def test_both_stay_as_they_are(self, stylizers):
        before = [stylizer.get_weights() for stylizer in stylizers]
        applications.blend_stylizers(*stylizers, 0.5)
        for old, stylizer in zip(before, stylizers, strict=True):
            assert all(np.array_equal(one, other) for one, other in zip(old, stylizer.get_weights(), strict=True))

    @pytest.mark.parametrize(
        "other",
        [{"filters": (4, 12)}, {"blocks": 2}, {"grain": 0.0}, {"grain": 0.3}],
        ids=["filters", "blocks", "no grain", "more grain"],
    )
    def test_networks_that_are_built_differently_are_refused(self, stylizers, other):
        with pytest.raises(ValueError, match="one architecture .* these differ: .* with masks"):
            applications.blend_stylizers(stylizers[0], build_stylizer(**(TINY | other)), 0.5)

    @pytest.mark.parametrize("share", [-0.1, 1.1, "half", None, float("nan")])
    def test_shares_that_are_none(self, stylizers, share):
        with pytest.raises(ValueError, match="share must be a number from 0"):
            applications.blend_stylizers(*stylizers, share)


class TestAnAnimation:
    def test_it_begins_with_the_photo_and_ends_with_the_painting(self, photo):
        frames = animation.frames_between(photo, -photo, 5)
        assert len(frames) == 5
        np.testing.assert_array_equal(frames[0], photo)
        np.testing.assert_allclose(frames[-1], -photo, atol=1e-6)
        np.testing.assert_allclose(frames[2], 0, atol=1e-6)

    def test_from_style_to_style_each_frame_is_painted(self, stylizers, photo):
        frames = animation.frames_between_styles(*stylizers, lambda stylizer: paint(stylizer, photo), 3)
        wanted = [paint(applications.blend_stylizers(*stylizers, share), photo) for share in (0, 0.5, 1)]
        np.testing.assert_allclose(frames, wanted, atol=1e-5)

    def test_the_gif_goes_there_and_back_and_on(self, photo, tmp_path):
        frames = animation.frames_between(photo, -photo, 4)
        animation.save_animation(tmp_path / "new" / "a.gif", frames)
        with Image.open(tmp_path / "new" / "a.gif") as file:
            assert (file.size, file.n_frames, file.info["loop"]) == ((40, 32), 6, 0)
            durations = []
            for number in range(6):
                file.seek(number)
                durations.append(file.info["duration"])
            file.seek(3)
            last = images.from_uint8(np.asarray(file.convert("RGB")))
        assert durations[0] == durations[3] == 720 and set(durations) == {720, 120}
        assert np.abs(last + photo).mean() < 0.1, "256 colors are near enough"

    def test_pixels_of_files_will_do(self, photo):
        pixels = [images.to_uint8(x) for x in (photo, -photo)]
        with Image.open(io.BytesIO(animation.animation_bytes(pixels))) as file:
            assert file.n_frames == 2

    def test_no_frames_are_no_animation(self, photo):
        for frames in ([], [photo]):
            with pytest.raises(ValueError, match=f"at least two pictures, received {len(frames)}"):
                animation.animation_bytes(frames)

    def test_nothing_is_replaced_unless_asked(self, photo, tmp_path):
        (tmp_path / "a.gif").write_text("precious")
        frames = animation.frames_between(photo, -photo, 2)
        with pytest.raises(images.ImageError, match="--force"):
            animation.save_animation(tmp_path / "a.gif", frames)
        assert (tmp_path / "a.gif").read_text() == "precious"
        with pytest.raises(images.ImageError, match="must end in one of .gif"):
            animation.save_animation(tmp_path / "a.mp4", frames)

    @pytest.mark.parametrize("count", [1, 61, 2.5, "many", None])
    def test_numbers_of_frames_that_are_none(self, photo, count):
        with pytest.raises(ValueError, match="frames must be a whole number from 2 to 60"):
            animation.frames_between(photo, -photo, count)
