"""What the README says, held against the project."""

import re

import pytest
from PIL import Image

from gan_course.cli import build_parser, main
from gan_course.paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^gan-course (.+?)(?:\s+#.*)?$", README, flags=re.MULTILINE)


@pytest.mark.parametrize(("name", "lines"), re.findall(r"\| \[([^]]+\.py)\]\([^)]+\) \| (\d+) \|", README))
def test_the_lengths_of_files_are_right(name, lines):
    counted = len((ROOT / name).read_text(encoding="utf-8").splitlines())
    assert abs(counted - int(lines)) <= 10


def test_every_command_it_shows_is_understood():
    assert len(COMMANDS) >= 6
    for command in COMMANDS:
        build_parser().parse_args(command.split())


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith("stylize")])
def test_every_painting_command_it_shows_paints(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_photos").mkdir()
    for name in ("photo.jpg", "large.jpg", "my_photos/one.jpg"):
        Image.effect_noise((96, 72), 60).convert("RGB").save(name)
    Image.effect_noise((200, 180), 90).convert("RGB").save("any_painting.jpg")
    for name in ("mask.png", "sky_mask.png"):
        Image.linear_gradient("L").resize((48, 36)).save(name)
    arguments = command.split()
    assert main(arguments) == 0
    written = tmp_path / arguments[arguments.index("-o") + 1]
    (painting,) = written.iterdir() if written.is_dir() else [written]
    with Image.open(painting) as image:
        assert image.size == (96, 72)
        frames = int(arguments[arguments.index("--frames") + 1]) if "--frames" in arguments else 1
        assert getattr(image, "n_frames", 1) >= frames
