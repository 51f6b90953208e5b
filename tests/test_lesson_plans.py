"""The teacher's plans: one for each lesson, each of them 90 minutes, and they speak of the lessons that ship."""

import re

import pytest

from gan_course import exercises
from gan_course.exercises.engine import Exercise
from gan_course.exercises.progress_table import TITLES
from gan_course.paths import ROOT

TEXT = (ROOT / "docs" / "lesson_plans.md").read_text(encoding="utf-8")
PLANS = {
    title: body
    for title, body in (part.split("\n", 1) for part in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:])
    if re.match(r"\d\d ", title)
}
SHIPPED = sorted(file.name[:2] for file in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))


def minutes(plan):
    return [int(number) for number in re.findall(r"^\| (\d+) \|", plan, re.MULTILINE)]


@pytest.mark.parametrize("title", PLANS)
def test_the_minutes_of_a_plan_are_those_of_a_session(title):
    assert sum(minutes(PLANS[title])) == 90
    assert len(minutes(PLANS[title])) >= 6


@pytest.mark.parametrize("title", PLANS)
def test_a_plan_says_where_they_get_stuck_and_what_to_do_on_slow_machines_before_and_at_home(title):
    for what in ("Stuck", "Slow machine", "Before", "At home"):
        assert f"**{what}**" in PLANS[title]


def test_every_lesson_has_a_plan_and_the_tenth_has_two():
    assert [title.split(",")[0] for title in PLANS] == sorted([*TITLES.values(), TITLES["lesson_10"]])


@pytest.mark.parametrize("number", SHIPPED)
def test_a_plan_says_what_becomes_of_each_exercise(number):
    plan = "".join(body for title, body in PLANS.items() if title.startswith(number))
    lesson = vars(getattr(exercises, f"lesson_{number}")).values()
    missing = [one.name for one in lesson if isinstance(one, Exercise) and f"`{one.name}`" not in plan]
    assert not missing


def test_the_four_weeks_hold_each_session_once_and_name_assignments_that_exist():
    weeks = re.findall(r"^\| [1-4] \|.*", TEXT, re.MULTILINE)
    assert len(weeks) == 4
    sessions = [cell.strip() for week in weeks for cell in week.split("|")[2:4]]
    assert len(sessions) == len(set(sessions)) == 8
    assert {session[:2] for session in sessions} <= {title[:2] for title in PLANS}
    assigned = re.findall(r"`(lesson|project)_(\d\d)`", "".join(weeks))
    assert len(assigned) == 5 and {number for _, number in assigned} <= set(SHIPPED)
