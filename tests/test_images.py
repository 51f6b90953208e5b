"""Pictures that people really have: what is accepted, looked at pixel by pixel, and what is refused, and how."""

import io
import os
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from gan_course import images, plots
from gan_course.images import ImageError, read_image, save_image, to_uint8
from gan_course.paths import ROOT

RED, GREEN, WHITE, GRAY = (255, 0, 0), (0, 128, 0), (255, 255, 255), (128, 128, 128)


def saved(tmp_path, image, name, **options):
    path = tmp_path / name
    image.save(path, **options)
    return path


def pixel(image, row=10, column=10):
    return tuple(images.to_uint8(image)[row, column].tolist())


class TestAccepted:
    def test_an_ordinary_photo(self, tmp_path):
        image = read_image(saved(tmp_path, Image.new("RGB", (30, 20), GREEN), "photo.png"))
        assert image.shape == (20, 30, 3) and image.dtype == np.float32
        assert pixel(image) == GREEN

    def test_bytes_as_from_an_upload(self, tmp_path):
        path = saved(tmp_path, Image.new("RGB", (30, 20), GREEN), "photo.png")
        assert pixel(read_image(path.read_bytes())) == GREEN
        assert pixel(read_image(memoryview(path.read_bytes()))) == GREEN

    @pytest.mark.parametrize("name", ["drawing.bmp", "phone.avif"])
    def test_a_format_that_is_read_but_not_written(self, tmp_path, name):
        image = read_image(saved(tmp_path, Image.new("RGB", (30, 20), GREEN), name))
        assert image.shape == (20, 30, 3)
        np.testing.assert_allclose(pixel(image), GREEN, atol=3)  # AVIF loses a little

    def test_cmyk(self, tmp_path):
        image = read_image(saved(tmp_path, Image.new("CMYK", (20, 20), (0, 255, 255, 0)), "print.tif"))
        assert pixel(image) == RED
        photo = read_image(saved(tmp_path, Image.new("CMYK", (20, 20), (0, 255, 255, 0)), "print.jpg", quality=95))
        red, green, blue = pixel(photo)
        assert red > 240 and green < 15 and blue < 15

    def test_sixteen_bits_gray(self, tmp_path):
        values = np.full((20, 20), 128 * 257, "uint16")
        values[:, 10:] = 65535
        image = read_image(saved(tmp_path, Image.fromarray(values), "scan.png"))
        assert pixel(image, 5, 5) == GRAY
        assert pixel(image, 5, 15) == WHITE

    def test_sixteen_bits_color(self, tmp_path):
        (tmp_path / "scan.png").write_bytes(png_16_bit((255 * 257, 0, 128 * 257)))
        assert pixel(read_image(tmp_path / "scan.png")) == (255, 0, 128)

    def test_gray(self, tmp_path):
        assert pixel(read_image(saved(tmp_path, Image.new("L", (20, 20), 128), "gray.png"))) == GRAY

    def test_black_and_white(self, tmp_path):
        assert pixel(read_image(saved(tmp_path, Image.new("1", (20, 20), 1), "fax.png"))) == WHITE

    @pytest.mark.parametrize(("alpha", "expected"), [(0, WHITE), (255, RED), (51, (255, 204, 204))])
    def test_transparency_is_laid_on_white(self, tmp_path, alpha, expected):
        image = read_image(saved(tmp_path, Image.new("RGBA", (20, 20), (*RED, alpha)), "logo.png"))
        assert pixel(image) == expected

    def test_gray_with_transparency(self, tmp_path):
        assert pixel(read_image(saved(tmp_path, Image.new("LA", (20, 20), (0, 0)), "logo.png"))) == WHITE

    def test_a_palette(self, tmp_path):
        image = Image.new("RGB", (20, 20), GREEN).quantize(4)
        assert pixel(read_image(saved(tmp_path, image, "map.png"))) == GREEN

    def test_a_palette_with_a_transparent_color(self, tmp_path):
        image = Image.new("P", (20, 20), 0)
        image.putpalette([*RED, *GREEN])
        image.paste(1, (0, 0, 20, 5))
        result = read_image(saved(tmp_path, image, "logo.png", transparency=0))
        assert pixel(result, 2, 10) == GREEN
        assert pixel(result, 15, 10) == WHITE

    def test_rgb_with_a_transparent_color(self, tmp_path):
        image = Image.new("RGB", (20, 20), RED)
        image.paste(GREEN, (0, 0, 20, 5))
        result = read_image(saved(tmp_path, image, "logo.png", transparency=RED))
        assert pixel(result, 2, 10) == GREEN
        assert pixel(result, 15, 10) == WHITE

    def test_the_first_frame_of_an_animation(self, tmp_path):
        frames = [Image.new("RGB", (20, 20), color) for color in (GREEN, RED)]
        path = saved(tmp_path, frames[0], "cat.gif", save_all=True, append_images=frames[1:], duration=50)
        assert pixel(read_image(path)) == GREEN

    def test_the_orientation_the_camera_noted(self, tmp_path):
        image = Image.new("RGB", (30, 20), RED)
        image.paste(GREEN, (0, 0, 5, 20))  # green at the left
        exif = Image.Exif()
        exif[0x0112] = 6  # to be turned a quarter clockwise: the left edge becomes the top
        result = read_image(saved(tmp_path, image, "phone.png", exif=exif))
        assert result.shape == (30, 20, 3)
        assert pixel(result, 2, 10) == GREEN
        assert pixel(result, 25, 10) == RED

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_every_orientation_is_that_of_pillow(self, tmp_path, orientation):
        image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (20, 30, 3), "uint8"))
        exif = Image.Exif()
        exif[0x0112] = orientation
        path = saved(tmp_path, image, "phone.png", exif=exif)
        with Image.open(path) as file:
            expected = np.asarray(ImageOps.exif_transpose(file))
        np.testing.assert_array_equal(to_uint8(read_image(path)), expected)

    def test_a_turned_photo_with_an_odd_entry_beside_the_orientation_is_whole(self, tmp_path):
        """A width that was noted as text. Pillow cannot write such an entry, and nobody needs it."""
        entries = [struct.pack("<HHI4s", 0x0100, 2, 4, b"20\0\0"), struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)]
        exif = b"Exif\0\0" + struct.pack("<2sHIH", b"II", 42, 8, 2) + b"".join(entries) + bytes(4)
        path = saved(tmp_path, Image.new("RGB", (30, 20), RED), "phone.jpg", exif=exif)
        with Image.open(path) as file, pytest.raises(struct.error):
            ImageOps.exif_transpose(file)
        assert read_image(path).shape == (30, 20, 3)

    def test_an_embedded_profile_is_converted_to_srgb(self, tmp_path):
        """A profile whose red and blue are exchanged: what it calls red is blue to the eye."""
        image = Image.new("RGB", (20, 20), (200, 40, 40))
        result = read_image(saved(tmp_path, image, "wide.png", icc_profile=swapped_profile()))
        red, green, blue = pixel(result)
        assert blue > 150 and red < 90

    def test_a_damaged_profile_does_not_cost_the_photo(self, tmp_path):
        image = Image.new("RGB", (20, 20), GREEN)
        assert pixel(read_image(saved(tmp_path, image, "odd.png", icc_profile=b"no profile"))) == GREEN

    def test_heic_from_a_phone(self):
        red, green, blue = pixel(read_image(ROOT / "tests" / "pictures" / "orange.heic"))
        assert red > 200 and 90 < green < 170 and blue < 60

    @pytest.mark.parametrize("size", [(16, 16), (16, 700), (641, 37)])
    def test_any_size_from_sixteen_pixels(self, tmp_path, size):
        image = read_image(saved(tmp_path, Image.new("RGB", size, GREEN), "photo.png"))
        assert image.shape == (size[1], size[0], 3)

    def test_fifty_megapixels(self, tmp_path):
        path = saved(tmp_path, Image.new("L", (8000, 6250), 128), "large.png", compress_level=1)
        image = read_image(path, max_side=64)
        assert image.shape == (50, 64, 3)
        assert pixel(image) == GRAY

    def test_the_longer_side_is_reduced_and_never_enlarged(self, tmp_path):
        path = saved(tmp_path, Image.new("RGB", (200, 100), GREEN), "photo.png")
        assert read_image(path, max_side=50).shape == (25, 50, 3)
        assert read_image(path, max_side=500).shape == (100, 200, 3)


class TestRefused:
    def refused(self, source, *parts):
        with pytest.raises(ImageError) as caught:
            read_image(source)
        message = str(caught.value)
        for part in parts:
            assert part in message
        assert "\n" not in message

    def test_missing(self, tmp_path):
        self.refused(tmp_path / "no.jpg", "no.jpg", "does not exist", "Check the spelling")

    def test_a_folder_where_a_file_is_meant(self, tmp_path):
        self.refused(tmp_path, "is a folder", "a picture was expected")

    def test_text_renamed_jpg(self, tmp_path):
        (tmp_path / "notes.jpg").write_text("milk, eggs")
        self.refused(tmp_path / "notes.jpg", "notes.jpg is not a picture", "export it as JPEG or PNG")

    def test_an_empty_file(self, tmp_path):
        (tmp_path / "empty.png").touch()
        self.refused(tmp_path / "empty.png", "is not a picture")

    @pytest.mark.parametrize("name", ["photo.jpg", "photo.png", "photo.webp", "photo.gif"])
    def test_truncated(self, tmp_path, name):
        noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), "uint8")
        whole = saved(tmp_path, Image.fromarray(noise), name).read_bytes()
        (tmp_path / name).write_bytes(whole[: len(whole) // 2])
        self.refused(tmp_path / name, name, "again")

    def test_under_sixteen_pixels(self, tmp_path):
        path = saved(tmp_path, Image.new("RGB", (100, 15)), "icon.png")
        self.refused(path, "100 × 15", "at least 16", "larger picture")

    @pytest.mark.parametrize("size", [(8000, 6251), (10_000, 10_000), (60_000, 60_000)])
    def test_over_fifty_megapixels_and_decompression_bombs(self, tmp_path, size):
        """Only the header claims the size: the file must be refused before anything is unpacked."""
        (tmp_path / "bomb.png").write_bytes(png_header(*size) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)))
        self.refused(tmp_path / "bomb.png", "at most 50 megapixels", "Reduce it")

    def test_thirty_two_bits(self, tmp_path):
        path = saved(tmp_path, Image.fromarray(np.zeros((20, 20), "float32")), "depth.tif")
        self.refused(path, "32 bits per channel", "Export it")

    def test_an_array_in_place_of_a_path(self):
        with pytest.raises(ImageError, match="path.* received ndarray. An array .* needs no reading") as caught:
            read_image(np.zeros((20, 20, 3)))
        assert len(str(caught.value)) < 200, "the array itself is not printed"

    @pytest.mark.parametrize("step", ["PIL.Image.open", "PIL.ImageFile.ImageFile.load"])
    def test_too_little_memory_is_not_called_a_damaged_file(self, tmp_path, monkeypatch, step):
        path = saved(tmp_path, Image.new("RGB", (20, 20)), "photo.png")

        def full(*arguments):
            raise MemoryError

        monkeypatch.setattr(step, full)
        with pytest.raises(MemoryError):
            read_image(path)


class TestSaving:
    photo = np.zeros((20, 30, 3), "float32")

    @pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
    def test_a_link_that_points_nowhere_is_not_replaced(self, tmp_path):
        link = tmp_path / "painting.png"
        link.symlink_to("elsewhere.png")
        with pytest.raises(ImageError, match="exists already"):
            save_image(link, self.photo)
        assert link.is_symlink()

    def refused(self, path, *parts, **options):
        with pytest.raises(ImageError) as caught:
            images.save_image(path, self.photo, **options)
        for part in parts:
            assert part in str(caught.value)

    @pytest.mark.parametrize("suffix", images.WRITABLE_SUFFIXES)
    def test_what_is_written_can_be_read(self, tmp_path, suffix):
        images.save_image(tmp_path / "new" / f"painting{suffix}", self.photo)
        assert np.abs(read_image(tmp_path / "new" / f"painting{suffix}") - self.photo).max() < 0.02

    def test_an_existing_file_is_kept_without_force(self, tmp_path):
        path = tmp_path / "painting.png"
        path.write_text("precious")
        self.refused(path, "exists already", "--force")
        assert path.read_text() == "precious"
        images.save_image(path, self.photo, force=True)
        assert read_image(path).shape == (20, 30, 3)

    def test_a_full_disk_leaves_the_old_file_and_no_rest(self, tmp_path, monkeypatch):
        path = tmp_path / "painting.png"
        path.write_text("precious")

        def full(*arguments):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.replace", full)
        self.refused(path, "No space left", "disk", force=True)
        assert path.read_text() == "precious"
        assert [file.name for file in tmp_path.iterdir()] == ["painting.png"]

    def test_a_folder(self, tmp_path):
        self.refused(tmp_path, "is a folder")

    def test_an_ending_that_names_no_picture(self, tmp_path):
        self.refused(tmp_path / "painting.docx", ".docx", ".jpg")
        self.refused(tmp_path / "painting", "no ending")

    def test_a_file_where_a_folder_should_be(self, tmp_path):
        (tmp_path / "file").touch()
        self.refused(tmp_path / "file" / "painting.png", "is a file")

    def test_a_folder_that_cannot_be_written_to(self, tmp_path, monkeypatch):
        monkeypatch.setattr("os.access", lambda *arguments: False)  # root may write anywhere
        self.refused(tmp_path / "painting.png", "cannot be written to", "another one")

    def test_a_drive_that_does_not_exist(self, monkeypatch):
        monkeypatch.setattr("pathlib.Path.exists", lambda path: False)  # on Windows even the root may be missing
        self.refused("painting.png", "where painting.png would be, does not exist", "another place")

    def test_the_longest_name_is_written_and_a_longer_one_refused(self, tmp_path):
        longest = tmp_path / ("ä" * 125 + "a.png")
        images.save_image(longest, self.photo)
        assert [file.name for file in tmp_path.iterdir()] == [longest.name]
        for place in (tmp_path / ("ä" * 126 + ".png"), tmp_path / ("ä" * 128) / "painting.png"):
            self.refused(place, "is too long: 256 bytes", "at most 255", "shorter")

    def test_a_picture_wider_than_its_format_can_hold(self, tmp_path):
        with pytest.raises(ImageError, match="17000 × 16 pixels; a file in .webp holds at most 16383.* ends in .png"):
            images.save_image(tmp_path / "wide.webp", np.zeros((16, 17000, 3), "float32"))
        images.save_image(tmp_path / "wide.png", np.zeros((16, 17000, 3), "float32"))
        for suffix, longest in images.LONGEST_SIDES.items():
            images.save_image(tmp_path / f"widest{suffix}", np.zeros((16, longest, 3), "uint8"))

    def test_an_ending_in_capitals_is_the_same_format(self):
        assert images.image_bytes(self.photo, ".PNG") == images.image_bytes(self.photo, ".png")
        with pytest.raises(ValueError, match="suffix must be one of .jpg.* received 'png'"):
            images.image_bytes(self.photo, "png")

    @pytest.mark.parametrize(
        ("wrong", "hint"),
        [
            (np.zeros((2, 20, 30, 3), "float32"), r"image\[0\]"),
            (np.zeros((20, 30, 1), "uint8"), r"np.repeat\(image, 3, -1\)"),
            (np.zeros((20, 30), "float32"), "It is gray"),
        ],
    )
    def test_what_is_not_one_picture_in_color(self, wrong, hint):
        with pytest.raises(ValueError, match=r"image must be an array \(height, width, 3\).*" + hint):
            images.image_bytes(wrong)


class TestCheckImages:
    good = np.zeros((1, 8, 8, 3), "float32")

    def test_good_images_pass_unchanged(self):
        np.testing.assert_array_equal(images.check_images(self.good), self.good)

    @pytest.mark.parametrize(
        ("wrong", "hint"),
        [
            (np.zeros((8, 8, 3), "float32"), r"images\[None\]"),
            (np.zeros((8, 8), "float32"), "2 axes"),
            (np.zeros((1, 3, 8, 8), "float32"), "channels come first"),
            (np.zeros((1, 8, 8, 4), "float32"), "alpha"),
            (np.zeros((1, 8, 8, 3), "uint8"), "from_uint8"),
            (np.full((1, 8, 8, 3), np.nan, "float32"), "NaN"),
            (np.full((1, 8, 8, 3), 255.0, "float32"), "127.5"),
            (np.full((1, 8, 8, 3), -1.1, "float32"), "from -1.1"),
            (np.zeros((0, 8, 8, 3), "float32"), "no pixels"),
        ],
    )
    def test_what_is_wrong_is_said(self, wrong, hint):
        with pytest.raises(ValueError, match=hint):
            images.check_images(wrong)


class TestCheckOnePicture:
    photo = np.random.default_rng(0).uniform(-1, 1, (6, 8, 3)).astype("float32")

    def test_a_good_one_passes_unchanged(self):
        np.testing.assert_array_equal(images.check_image(self.photo), self.photo)
        assert images.check_image(self.photo.astype("float64")).dtype == np.float32

    @pytest.mark.parametrize(
        "wrong",
        [
            photo[None],
            photo[..., 0],
            photo[..., :1],
            np.concatenate([photo, photo[..., :1]], axis=-1),
            np.moveaxis(photo, -1, 0),
        ],
        ids=["batch", "gray", "gray with a channel", "alpha", "channels first"],
    )
    def test_who_takes_the_advice_has_a_picture(self, wrong):
        with pytest.raises(ValueError, match=r"photo must be a float array \(height, width, 3\).*received") as caught:
            images.check_image(wrong, "photo")
        advice = str(caught.value).rsplit(": ", 1)[1].removesuffix(".")
        mended = eval(advice, {"np": np, "photo": wrong})
        assert images.check_image(mended).shape == self.photo.shape

    @pytest.mark.parametrize(
        ("wrong", "hint"),
        [(photo * 255, "127.5"), (photo * np.nan, "NaN"), (photo[0, 0], "1 axes"), (photo[None, None], "5 axes")],
    )
    def test_what_else_is_wrong_is_said(self, wrong, hint):
        with pytest.raises(ValueError, match=hint):
            images.check_image(wrong)


def test_the_range_conversion_by_hand_and_back():
    np.testing.assert_allclose(images.from_uint8(np.array([0, 51, 255], "uint8")), [-1.0, -0.6, 1.0], atol=1e-6)
    every = np.arange(256, dtype="uint8")
    np.testing.assert_array_equal(images.to_uint8(images.from_uint8(every)), every)
    with pytest.raises(ValueError, match="already in"):
        images.from_uint8(np.array([0.5]))
    np.testing.assert_array_equal(images.to_uint8(np.array([-1.2, 0.0, 1.2])), [0, 128, 255])  # a little outside


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (np.array([0, 128, 255]), "received int.*from_uint8"),
        (np.array([0, 128, 255], "uint8"), "received uint8.*from_uint8"),
        (np.array([0.5, np.nan]), "NaN or infinity"),
        (np.array([0.5, np.inf]), "NaN or infinity"),
    ],
)
def test_pixels_of_a_file_and_broken_numbers_are_not_shown_as_white_or_black(wrong, hint):
    with pytest.raises(ValueError, match=hint):
        images.to_uint8(wrong)


def test_pictures_are_shown_with_a_title_each(monkeypatch):
    shown = []
    monkeypatch.setattr(plots, "show_figure", lambda figure, alt: shown.append(figure))
    picture = np.zeros((8, 8, 3), "float32")
    plots.show_images([picture] * 3, ["a", "b", ""], "Three black squares.", columns=2)
    assert [axes.get_title() for axes in shown[0].axes if axes.images] == ["a", "b", ""]
    plots.plt.close(shown[0])
    with pytest.raises(ValueError, match="received 3 pictures and 1 titles"):
        plots.show_images([picture] * 3, ["a"], "One black square.")
    with pytest.raises(ValueError, match="at least one picture"):
        plots.show_images([], [], "Nothing.")


def test_keep_colors_takes_luminance_of_the_painting_and_chroma_of_the_photo():
    rng = np.random.default_rng(0)
    photo, painting = (rng.uniform(-0.3, 0.3, (6, 6, 3)).astype("float32") for _ in range(2))
    result = images.keep_colors(photo, painting)
    ours, theirs, colors = (
        np.array(Image.fromarray(images.to_uint8(image)).convert("YCbCr")) for image in (result, painting, photo)
    )
    np.testing.assert_allclose(ours[..., 0].astype(int), theirs[..., 0], atol=1)
    np.testing.assert_allclose(ours[..., 1:].astype(int), colors[..., 1:], atol=1)


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_header(width, height, bits=8, color=2):
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, 0))


def png_16_bit(color, side=20):
    row = b"\0" + struct.pack(">HHH", *color) * side
    return png_header(side, side, bits=16) + chunk(b"IDAT", zlib.compress(row * side)) + chunk(b"IEND", b"")


def swapped_profile():
    """sRGB with the colorants of red and blue exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    entries = {}
    for index in range(struct.unpack_from(">I", profile, 128)[0]):
        place = 132 + 12 * index
        entries[bytes(profile[place : place + 4])] = place
    red, blue = entries[b"rXYZ"] + 4, entries[b"bXYZ"] + 4
    profile[red : red + 8], profile[blue : blue + 8] = profile[blue : blue + 8], profile[red : red + 8]
    assert ImageCms.ImageCmsProfile(io.BytesIO(bytes(profile)))
    return bytes(profile)
