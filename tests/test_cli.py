"""The command line, as a user types it."""

import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from gan_course.cli import main
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

    @pytest.mark.parametrize("side", ["0", "63", "20000", "large"])
    def test_max_side(self, capsys, photo, small_weights, tmp_path, side):
        arguments = (photo, "--style", small_weights, "-o", tmp_path / "p.png", "--max-side", side)
        self.refused(capsys, arguments, "max-side must be", "16384")

    def test_several_photos_into_one_file(self, capsys, photo, small_weights, tmp_path):
        (tmp_path / "p.png").write_text("precious")
        self.refused(capsys, (photo, photo, "--style", small_weights, "-o", tmp_path / "p.png"), "folder was expected")

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


class TestDoctor:
    def test_a_healthy_course(self, capsys):
        assert main(["doctor"]) == 0
        lines = capsys.readouterr().out.strip().splitlines()
        assert len(lines) == 5 and all(line.startswith("ok") for line in lines)

    def test_what_is_wrong_is_named(self, capsys, monkeypatch):
        from gan_course import doctor

        monkeypatch.setattr(doctor, "is_intact", lambda name: not name.endswith("owl.jpg"))
        monkeypatch.setattr(doctor, "_installed_version", lambda name: None)
        assert main(["doctor"]) == 2
        output = capsys.readouterr().out
        assert "WRONG 1 data files differ" in output and "owl.jpg" in output and "git checkout data" in output
        assert "tensorflow is missing" in output and "pip install -r requirements.txt" in output
