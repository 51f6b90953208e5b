"""The teacher's pages, held against the project: their commands, files and figures."""

import re

import pytest

from gan_course.cli import build_parser
from gan_course.paths import ROOT

PAGES = ["teachers.md", "hub.md", "hub_log.md", "lesson_plans.md"]


def text_of(page):
    return (ROOT / "docs" / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["teachers.md", "hub.md"])
def test_every_command_is_understood(page):
    commands = re.findall(r"^ *gan-course (.+?)(?:\s+#.*)?$", text_of(page), re.MULTILINE)
    assert len(commands) >= 2
    for command in commands:
        build_parser().parse_args(command.split())


@pytest.mark.parametrize("page", PAGES)
def test_every_file_of_the_course_that_is_named_is_there(page):
    named = re.findall(r"`(?:/srv/gan-course/)?((?:docs|hub|tools|data|gan_course)/[\w./]+)[`\s]", text_of(page))
    for name in named:
        assert (ROOT / name).exists(), name


def test_make_has_the_targets_that_a_teacher_is_told_of():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    told = {
        target for page in PAGES for target in re.findall(r"\bmake (lab|classroom|wheelhouse|test\S*)", text_of(page))
    }
    assert {"lab", "classroom", "wheelhouse"} <= told
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in told)


def test_nothing_is_left_to_come():
    text = "".join(map(text_of, PAGES))
    assert "{TABLE}" not in text and "{SIZE}" not in text
    assert not re.search(r"not there yet|to come\b|todo", text, re.IGNORECASE)


def test_the_table_of_memory_is_the_measured_one():
    """The page shows what the log measured, not what someone once typed."""
    measured = re.findall(r"^\| .+ \|$", text_of("hub_log.md"), re.MULTILINE)
    assert len(measured) >= 10
    assert all(row in text_of("hub.md") for row in measured)
