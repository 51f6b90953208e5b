"""What the README says, held against the project."""

import re

import pytest

from gan_course.cli import build_parser
from gan_course.paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_link_into_the_project_leads_somewhere():
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", README) if not target.startswith("http")]
    assert targets
    for target in targets:
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize(("name", "lines"), re.findall(r"\| \[([^]]+\.py)\]\([^)]+\) \| (\d+) \|", README))
def test_the_lengths_of_files_are_right(name, lines):
    counted = len((ROOT / name).read_text(encoding="utf-8").splitlines())
    assert abs(counted - int(lines)) <= 10


def test_every_command_it_shows_is_understood():
    commands = re.findall(r"^gan-course (.+?)(?:\s+#.*)?$", README, flags=re.MULTILINE)
    assert len(commands) >= 6
    for command in commands:
        build_parser().parse_args(command.split())
