"""The command line, as a user types it."""

import argparse
import io
import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from gan_course import images, stylize_command
from gan_course.cli import build_parser, main
from gan_course.images import read_image
from gan_course.paths import ROOT


def stylize(*arguments):
    return main(["stylize", *map(str, arguments)])


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=ROOT, env={**os.environ, **environment}
    )


class TestOnePhoto:
    def test_it_is_painted(self, photo, small_weights, tmp_path, capsys):
        out = tmp_path / "painting.jpg"
        assert stylize(photo, "--style", small_weights, "-o", out) == 0
        assert read_image(out).shape == (60, 81, 3)
        assert "1 painted" in capsys.readouterr().out

    def test_strength_zero_gives_the_photo_back(self, photo, small_weights, tmp_path):
        assert stylize(photo, "--style", small_weights, "-o", tmp_path / "same.png", "--strength", 0) == 0
        np.testing.assert_array_equal(read_image(tmp_path / "same.png"), read_image(photo))

    def test_keep_colors_changes_the_result(self, photo, small_weights, tmp_path):
        assert stylize(photo, "--style", small_weights, "-o", tmp_path / "a.png") == 0
        assert stylize(photo, "--style", small_weights, "-o", tmp_path / "b.png", "--keep-colors") == 0
        assert np.abs(read_image(tmp_path / "a.png") - read_image(tmp_path / "b.png")).max() > 0.05

    def test_max_side(self, small_weights, tmp_path):
        Image.new("RGB", (300, 150), "green").save(tmp_path / "large.png")
        out = tmp_path / "p.png"
        assert stylize(tmp_path / "large.png", "--style", small_weights, "-o", out, "--max-side", 100) == 0
        assert read_image(out).shape == (50, 100, 3)

    def test_a_large_photo_is_painted_in_tiles(self, small_weights, tmp_path):
        Image.effect_noise((1500, 200), 60).save(tmp_path / "wide.png")
        out = tmp_path / "p.png"
        assert stylize(tmp_path / "wide.png", "--style", small_weights, "-o", out, "--max-side", 1400) == 0
        assert read_image(out).shape == (187, 1400, 3)

    def test_broad_strokes_lose_fine_detail(self, small_weights, tmp_path):
        Image.effect_noise((160, 120), 60).save(tmp_path / "noise.png")
        for name, stroke in (("fine", 1), ("broad", 4)):
            arguments = (tmp_path / "noise.png", "--style", small_weights, "-o", tmp_path / f"{name}.png")
            assert stylize(*arguments, "--stroke", stroke) == 0
        fine, broad = (read_image(tmp_path / f"{name}.png") for name in ("fine", "broad"))
        assert fine.shape == broad.shape == (120, 160, 3)
        assert np.abs(np.diff(broad, axis=1)).mean() < 0.5 * np.abs(np.diff(fine, axis=1)).mean()

    def test_into_a_folder(self, photo, small_weights, tmp_path):
        assert stylize(photo, "--style", small_weights, "-o", tmp_path / "paintings") == 0
        assert (tmp_path / "paintings" / "photo.png").exists()

    def test_names_with_spaces_and_umlauts(self, photo, small_weights, tmp_path):
        renamed = photo.rename(tmp_path / "Schöne Straße 1.png")
        assert stylize(renamed, "--style", small_weights, "-o", tmp_path / "Gemälde 1.png") == 0
        assert (tmp_path / "Gemälde 1.png").exists()

    def test_heic(self, small_weights, tmp_path):
        heic = ROOT / "tests" / "pictures" / "orange.heic"
        assert stylize(heic, "--style", small_weights, "-o", tmp_path / "folder") == 0
        assert (tmp_path / "folder" / "orange.heic.png").exists()


@pytest.fixture
def mask(tmp_path):
    """White on the left, black on the right, as large as the photo."""
    pixels = np.zeros((60, 81), "uint8")
    pixels[:, :40] = 255
    path = tmp_path / "mask.png"
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture(scope="session")
def other_weights(tmp_path_factory):
    """A second tiny stylizer of the same architecture."""
    import keras

    from gan_course.networks import build_stylizer
    from gan_course.pretrained import save_stylizer

    keras.utils.set_random_seed(4)
    architecture = {"filters": [4, 8], "blocks": 1, "detail": 4}
    path = tmp_path_factory.mktemp("weights") / "other.npz"
    save_stylizer(path, build_stylizer(**architecture), "other", architecture)
    return path


class TestApplications:
    """Masks, regions, blends and animations."""

    def painted(self, out, *arguments):
        assert stylize(*arguments, "-o", out) == 0
        return read_image(out)

    def test_only_what_is_white_in_the_mask_is_painted(self, photo, mask, small_weights, tmp_path):
        whole = self.painted(tmp_path / "w.png", photo, "--style", small_weights)
        part = self.painted(tmp_path / "p.png", photo, "--style", small_weights, "--mask", mask)
        np.testing.assert_array_equal(part[:, :40], whole[:, :40])
        np.testing.assert_array_equal(part[:, 40:], read_image(photo)[:, 40:])

    def test_a_region_has_a_style_of_its_own(self, photo, mask, small_weights, other_weights, tmp_path):
        first, second = (
            self.painted(tmp_path / f"{weights.stem}.png", photo, "--style", weights)
            for weights in (small_weights, other_weights)
        )
        both = self.painted(tmp_path / "b.png", photo, "--style", small_weights, "--region", other_weights, mask)
        np.testing.assert_array_equal(both[:, :40], second[:, :40])
        np.testing.assert_array_equal(both[:, 40:], first[:, 40:])

    def test_a_region_within_a_mask(self, photo, mask, small_weights, other_weights, tmp_path):
        arguments = (photo, "--style", small_weights, "--region", other_weights, mask)
        both = self.painted(tmp_path / "b.png", *arguments)
        within = self.painted(tmp_path / "i.png", *arguments, "--mask", mask)
        np.testing.assert_array_equal(within[:, :40], both[:, :40])
        np.testing.assert_array_equal(within[:, 40:], read_image(photo)[:, 40:])

    def test_a_mask_for_a_large_photo_in_tiles_and_for_broad_strokes(self, small_weights, tmp_path):
        Image.effect_noise((1200, 90), 60).save(tmp_path / "wide.png")
        Image.new("L", (600, 45), "black").save(tmp_path / "black.png")
        for extra in (["--max-side", 1100], ["--stroke", 2]):
            arguments = (tmp_path / "wide.png", "--style", small_weights, "--mask", tmp_path / "black.png", *extra)
            result = self.painted(tmp_path / "p.png", *arguments, "--force")
            unpainted = self.painted(
                tmp_path / "u.png", tmp_path / "wide.png", "--style", small_weights, *extra, "--strength", 0, "--force"
            )
            np.testing.assert_array_equal(result, unpainted)

    def test_strength_and_colors_go_with_a_mask(self, photo, mask, small_weights, tmp_path):
        more = ("--strength", 0.5, "--keep-colors")
        whole = self.painted(tmp_path / "w.png", photo, "--style", small_weights, *more)
        part = self.painted(tmp_path / "p.png", photo, "--style", small_weights, "--mask", mask, *more)
        assert np.abs(part[:, :40] - whole[:, :40]).max() < 3 / 127.5

    def test_a_blend_lies_between_and_its_ends_are_the_styles(self, photo, small_weights, other_weights, tmp_path):
        blend = (photo, "--style", small_weights, "--blend", other_weights)
        found = {share: self.painted(tmp_path / f"{share}.png", *blend, "--share", share) for share in (0, 0.5, 1)}
        second = self.painted(tmp_path / "s.png", photo, "--style", other_weights)
        np.testing.assert_array_equal(found[1], second)
        half = self.painted(tmp_path / "half.png", *blend)
        np.testing.assert_array_equal(half, found[0.5])
        assert min(np.abs(found[0.5] - found[share]).max() for share in (0, 1)) > 0.02

    def frames(self, path):
        with Image.open(path) as file:
            for number in range(file.n_frames):
                file.seek(number)
                yield np.asarray(file.convert("RGB")).astype(int)

    def test_a_name_in_gif_is_an_animation_from_the_photo(self, photo, small_weights, tmp_path, capsys):
        out = tmp_path / "painting.gif"
        assert stylize(photo, "--style", small_weights, "-o", out, "--frames", 4) == 0
        assert "1 painted" in capsys.readouterr().out
        frames = list(self.frames(out))
        assert len(frames) == 6
        assert np.abs(frames[0] - np.asarray(Image.open(photo))).mean() < 4

    def test_an_animation_from_style_to_style(self, photo, small_weights, other_weights, tmp_path):
        out = tmp_path / "styles.gif"
        assert stylize(photo, "--style", small_weights, "--blend", other_weights, "-o", out, "--frames", 3) == 0
        self.painted(tmp_path / "first.png", photo, "--style", small_weights)
        self.painted(tmp_path / "last.png", photo, "--style", other_weights)
        frames = list(self.frames(out))
        for number, name in ((0, "first"), (2, "last")):
            assert np.abs(frames[number] - np.asarray(Image.open(tmp_path / f"{name}.png"))).mean() < 4

    def test_an_animation_between_a_photo_and_a_blend(self, photo, small_weights, other_weights, tmp_path):
        out, blend = tmp_path / "blend.gif", ("--style", small_weights, "--blend", other_weights, "--share", 0.5)
        assert stylize(photo, *blend, "-o", out, "--frames", 3) == 0
        self.painted(tmp_path / "half.png", photo, *blend)
        frames = list(self.frames(out))
        for number, path in ((0, photo), (2, tmp_path / "half.png")):
            assert np.abs(frames[number] - np.asarray(Image.open(path))).mean() < 4

    def test_a_painting_as_style_goes_with_all_of_them(
        self, photo, mask, small_weights, other_weights, tmp_path, monkeypatch
    ):
        from gan_course.pretrained import load_stylizer

        monkeypatch.setattr("gan_course.any_style.stylizer_for", lambda painting: load_stylizer(small_weights))
        for number, extra in enumerate((["--mask", mask], ["--region", other_weights, mask])):
            found, wanted = (
                self.painted(tmp_path / f"{style[0]}{number}.png", photo, *style, *extra)
                for style in (["--style-image", photo], ["--style", small_weights])
            )
            np.testing.assert_array_equal(found, wanted)
        out = tmp_path / "painting.gif"
        assert stylize(photo, "--style-image", photo, "-o", out, "--frames", 3) == 0
        assert np.abs(list(self.frames(out))[0] - np.asarray(Image.open(photo))).mean() < 4

    def test_the_help_says_that_a_gif_is_an_animation(self, capsys):
        with pytest.raises(SystemExit):
            main(["stylize", "--help"])
        assert ".gif is an animation" in " ".join(capsys.readouterr().out.split())


class TestWithoutPainting:
    """What the command does around the networks: they are not run."""

    @pytest.fixture
    def wide(self, tmp_path):
        Image.effect_noise((1300, 200), 60).save(tmp_path / "wide.png")
        return tmp_path / "wide.png"

    def instead(self, monkeypatch, paint):
        monkeypatch.setattr(stylize_command.Painter, "__call__", lambda self, pixels, progress: paint(pixels))

    def test_nobody_who_names_no_size_gets_a_huge_file(self, wide, small_weights, tmp_path, monkeypatch):
        self.instead(monkeypatch, lambda pixels: 255 - pixels)
        for name, width in (("painting.png", 1024), ("animation.gif", 512)):
            assert stylize(wide, "--style", small_weights, "-o", tmp_path / name) == 0
            with Image.open(tmp_path / name) as file:
                assert file.width == width
                assert getattr(file, "n_frames", 1) == (12 + 10 if name.endswith(".gif") else 1)  # 12 there, 10 back

    def test_ctrl_c_leaves_what_was_finished(self, photo, small_weights, tmp_path, monkeypatch, capsys):
        done = []

        def stopped_at_the_second(pixels):
            if done:
                raise KeyboardInterrupt
            done.append(pixels)
            return pixels

        self.instead(monkeypatch, stopped_at_the_second)
        second = tmp_path / "second.png"
        second.write_bytes(photo.read_bytes())
        assert stylize(photo, second, "--style", small_weights, "-o", tmp_path / "out") == 2
        assert capsys.readouterr().err == "gan-course: Stopped. Files that were finished are complete.\n"
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["photo.png"]
        np.testing.assert_array_equal(read_image(tmp_path / "out" / "photo.png"), read_image(photo))

    @pytest.mark.parametrize(
        ("extra", "half"),
        [([], 512), (["--max-side", 300], 150), (["--max-side", 100], 64)],
        ids=["no size", "a size", "near the smallest"],
    )
    @pytest.mark.parametrize("of_tensorflow", [False, True])
    def test_whoever_lacks_the_memory_is_told_a_size_that_needs_less(
        self, photo, small_weights, tmp_path, monkeypatch, capsys, of_tensorflow, extra, half
    ):
        from tensorflow.errors import ResourceExhaustedError

        def too_large(pixels):
            raise ResourceExhaustedError(None, None, "OOM when allocating") if of_tensorflow else MemoryError

        self.instead(monkeypatch, too_large)
        assert stylize(photo, "--style", small_weights, "-o", tmp_path / "p.png", *extra) == 2
        assert f"photo.png needs more memory than there is. Try --max-side {half}." in capsys.readouterr().err
        assert not (tmp_path / "p.png").exists()


class TestRefused:
    """Each ends with exit code 2, one sentence, and every file as it was."""

    def refused(self, capsys, arguments, *parts):
        assert stylize(*arguments) == 2
        message = capsys.readouterr().err.strip()
        assert message.startswith("gan-course: ") and "\n" not in message and "Traceback" not in message
        for part in parts:
            assert part in message

    def test_a_missing_photo(self, capsys, small_weights, tmp_path):
        arguments = (tmp_path / "no.jpg", "--style", small_weights, "-o", tmp_path / "p.jpg")
        self.refused(capsys, arguments, "does not exist")
        assert not (tmp_path / "p.jpg").exists()

    def test_a_missing_photo_whose_painting_exists(self, capsys, small_weights, tmp_path):
        (tmp_path / "p.jpg").write_text("precious")
        arguments = (tmp_path / "no.jpg", "--style", small_weights, "-o", tmp_path / "p.jpg", "--force")
        self.refused(capsys, arguments, "no.jpg does not exist")
        assert (tmp_path / "p.jpg").read_text() == "precious"

    def test_output_equal_to_input(self, capsys, photo, small_weights):
        before = photo.read_bytes()
        for extra in ([], ["--force"]):
            self.refused(capsys, (photo, "--style", small_weights, "-o", photo, *extra), "its own painting")
        self.refused(capsys, (photo, "--style", small_weights, "-o", photo.parent, "--force"), "its own painting")
        assert photo.read_bytes() == before

    def test_output_equal_to_input_through_a_link(self, capsys, photo, small_weights, tmp_path):
        before = photo.read_bytes()
        os.link(photo, tmp_path / "link.png")
        arguments = (photo, "--style", small_weights, "-o", tmp_path / "link.png", "--force")
        self.refused(capsys, arguments, "its own painting")
        assert photo.read_bytes() == before

    def test_existing_output(self, capsys, photo, small_weights, tmp_path):
        (tmp_path / "p.png").write_text("precious")
        self.refused(capsys, (photo, "--style", small_weights, "-o", tmp_path / "p.png"), "--force")
        assert (tmp_path / "p.png").read_text() == "precious"
        assert stylize(photo, "--style", small_weights, "-o", tmp_path / "p.png", "--force") == 0

    def test_an_ending_that_cannot_be_written(self, capsys, photo, small_weights, tmp_path):
        self.refused(capsys, (photo, "--style", small_weights, "-o", tmp_path / "p.tiff"), ".tiff", ".jpg")

    def test_unknown_style(self, capsys, photo, tmp_path):
        self.refused(capsys, (photo, "--style", "van-gough", "-o", tmp_path / "p.png"), "Did you mean van_gogh?")

    def test_damaged_weights(self, capsys, photo, tmp_path):
        (tmp_path / "bad.npz").write_text("x")
        self.refused(capsys, (photo, "--style", tmp_path / "bad.npz", "-o", tmp_path / "p.png"), "damaged")

    @pytest.mark.parametrize("strength", ["1.5", "-1", "nan", "strong"])
    def test_strength(self, capsys, photo, small_weights, tmp_path, strength):
        arguments = (photo, "--style", small_weights, "-o", tmp_path / "p.png", f"--strength={strength}")
        self.refused(capsys, arguments, "strength must be")

    @pytest.mark.parametrize("stroke", ["0", "9", "-1", "nan", "broad"])
    def test_stroke(self, capsys, photo, small_weights, tmp_path, stroke):
        arguments = (photo, "--style", small_weights, "-o", tmp_path / "p.png", f"--stroke={stroke}")
        self.refused(capsys, arguments, "stroke must be")

    def test_a_stroke_too_broad_for_the_photo(self, capsys, photo, small_weights, tmp_path):
        arguments = (photo, "--style", small_weights, "-o", tmp_path / "p.png", "--stroke", "8")
        self.refused(capsys, arguments, "leaves 10 × 8 pixels")

    @pytest.mark.parametrize("side", ["0", "63", "20000", "large", "inf", "100.7"])
    def test_max_side(self, capsys, photo, small_weights, tmp_path, side):
        arguments = (photo, "--style", small_weights, "-o", tmp_path / "p.png", "--max-side", side)
        self.refused(capsys, arguments, "max-side must be", "16384")

    @pytest.mark.parametrize(
        ("extra", "says"),
        [
            (["--share", "0.5"], "--share needs --blend"),
            (["--blend", "STYLE", "--share", "2"], "share must be a number from 0"),
            (["--frames", "5"], "--frames needs an animation"),
            (["--mask", "no.png"], "no.png does not exist"),
            (["--blend", "van_gogh"], "one architecture"),
            (["--region", "van-gough", "MASK"], "Did you mean van_gogh?"),
        ],
        ids=lambda value: value[0] if isinstance(value, list) else "",
    )
    def test_what_does_not_go_together(self, capsys, photo, mask, small_weights, tmp_path, extra, says):
        extra = [{"STYLE": small_weights, "MASK": mask}.get(text, text) for text in extra]
        self.refused(capsys, (photo, "--style", small_weights, "-o", tmp_path / "p.png", *extra), says)
        assert not (tmp_path / "p.png").exists()

    def test_a_size_that_a_style_image_cannot_paint_in_one_piece(self, capsys, photo, tmp_path):
        arguments = (photo, "--style-image", photo, "--max-side", "4097", "-o", tmp_path / "p.png")
        self.refused(capsys, arguments, "--style-image paints in one piece", "Try --max-side 4096", "--style")

    @pytest.mark.parametrize(
        ("option", "arguments"),
        [
            ("PHOTO", ["", "--style", "STYLE", "-o", "OUT"]),
            ("--style", ["PHOTO", "--style", "", "-o", "OUT"]),
            ("--style-image", ["PHOTO", "--style-image", "", "-o", "OUT"]),
            ("--out", ["PHOTO", "--style", "STYLE", "-o", ""]),
            ("--mask", ["PHOTO", "--style", "STYLE", "-o", "OUT", "--mask", ""]),
            ("--region", ["PHOTO", "--style", "STYLE", "-o", "OUT", "--region", "STYLE", ""]),
            ("--blend", ["PHOTO", "--style", "STYLE", "-o", "OUT", "--blend", ""]),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_a_variable_of_a_script_that_is_not_set(
        self, capsys, photo, small_weights, tmp_path, monkeypatch, option, arguments
    ):
        monkeypatch.chdir(tmp_path)  # where the photo is: an empty path would mean this folder
        named = {"PHOTO": photo, "STYLE": small_weights, "OUT": tmp_path / "out" / "p.png"}
        self.refused(capsys, [named.get(text, text) for text in arguments], f"{option} is empty; a name was expected")
        assert [path.name for path in tmp_path.iterdir()] == ["photo.png"]

    def test_what_is_wrong_with_the_only_photo_is_said_before_the_style_is_loaded(
        self, capsys, photo, small_weights, tmp_path, monkeypatch
    ):
        monkeypatch.setattr(stylize_command, "load_style", lambda *arguments: pytest.fail("loaded"))
        (tmp_path / "p.png").write_text("precious")
        for source, out, says in (
            (tmp_path / "no.jpg", tmp_path / "new.png", "no.jpg does not exist"),
            (photo, tmp_path / "p.png", "exists already"),
            (photo, tmp_path / "p.tiff", "must end in"),
        ):
            self.refused(capsys, (source, "--style", small_weights, "-o", out), says)

    @pytest.mark.parametrize("option", ["--mask", "--region"])
    def test_a_mask_drawn_on_a_transparent_layer(self, capsys, photo, small_weights, tmp_path, monkeypatch, option):
        monkeypatch.setattr(stylize_command, "load_style", lambda *arguments: pytest.fail("loaded"))
        Image.new("RGBA", (81, 60), (255, 255, 255, 0)).save(tmp_path / "layer.png")
        mask = [option, *([small_weights] if option == "--region" else []), tmp_path / "layer.png"]
        arguments = (photo, "--style", small_weights, *mask, "-o", tmp_path / "p.png")
        self.refused(capsys, arguments, "layer.png has transparent pixels", "flatten it")

    def test_a_style_picture_that_is_missing_where_the_painting_exists(self, capsys, photo, tmp_path):
        (tmp_path / "p.png").write_text("precious")
        arguments = (photo, "--style-image", tmp_path / "no.jpg", "-o", tmp_path / "p.png", "--force")
        self.refused(capsys, arguments, "no.jpg does not exist")
        assert (tmp_path / "p.png").read_text() == "precious"

    @pytest.mark.parametrize(("option", "value"), [("--blend", "STYLE"), ("--stroke", "2")])
    def test_what_needs_a_network_of_its_own_with_a_style_image(
        self, capsys, photo, small_weights, tmp_path, option, value
    ):
        value = {"STYLE": small_weights}.get(value, value)
        arguments = (photo, "--style-image", photo, option, value, "-o", tmp_path / "p.png")
        self.refused(capsys, arguments, f"{option} needs --style")

    @pytest.mark.parametrize(
        ("extra", "says"),
        [
            (["--frames", "1"], "frames must be a whole number from 2 to 60"),
            (["--max-side", "2000"], "at most 1024 pixels"),
            (["PHOTO"], "needs one photo"),
        ],
        ids=["frames", "size", "photos"],
    )
    def test_animations_that_cannot_be(self, capsys, photo, small_weights, tmp_path, extra, says):
        extra = [photo if text == "PHOTO" else text for text in extra]
        self.refused(capsys, (photo, *extra, "--style", small_weights, "-o", tmp_path / "p.gif"), says)

    def test_an_animation_that_exists(self, capsys, photo, small_weights, tmp_path):
        (tmp_path / "p.gif").write_text("precious")
        self.refused(capsys, (photo, "--style", small_weights, "-o", tmp_path / "p.gif"), "--force")
        assert (tmp_path / "p.gif").read_text() == "precious"

    def test_a_mask_of_another_shape(self, capsys, photo, small_weights, tmp_path):
        Image.new("L", (60, 81)).save(tmp_path / "standing.png")
        arguments = (photo, "--style", small_weights, "--mask", tmp_path / "standing.png", "-o", tmp_path / "p.png")
        self.refused(capsys, arguments, "same proportions")

    def test_output_equal_to_a_mask(self, capsys, photo, mask, small_weights):
        before = mask.read_bytes()
        for option in (["--mask", mask], ["--region", small_weights, mask]):
            arguments = (photo, "--style", small_weights, *option, "-o", mask, "--force")
            self.refused(capsys, arguments, "is a mask and would be overwritten")
        assert mask.read_bytes() == before

    def test_several_photos_into_one_file(self, capsys, photo, small_weights, tmp_path):
        (tmp_path / "p.png").write_text("precious")
        self.refused(capsys, (photo, photo, "--style", small_weights, "-o", tmp_path / "p.png"), "folder was expected")

    def test_several_photos_and_the_name_of_one_picture(self, capsys, photo, small_weights, tmp_path):
        other, out = tmp_path / "other.png", tmp_path / "painting.jpg"
        other.write_bytes(photo.read_bytes())
        arguments = (photo, other, "--style", small_weights, "-o", out)
        self.refused(capsys, arguments, "is a picture's name; a folder was expected", str(tmp_path / "painting"))
        assert not out.exists()
        out.mkdir()  # whoever has a folder of this name means it
        assert stylize(*arguments) == 0
        assert sorted(path.name for path in out.iterdir()) == ["other.png", "photo.png"]

    def test_a_picture_too_wide_for_its_format_is_not_painted_first(
        self, capsys, photo, small_weights, tmp_path, monkeypatch
    ):
        monkeypatch.setitem(images.LONGEST_SIDES, ".webp", 80)
        monkeypatch.setattr(stylize_command.Painter, "__call__", lambda *arguments: pytest.fail("painted"))
        arguments = (photo, "--style", small_weights, "-o", tmp_path / "p.webp")
        self.refused(capsys, arguments, "81 × 60 pixels", "at most 80")

    def test_two_photos_with_one_name(self, capsys, photo, small_weights, tmp_path):
        (tmp_path / "other").mkdir()
        other = tmp_path / "other" / photo.name
        other.write_bytes(photo.read_bytes())
        self.refused(capsys, (photo, other, "--style", small_weights, "-o", tmp_path / "out"), "would both be painted")

    def test_an_empty_folder(self, capsys, small_weights, tmp_path):
        (tmp_path / "empty").mkdir()
        self.refused(capsys, (tmp_path / "empty", "--style", small_weights, "-o", tmp_path / "out"), "no pictures")

    def test_wrong_use_of_the_command(self):
        for arguments in (["stylize"], ["paint"], [], ["styles", "--fast"]):
            with pytest.raises(SystemExit) as caught:
                main(arguments)
            assert caught.value.code == 2


class TestAFolder:
    def test_same_names_and_notes_left_alone(self, photo, small_weights, tmp_path):
        folder = tmp_path / "photos"
        folder.mkdir()
        for name in ("a.png", "b.png"):
            (folder / name).write_bytes(photo.read_bytes())
        (folder / "notes.txt").write_text("not a picture, and not meant as one")
        assert stylize(folder, "--style", small_weights, "-o", tmp_path / "out") == 0
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.png", "b.png"]

    def test_one_bad_file_does_not_stop_the_others(self, photo, small_weights, tmp_path, capsys):
        folder = tmp_path / "photos"
        folder.mkdir()
        (folder / "a.png").write_bytes(photo.read_bytes())
        (folder / "b.jpg").write_text("text")
        (folder / "c.png").write_bytes(photo.read_bytes())
        assert stylize(folder, "--style", small_weights, "-o", tmp_path / "out") == 1
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.png", "c.png"]
        output = capsys.readouterr()
        assert "2 painted" in output.out
        assert output.err.strip().splitlines()[-1].count("b.jpg is not a picture") == 1

    def test_nothing_done_is_two(self, small_weights, tmp_path):
        folder = tmp_path / "photos"
        folder.mkdir()
        (folder / "b.jpg").write_text("text")
        assert stylize(folder, "--style", small_weights, "-o", tmp_path / "out") == 2


def test_every_command_and_every_option_has_help():
    parsers, seen = [build_parser()], set()
    while parsers:
        for action in parsers.pop()._actions:
            if isinstance(action, argparse._SubParsersAction):
                helped = {choice.dest for choice in action._choices_actions if choice.help}
                assert helped == set(action.choices)
                parsers += action.choices.values()
            else:
                assert action.help, action
                seen.update(action.option_strings)
    assert {"--mask", "--region", "--blend", "--share", "--frames", "--minutes"} <= seen


def test_a_lesson_is_put_back_and_the_learner_s_own_is_kept(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GAN_COURSE_NOTEBOOKS", str(tmp_path))
    assert main(["reset", "03"]) == 0
    (lesson,) = tmp_path.iterdir()
    assert capsys.readouterr().out == "Lesson 03 is as it was shipped.\n"
    lesson.write_text("my work")
    assert main(["reset", "3"]) == 0
    kept = lesson.with_suffix(".old-1.ipynb")
    assert f"Your own is kept as {kept}." in capsys.readouterr().out
    assert kept.read_text() == "my work" and lesson.read_bytes() == (ROOT / "notebooks" / lesson.name).read_bytes()
    assert main(["reset", "99"]) == 2
    assert "received '99'" in capsys.readouterr().err


def test_a_training_is_given_its_minutes_and_whether_it_goes_on(photo, tmp_path, monkeypatch, capsys):
    received = []
    monkeypatch.setattr(
        "gan_course.training.own_style.train_own_style", lambda *arguments: received.append(arguments) or 120
    )
    out = tmp_path / "mine.npz"
    assert main(["train-style", str(photo), "-o", str(out), "--minutes", "40", "--resume"]) == 0
    assert main(["train-style", str(photo), "-o", str(out)]) == 0
    assert received == [([photo], out, 40.0, True), ([photo], out, 20.0, False)]
    assert "Step 120, saved" in capsys.readouterr().out


def test_importing_and_help_do_not_load_tensorflow():
    code = (
        "import sys, gan_course, gan_course.cli\n"
        "try: gan_course.cli.main(['--help'])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "gan_course.cli.main(['styles'])\n"
        "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    )
    result = run("-c", code)
    assert result.returncode == 0, result.stderr
    assert "van_gogh" in result.stdout


def test_tensorflow_is_imported_without_its_log_lines():
    result = run("-c", "import gan_course.networks", TF_CPP_MIN_LOG_LEVEL="0")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_keras_runs_on_tensorflow_whatever_the_terminal_says():
    result = run("-c", "import gan_course.networks, keras; print(keras.backend.backend())", KERAS_BACKEND="torch")
    assert (result.stdout, result.stderr) == ("tensorflow\n", "")


def test_what_the_system_refuses_is_said_with_the_file_and_what_to_try(monkeypatch, capsys):
    def refuse(arguments):
        raise PermissionError(13, "Permission denied", "/srv/my_notebooks")

    monkeypatch.setattr("gan_course.lab.start_lab", refuse)
    assert main(["lab"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("gan-course: /srv/my_notebooks could not be read or written (Permission denied). Check that")


def test_what_the_course_itself_says_of_a_missing_file_stays_as_it_is(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("gan_course.lab.SHIPPED", tmp_path)
    assert main(["reset", "03"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"gan-course: The lessons were expected in {tmp_path}") and said.endswith("install -e .).\n")


def test_lab_hands_its_arguments_on_to_jupyterlab(monkeypatch):
    received = []
    monkeypatch.setattr("gan_course.lab.start_lab", received.extend)
    assert main(["lab", "--port=9333", "--no-browser"]) == 0
    assert received == ["--port=9333", "--no-browser"]


def test_python_dash_m_is_the_same():
    result = run("-m", "gan_course", "styles")
    assert result.returncode == 0 and "van_gogh" in result.stdout


def test_stylize_prints_no_log_lines_of_tensorflow(photo, small_weights, tmp_path):
    result = run("-m", "gan_course", "stylize", photo, "--style", small_weights, "-o", tmp_path / "p.png")
    assert result.returncode == 0
    assert result.stderr == ""


def with_memory(monkeypatch, total, free):
    found = SimpleNamespace(total=total * 2**30, available=free * 2**30)
    monkeypatch.setattr("psutil.virtual_memory", lambda: found)


class TestDoctor:
    def test_a_healthy_course(self, capsys, monkeypatch):
        with_memory(monkeypatch, total=16, free=8)  # whatever else runs on this computer
        assert main(["doctor"]) == 0
        lines = capsys.readouterr().out.strip().splitlines()
        assert len(lines) == 5 and all(line.startswith("ok") for line in lines)

    def test_too_little_memory_is_said_before_a_lesson_dies_of_it(self, monkeypatch):
        from gan_course import doctor

        with_memory(monkeypatch, total=8, free=1.4)
        with pytest.raises(RuntimeError, match=r"1\.4 GB of memory are free of 8; a lesson needs up to 2\. Close"):
            doctor.check_machine()

    @pytest.mark.parametrize("version", [(3, 10, 12), (3, 14, 0)])
    def test_a_python_too_old_or_too_new_is_named(self, monkeypatch, version):
        from gan_course import doctor

        text = ".".join(map(str, version))
        monkeypatch.setattr(doctor, "sys", SimpleNamespace(version_info=version))
        monkeypatch.setattr(doctor.platform, "python_version", lambda: text)
        with pytest.raises(RuntimeError, match=f"Python {text}; 3.11 to 3.13 is needed"):
            doctor.check_python()

    def test_a_style_that_paints_nothing_is_named(self, monkeypatch):
        from gan_course import doctor

        monkeypatch.setattr("gan_course.stylize.stylize", lambda stylizer, photo: photo)
        with pytest.raises(RuntimeError, match="left the test picture unchanged.*git checkout data/weights"):
            doctor.check_painting()

    def test_what_is_wrong_is_named(self, capsys, monkeypatch):
        from gan_course import doctor

        monkeypatch.setattr(doctor, "is_intact", lambda name: not name.endswith("owl.jpg"))
        monkeypatch.setattr(doctor, "_installed_version", lambda name: None)
        assert main(["doctor"]) == 2
        output = capsys.readouterr().out
        assert "WRONG 1 data files differ" in output and "owl.jpg" in output and "git checkout data" in output
        assert "tensorflow is missing" in output and "pip install -r requirements.txt" in output

    def test_a_package_that_the_course_requires_and_that_is_missing_is_named(self, monkeypatch):
        from gan_course import doctor

        installed = doctor._installed_version
        monkeypatch.setattr(doctor, "_installed_version", lambda name: None if name == "tqdm" else installed(name))
        with pytest.raises(RuntimeError, match="^tqdm is missing, tested with .* Repair"):
            doctor.check_packages()

    def test_a_package_for_tests_alone_may_be_missing(self, monkeypatch):
        from gan_course import doctor

        installed = doctor._installed_version
        monkeypatch.setattr(doctor, "_installed_version", lambda name: None if name == "nbval" else installed(name))
        assert "platformdirs" in doctor.check_packages()


def test_a_name_that_the_terminal_cannot_show_is_painted_all_the_same(photo, small_weights, tmp_path, monkeypatch):
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main(["stylize", str(photo), "--style", str(small_weights), "-o", str(tmp_path / "画.png")]) == 0
    terminal.flush()
    assert b"1 painted" in terminal.buffer.getvalue() and (tmp_path / "画.png").is_file()


def test_one_photo_is_not_put_into_a_folder_that_is_named_like_another_kind_of_file(photo, tmp_path, capsys):
    assert main(["stylize", str(photo), "--style", "van_gogh", "-o", str(tmp_path / "out.pdf")]) == 2
    said = capsys.readouterr().err
    assert "must end in one of .jpg, .jpeg, .png, .webp, received '.pdf'" in said
    assert not (tmp_path / "out.pdf").exists()


def test_a_picture_as_style_is_sent_to_the_option_for_pictures(photo, tmp_path, capsys):
    assert main(["stylize", str(photo), "--style", str(photo), "-o", str(tmp_path / "p.png")]) == 2
    assert "is a picture; a shipped style or a .npz weights file was expected" in capsys.readouterr().err
