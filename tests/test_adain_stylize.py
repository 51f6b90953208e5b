"""Any painting as a style, as a user asks for it: decoders in files, style pictures, the command."""

import json

import keras
import numpy as np
import pytest
from PIL import Image

from gan_course import any_style
from gan_course.any_style import load_decoder, read_style_picture, save_decoder, stylizer_for
from gan_course.cli import main
from gan_course.images import ImageError, read_image
from gan_course.networks import ADAIN_LAYER, build_adain_decoder, build_vgg16_features
from gan_course.pretrained import shipped_styles
from gan_course.stylize import paint

SMALL = {"filters": [4, 4, 4]}


@pytest.fixture
def saved(tmp_path):
    """A small decoder and the file that holds it."""
    keras.utils.set_random_seed(5)
    decoder = build_adain_decoder(**SMALL)
    save_decoder(tmp_path / "small.npz", decoder, SMALL)
    return decoder, tmp_path / "small.npz"


@pytest.fixture
def painting(tmp_path):
    """A small painting, as a file."""
    pixels = np.random.default_rng(2).integers(0, 256, (70, 90, 3)).astype("uint8")
    Image.fromarray(pixels).save(tmp_path / "painting.png")
    return tmp_path / "painting.png"


@pytest.fixture
def command(monkeypatch, saved):
    """`gan-course stylize` with the small decoder in place of the shipped one."""
    monkeypatch.setattr(any_style.stylizer_for, "__defaults__", (saved[1],))
    return lambda *arguments: main(["stylize", *map(str, arguments)])


class TestDecodersInFiles:
    def test_a_decoder_comes_back(self, saved):
        features = np.random.default_rng(0).uniform(0, 500, (1, 6, 6, 256)).astype("float32")
        loaded = load_decoder(saved[1])
        np.testing.assert_allclose(loaded(features, training=False), saved[0](features, training=False), atol=5e-3)

    def test_what_is_no_decoder_is_explained(self, saved, tmp_path):
        (tmp_path / "text.npz").write_text("no archive", encoding="utf-8")
        with pytest.raises(ValueError, match="damaged or no decoder"):
            load_decoder(tmp_path / "text.npz")
        with np.load(saved[1]) as file:
            arrays = dict(file)
        about = {"format": 1, "architecture": "adain_decoder"}
        for change, message in [
            ({"about": np.array(json.dumps({**about, "format": 9}))}, "format 9"),
            ({"about": np.array(json.dumps({**about, "architecture": "stylizer"}))}, "'stylizer'"),
            ({"about": np.array(json.dumps({**about, "arguments": {"layers": 3}}))}, "cannot be built"),
            ({"about": np.array(json.dumps({**about, "arguments": {"filters": [4, 4, 10**6]}}))}, "cannot be built"),
            ({"about": np.array(json.dumps({**about, "arguments": {"filters": [1e999] * 3}}))}, "cannot be built"),
            ({"about": np.array(json.dumps({**about, "arguments": {"filters": [5, 4, 4]}}))}, "does not fit"),
            ({"00_conv2d/bias": np.array([np.nan] * 4, "float16")}, "NaN"),
        ]:
            np.savez(tmp_path / "other.npz", **(arrays | change))
            with pytest.raises(ValueError, match=message):
                load_decoder(tmp_path / "other.npz")

    @pytest.mark.parametrize(
        "arguments", [{"filters": [4, 4]}, {"filters": [0, 4, 4]}, {"feature_scale": 0.0}, {"a": 1}]
    )
    def test_a_network_that_nobody_would_build_is_not_saved(self, saved, tmp_path, arguments):
        with pytest.raises(ValueError):
            save_decoder(tmp_path / "odd.npz", saved[0], arguments)
        assert not (tmp_path / "odd.npz").exists()


class TestStylePictures:
    @pytest.mark.parametrize(
        "size, expected",
        [((512, 512), (256, 256)), ((1024, 256), (512, 128)), ((100, 80), (100, 80)), ((4000, 64), (2024, 32))],
    )
    def test_a_large_one_is_reduced_to_the_pixels_of_a_small_square(self, tmp_path, size, expected):
        Image.new("RGB", size, "green").save(tmp_path / "p.png")
        assert read_style_picture(tmp_path / "p.png").shape == (*expected[::-1], 3)

    def test_one_that_is_too_small_is_refused(self, tmp_path):
        Image.new("RGB", (300, 63), "green").save(tmp_path / "p.png")
        with pytest.raises(ImageError, match="300 × 63 pixels.*at least 64"):
            read_style_picture(tmp_path / "p.png")
        with pytest.raises(ImageError, match="The style picture has 300 × 63"):
            read_style_picture((tmp_path / "p.png").read_bytes())

    def test_the_stylizer_gives_the_features_of_the_painting_to_the_decoder(self, saved, painting, monkeypatch):
        """Seen through a decoder that returns the means of the features it gets."""
        features = build_vgg16_features([ADAIN_LAYER])
        encode = lambda picture: features(picture[None], training=False)[ADAIN_LAYER].numpy()  # noqa: E731
        inputs = keras.Input((None, None, 256))
        means = keras.Model(inputs, keras.ops.mean(inputs, axis=(1, 2)))
        monkeypatch.setattr(any_style, "load_decoder", lambda name: means)
        photo = np.random.default_rng(3).uniform(-1, 1, (64, 64, 3)).astype("float32")
        found = stylizer_for(painting)(photo[None], training=False)
        np.testing.assert_allclose(found, encode(read_image(painting)).mean(axis=(1, 2)), rtol=1e-3)


class TestTheCommand:
    def test_a_photo_is_painted(self, command, photo, painting, tmp_path, capsys):
        assert command(photo, "--style-image", painting, "-o", tmp_path / "p.png") == 0
        assert read_image(tmp_path / "p.png").shape == (60, 81, 3)
        assert "1 painted" in capsys.readouterr().out

    def test_it_is_what_the_package_paints(self, command, saved, photo, painting, tmp_path):
        assert command(photo, "--style-image", painting, "-o", tmp_path / "p.png") == 0
        expected = paint(stylizer_for(painting, saved[1]), read_image(photo))
        np.testing.assert_allclose(read_image(tmp_path / "p.png"), expected, atol=0.01)

    def test_strength_colors_and_size_mean_what_they_mean_with_a_style(self, command, photo, painting, tmp_path):
        style = ("--style-image", painting, "-o")
        assert command(photo, *style, tmp_path / "0.png", "--strength", 0) == 0
        np.testing.assert_array_equal(read_image(tmp_path / "0.png"), read_image(photo))
        assert command(photo, *style, tmp_path / "a.png") == 0
        assert command(photo, *style, tmp_path / "b.png", "--keep-colors") == 0
        assert np.abs(read_image(tmp_path / "a.png") - read_image(tmp_path / "b.png")).max() > 0.05
        assert command(photo, *style, tmp_path / "c.png", "--max-side", 64) == 0
        assert max(read_image(tmp_path / "c.png").shape) == 64

    def refused(self, capsys, command, arguments, *parts):
        assert command(*arguments) == 2
        message = capsys.readouterr().err.strip()
        assert message.startswith("gan-course: ") and "\n" not in message and "Traceback" not in message
        for part in parts:
            assert part in message

    def test_both_kinds_of_style_or_none(self, capsys, command, photo, painting, tmp_path):
        out = ("-o", tmp_path / "p.png")
        for style in ((), ("--style", "van_gogh", "--style-image", painting)):
            self.refused(capsys, command, (photo, *style, *out), "one style", "--style-image", "a painting")
        assert not (tmp_path / "p.png").exists()

    def test_a_painting_that_is_none(self, capsys, command, photo, saved, tmp_path):
        (tmp_path / "text.jpg").write_text("no picture", encoding="utf-8")
        Image.new("RGB", (20, 30), "red").save(tmp_path / "tiny.png")
        for name, part in {
            "missing.jpg": "does not exist",
            "text.jpg": "not a picture",
            "tiny.png": "20 × 30 pixels",
            "small.npz": "not a picture",
            ".": "folder",
        }.items():
            self.refused(capsys, command, (photo, "--style-image", tmp_path / name, "-o", tmp_path / "p.png"), part)
        assert not (tmp_path / "p.png").exists()

    def test_the_painting_is_not_overwritten(self, capsys, command, photo, painting):
        before = painting.read_bytes()
        self.refused(capsys, command, (photo, "--style-image", painting, "-o", painting, "--force"), "style picture")
        assert painting.read_bytes() == before


class TestWhatShips:
    def test_the_decoder_is_no_style(self):
        assert not set(any_style.shipped_decoders()) & set(shipped_styles())

    @pytest.mark.parametrize("name", any_style.shipped_decoders())
    def test_a_photo_in_its_own_style_comes_back(self, name):
        from gan_course import datasets
        from gan_course.networks import build_adain_stylizer

        photo = datasets.picture("photos/animals/owl.jpg", 128)
        own = paint(build_adain_stylizer(load_decoder(name), photo), photo)
        difference = np.abs(own - photo).mean()
        assert difference < 0.5 * np.abs(photo - photo.mean(axis=(0, 1))).mean()

    @pytest.mark.parametrize("name", any_style.shipped_decoders())
    def test_it_learned_from_nothing_that_was_held_out(self, name):
        from gan_course import datasets

        card = any_style.shipped_decoders()[name]
        assert not set(card["paintings"]) - set(datasets.picture_files("paintings"))
        assert not [file for file in card["paintings"] if "kandinsky" in file]
        assert card["left_out_to_judge_settings"] not in card["paintings"]
