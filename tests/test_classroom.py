"""The classroom: lessons become assignments, and every submission gets the grade it deserves or a person who looks."""

import copy
import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from types import SimpleNamespace

import nbformat
import psutil
import pytest

from gan_course import exercises
from gan_course.classroom import NotRight, apart, require, require_letters, require_right
from gan_course.classroom.apart import run_notebook
from gan_course.classroom.assignment import make_assignment, minutes_of
from gan_course.classroom.export import SUBMITTED_FILE, export_course
from gan_course.classroom.grade_table import Grade, describe, read_table, write_table
from gan_course.classroom.needed import needed_cells
from gan_course.classroom.own_words import OWN_WORDS
from gan_course.classroom.project import make_project
from gan_course.classroom.restore import NeedsPerson, read_submission, restore
from gan_course.classroom.suspicious import worth_a_look
from gan_course.cli import main
from gan_course.exercises.quiz import all_quizzes
from gan_course.paths import ROOT

pytestmark = pytest.mark.xdist_group("classroom")  # its classes are graded once, in one process
LESSON = "lesson_01"
WITH_NBGRADER = pytest.mark.skipif(
    find_spec("nbgrader") is None, reason="nbgrader is not installed; pip install '.[classroom]' to test grading"
)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course folder with one assignment."""
    folder = tmp_path_factory.mktemp("class") / "course"
    export_course(folder, ["1"])
    return folder


def source_of(course, lesson=LESSON):
    return nbformat.read(course / "source" / lesson / f"{lesson}.ipynb", as_version=4)


def kind(cell):
    metadata = cell.metadata.get("nbgrader", {})
    return "".join(
        letter for letter, key in zip("GSL", ("grade", "solution", "locked"), strict=True) if metadata.get(key)
    )


def as_handed_out(source):
    """What nbgrader makes of a source notebook, without nbgrader: for the tests of what happens to it afterwards."""
    released = copy.deepcopy(source)
    stubs = {exercise.name: exercise.stub() for exercise in lesson_exercises()}
    for cell in released.cells:
        if cell.id in stubs:
            cell.source = stubs[cell.id]
        elif kind(cell) == "GL":
            cell.source = cell.source.partition("### BEGIN HIDDEN TESTS")[0].rstrip()
        elif kind(cell) == "S":
            cell.source = cell.source.partition("    ### BEGIN SOLUTION")[0] + "    raise NotImplementedError"
    return released


def lesson_exercises():
    return [value for value in vars(exercises.lesson_01).values() if hasattr(value, "solution_source")]


def right_letters(question):
    return "".join(letter for letter, one in zip(question.letters, question.options, strict=True) if one.right)


def answers_of(lesson_quiz=exercises.quiz_01):
    """Right answers to everything in the assignment, by the name of the cell."""
    answers = {exercise.name: exercise.solution_source for exercise in lesson_exercises()}
    for number, question in enumerate(lesson_quiz.questions, start=1):
        answers[f"question-{number}"] = f'def question_{number}():\n    return "{right_letters(question)}"'
    return answers | {"own-words": "Either the fakes are perfect, or the critic is blind."}


def filled(released, answers):
    notebook = copy.deepcopy(released)
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)
    return notebook


# ---------------------------------------------------------------- export


def test_a_teacher_gets_an_assignment_with_solutions_checks_and_points(course):
    cells = {cell.id: cell for cell in source_of(course).cells}
    assert (course / "nbgrader_config.py").is_file()
    for exercise in lesson_exercises():
        answer, check = cells[exercise.name], cells[f"{exercise.name}-check"]
        assert (kind(answer), kind(check)) == ("S", "GL")
        assert "### BEGIN SOLUTION" in answer.source and "### END SOLUTION" in answer.source
        visible, _, hidden = check.source.partition("### BEGIN HIDDEN TESTS")
        assert f"require(exercises.lesson_01.{exercise.name}, {exercise.name})" in visible
        assert hidden.count("seed=") == 2
    assert kind(cells["own-words"]) == "GS" and cells["own-words"].cell_type == "markdown"
    points = sum(cell.metadata.get("nbgrader", {}).get("points", 0) for cell in cells.values())
    assert points == 20
    assert "| **together** | **20** |" in cells["assignment"].source
    assert "about 60 minutes" in cells["assignment"].source
    assert all(cell.metadata.nbgrader.schema_version == 3 for cell in cells.values() if kind(cell))


def test_the_same_course_gives_the_same_files(course, tmp_path):
    export_course(tmp_path / "again", ["01"])
    for file in ("nbgrader_config.py", f"source/{LESSON}/{LESSON}.ipynb"):
        assert (tmp_path / "again" / file).read_bytes() == (course / file).read_bytes()


def test_a_student_reads_no_quiz_answer_before_handing_in(course):
    for cell in as_handed_out(source_of(course)).cells:
        if cell.id.startswith("question-"):
            assert "require_right" not in cell.source
            assert "is right." not in cell.source


def test_grading_runs_nothing_but_the_set_up_the_answers_and_their_checks(tmp_path):
    export_course(tmp_path / "all")
    folders = sorted((tmp_path / "all" / "source").glob("lesson_*"))
    assert len(folders) == len(list((ROOT / "notebooks").glob("[0-9]*.ipynb")))
    for folder in folders:
        notebook = source_of(tmp_path / "all", folder.name)
        running = [cell.id for cell in notebook.cells if cell.cell_type == "code" and kind(cell) == "L"]
        assert 1 <= len(running) <= 3, f"{folder.name}: {running}"
        assert minutes_of(notebook), folder.name
        text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        assert "attachment:" in text, "code that does not run is shown with its pictures"


def test_a_project_has_an_answer_in_words_for_each_row_of_its_rubric(tmp_path, capsys):
    assert main(["classroom", "export", str(tmp_path / "course"), "--lessons", "10"]) == 0
    assert "project_10: 21 points (rubric 21)" in capsys.readouterr().out
    notebook = source_of(tmp_path / "course", "project_10")
    answers = [cell for cell in notebook.cells if kind(cell) == "GS"]
    assert [cell.metadata.nbgrader.points for cell in answers] == [3] * 7
    assert {cell.cell_type for cell in notebook.cells} == {"markdown"}
    task, first = notebook.cells[1], notebook.cells[2]
    assert task.source.startswith("## Project") and "| **honesty** |" in task.source
    assert "## What can go wrong" not in task.source, "the project alone, not what follows it in the lesson"
    assert first.source.startswith("## Source and rights\n\n- 0: missing") and "- 3: and the people" in first.source


def test_a_project_without_a_rubric_is_refused():
    text = "## Project: paint\n\n| | 0 | 1 |\n| --- | --- | --- |\n| **one** | no |\n| **two** | no | yes |\n"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
    with pytest.raises(ValueError, match="expected to hold a rubric"):
        make_project(notebook)
    notebook.cells[0].source = "## Something else"
    assert make_project(notebook) is None


def test_every_lesson_has_a_question_of_its_own(course):
    lessons = {f"lesson_{file.name[:2]}" for file in (ROOT / "notebooks").glob("[0-9]*.ipynb")}
    assert lessons <= set(OWN_WORDS)
    assert len({question for question, _ in OWN_WORDS.values()}) == len(OWN_WORDS)
    cells = {cell.id: cell.source for cell in source_of(course).cells}
    assert OWN_WORDS[LESSON][0] in cells["own-words-text"] and OWN_WORDS[LESSON][1] in cells["own-words"]


def test_a_cell_that_an_answer_needs_is_kept_and_a_training_is_not():
    sources = [
        "import math",
        "size = 3\nscale = 2",
        "trained = train(steps=10**9)",
        "def area(r): ...",
        "print(trained)",
    ]
    assert needed_cells(sources, {3: "def area(r):\n    return math.pi * r * r * scale"}) == {0, 1, 3}
    assert needed_cells(sources, {3: "def area(r):\n    scale = 1\n    return scale * r"}) == {0, 3}


def test_no_exercise_may_need_a_cell_that_takes_long():
    notebook = nbformat.read(next((ROOT / "notebooks").glob("01_*.ipynb")), as_version=4)
    next(cell for cell in notebook.cells if cell.cell_type == "code").metadata["tags"] = ["long"]
    with pytest.raises(ValueError, match="tagged `long`"):
        make_assignment(notebook, LESSON, lesson_exercises(), exercises.quiz_01)


@pytest.mark.parametrize(
    "file, student, assignment",
    [
        ("ada_lesson_01.ipynb", "ada", "lesson_01"),
        ("ada/lesson_01.ipynb", "ada", "lesson_01"),
        ("class 3b/ada/lesson_01/lesson_01.ipynb", "ada", "lesson_01"),
        ("moodle/Ada Lovelace_1234567_assignsubmission_file_/lesson_01.ipynb", "Ada Lovelace", "lesson_01"),
        ("moodle/Ada Lovelace_1234567_assignsubmission_file_lesson_01.ipynb", "Ada Lovelace", "lesson_01"),
        ("moodle/Ada_12_assignsubmission_file/mine/project_10.ipynb", "Ada", "project_10"),
        ("canvas/lovelaceada_1234_5678_lesson_01-1.ipynb", "lovelaceada", "lesson_01"),
        ("ada_lesson_01 (2).ipynb", "ada", "lesson_01"),
        ("ada/homework.ipynb", None, None),
        ("lesson_01.ipynb", None, None),
    ],
)
def test_a_download_of_a_learning_platform_says_whose_file_it_is(file, student, assignment):
    match = re.match(SUBMITTED_FILE, f"/home/t/lesson_01/downloaded/lesson_01/extracted/{file}")
    found = match.groupdict() if match else {"student_id": None, "file_id": None}
    assert found == {"student_id": student, "file_id": assignment}


@pytest.mark.parametrize("wrong, said", [(["77"], "expects numbers of lessons"), (["one"], "received 'one'")])
def test_a_teacher_who_names_no_lesson_learns_which_there_are(tmp_path, wrong, said):
    with pytest.raises(ValueError, match=said):
        export_course(tmp_path / "course", wrong)
    assert not (tmp_path / "course").exists()


@pytest.mark.parametrize("lessons", [[], ["--lessons", "03"]], ids=["all", "one"])
def test_a_teacher_whose_course_came_without_its_notebooks_learns_that(tmp_path, monkeypatch, capsys, lessons):
    monkeypatch.setattr("gan_course.lab.SHIPPED", tmp_path / "nowhere")
    assert main(["classroom", "export", str(tmp_path / "course"), *lessons]) == 2
    assert f"The lessons were expected in {tmp_path / 'nowhere'} and are not there" in capsys.readouterr().err
    assert not (tmp_path / "course").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("grades of last year")
    assert main(["classroom", "export", str(tmp_path), "--lessons", "01"]) == 2
    assert "not empty" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


# ---------------------------------------------------------------- what the cells of an assignment call


def test_a_check_fails_the_cell_of_a_wrong_answer_and_of_none(capsys):
    exercise = exercises.lesson_01.density_ratio
    require(exercise, exercise.answer)
    require(exercise, exercise.answer, seed=101)
    with pytest.raises(NotRight, match="Not yet"):
        require(exercise, exercise.mistakes[0].function)
    with pytest.raises(NotRight, match="Not attempted"):
        namespace = {}
        exec(exercise.stub(), namespace)
        require(exercise, namespace["density_ratio"])
    assert capsys.readouterr().out.count("Correct: density_ratio") == 1


@pytest.mark.parametrize("quiz", all_quizzes(), ids=lambda quiz: quiz.name)
def test_a_quiz_takes_the_right_letters_and_no_others(quiz, capsys):
    for number, question in enumerate(quiz.questions, start=1):
        right = right_letters(question)
        require_right(quiz, number, lambda right=right: ", ".join(right.upper()))
        wrong = next(letter for letter in question.letters if letter != right)
        require_letters(quiz, number, lambda wrong=wrong: wrong)
        with pytest.raises(NotRight):
            require_right(quiz, number, lambda wrong=wrong: wrong)
        for nonsense in ("", "z", None, 3):
            with pytest.raises(NotRight, match="letters from a to"):
                require_letters(quiz, number, lambda nonsense=nonsense: nonsense)


# ---------------------------------------------------------------- a submission gets its form back


def test_a_student_who_edits_and_deletes_checks_is_graded_by_the_checks_that_were_handed_out(course):
    released = as_handed_out(source_of(course))
    submitted = filled(released, answers_of())
    submitted.cells = [cell for cell in submitted.cells if cell.id != "sample_latent-check"]
    next(cell for cell in submitted.cells if cell.id == "density_ratio-check").source = "pass"
    restored, remarks = restore(submitted, released)
    assert [cell.id for cell in restored.cells] == [cell.id for cell in released.cells]
    assert remarks == ["deleted and put back: sample_latent-check", "edited and put back: density_ratio-check"]
    cells = {cell.id: cell.source for cell in restored.cells}
    assert cells["density_ratio"] == answers_of()["density_ratio"]
    assert cells["density_ratio-check"].startswith("from gan_course import exercises")


def test_cells_of_the_students_own_stay_where_they_were(course):
    released = as_handed_out(source_of(course))
    submitted = filled(released, answers_of())
    place = [cell.id for cell in submitted.cells].index("density_ratio")
    submitted.cells.insert(place, nbformat.v4.new_code_cell("def helper():\n    return 1"))
    restored, remarks = restore(submitted, released)
    assert [cell.source for cell in restored.cells][place] == "def helper():\n    return 1"
    assert restored.cells[place + 1].id == "density_ratio" and not remarks


def test_pictures_in_an_answer_in_words_come_along(course):
    released = as_handed_out(source_of(course))
    submitted = filled(released, answers_of() | {"own-words": "![mine](attachment:mine.png)"})
    words = next(cell for cell in submitted.cells if cell.id == "own-words")
    words["attachments"] = {"mine.png": {"image/png": "iVBORw0KGgo="}}
    restored, remarks = restore(submitted, released)
    kept = next(cell for cell in restored.cells if cell.id == "own-words")
    assert kept["attachments"] == words["attachments"] and not remarks


def test_an_answer_cell_that_was_copied_counts_once(course):
    released = as_handed_out(source_of(course))
    submitted = filled(released, answers_of())
    place = [cell.id for cell in submitted.cells].index("density_ratio")
    twin = copy.deepcopy(submitted.cells[place])
    twin.update(id="another", source="my notes")
    submitted.cells.insert(place, twin)
    restored, remarks = restore(submitted, released)
    assert {cell.id: cell.source for cell in restored.cells}["density_ratio"] == answers_of()["density_ratio"]
    assert len(remarks) == 1 and "there twice" in remarks[0]


def test_stripped_metadata_are_put_back_as_long_as_cells_have_their_ids(course):
    released = as_handed_out(source_of(course))
    submitted = filled(released, answers_of())
    for cell in submitted.cells:
        cell.metadata.clear()
    restored, remarks = restore(submitted, released)
    assert {cell.id: kind(cell) for cell in restored.cells} == {cell.id: kind(cell) for cell in released.cells}
    assert "metadata lost and put back: density_ratio" in remarks
    for cell in submitted.cells:
        del cell["id"]
    with pytest.raises(NeedsPerson, match="no answer cell is known"):
        restore(submitted, released)


def test_a_lost_answer_cell_is_named(course):
    released = as_handed_out(source_of(course))
    submitted = filled(released, answers_of())
    submitted.cells = [cell for cell in submitted.cells if cell.id != "density_ratio"]
    with pytest.raises(NeedsPerson, match="density_ratio"):
        restore(submitted, released)


def test_a_file_that_is_no_notebook_is_named(tmp_path):
    file = tmp_path / "lesson_01.ipynb"
    with pytest.raises(NeedsPerson, match="is missing"):
        read_submission(file)
    for content in (
        '{"cells": [',
        "",
        "[]",
        '{"nbformat": 4, "cells": 3, "metadata": {}, "nbformat_minor": 5}',
        "\x00",
    ):
        file.write_text(content)
        with pytest.raises(NeedsPerson, match="not a notebook that can be read"):
            read_submission(file)
    with pytest.raises(NeedsPerson, match="lesson_02.ipynb is missing; there are lesson_01.ipynb"):
        read_submission(tmp_path / "lesson_02.ipynb")


# ---------------------------------------------------------------- a submission runs


def run(*sources, cell_seconds=20, total_seconds=120):
    """First error of each cell, or what it printed."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    outputs = run_notebook(nbformat.v4.new_notebook(cells=cells), cell_seconds, total_seconds)
    return ["".join(one.get("ename") or one.get("text", "") for one in cell).strip() for cell in outputs]


@pytest.mark.parametrize("ends", ["quit()", "exit()", "import os; os._exit(0)", "import os; os.kill(os.getpid(), 9)"])
def test_a_cell_that_ends_python_costs_itself_and_no_other_cell(ends):
    assert run("a = 1", ends, "print(a)") == ["", "KernelEnded", "1"]


def test_a_loop_without_end_is_stopped_even_if_it_swallows_interrupts():
    stubborn = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    assert run("a = 1", stubborn, "print(a)", cell_seconds=10) == ["", "TimeLimit", "1"]


def test_a_notebook_that_ends_python_again_and_again_is_given_up_for_the_true_reason(monkeypatch):
    monkeypatch.setattr(apart, "MOST_NEW_KERNELS", 2)
    ends = "import os; os._exit(0)"
    assert run("a = 1", ends, ends, "print(a)") == ["GivenUp", "KernelEnded", "KernelEnded", "GivenUp"]
    assert "time for the whole" not in apart.REASONS["GivenUp"] and "A person has to" in apart.REASONS["GivenUp"]


def test_sys_exit_and_errors_cost_their_own_cell_only():
    exits, *others = run("import sys; sys.exit()", "1 / 0", "def f(:", "print('on')")
    assert exits.startswith("SystemExit")
    assert others == ["ZeroDivisionError", "SyntaxError", "on"]


def test_a_megabyte_of_prints_is_cut_and_the_error_after_it_is_kept():
    outputs = run("for _ in range(200): print('x' * 10_000)\nraise ValueError", "print('on')")
    assert len(outputs[0]) < 400_000 and outputs[0].endswith("ValueError") and outputs[1] == "on"


def test_when_the_time_for_everything_is_over_the_rest_is_marked_as_not_run():
    assert run("import time; time.sleep(60)", "print(1)", total_seconds=4)[1] == "NotRun"


def test_memory_is_limited_before_a_submission_starts():
    cells = [nbformat.v4.new_code_cell("x = bytearray(3 * 2**30)"), nbformat.v4.new_code_cell("print('on')")]
    request = {"notebook": nbformat.v4.new_notebook(cells=cells)}
    request |= {"cell_seconds": 60, "total_seconds": 120, "memory_gigabytes": 2}
    command = [sys.executable, "-m", "gan_course.classroom.apart"]
    done = subprocess.run(command, input=json.dumps(request), capture_output=True, encoding="utf-8", timeout=180)
    greedy, harmless = json.loads(done.stdout)
    assert greedy[0]["ename"] == "MemoryError"
    assert harmless[0]["text"] == "on\n"


def is_alive(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@WITH_NBGRADER
def test_a_submission_leaves_no_process_behind_and_gets_no_secret(monkeypatch):
    from gan_course.classroom.preprocessors import ExecuteApart

    monkeypatch.setenv("MY_PASSWORD", "secret")
    source = (
        "import os, subprocess, sys\n"
        "left = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
        "print(left.pid, 'MY_PASSWORD' in os.environ, os.listdir('.') == os.listdir(os.environ['HOME']))"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    executed, _ = ExecuteApart().preprocess(notebook, {})
    pid, has_secret, at_home = executed.cells[0].outputs[0].text.split()
    assert (has_secret, at_home) == ("False", "True")
    end = time.monotonic() + 10  # it was killed; on a busy machine it takes a moment to die
    while (alive := is_alive(int(pid))) and time.monotonic() < end:
        time.sleep(0.05)
    assert not alive


@WITH_NBGRADER
def test_a_run_without_a_result_is_never_taken_for_a_grade():
    from gan_course.classroom.preprocessors import ExecuteApart

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    with pytest.raises(NeedsPerson, match="ended without a result"):
        ExecuteApart(memory_gigabytes=0.1).preprocess(notebook, {})


@WITH_NBGRADER
def test_a_warning_costs_no_points_and_a_number_that_is_shown_brings_none():
    from gan_course.classroom.preprocessors import only_errors_count

    new = nbformat.v4.new_output
    shown = new("execute_result", {"text/plain": "3"})
    warning, printed = new("stream", name="stderr", text="RuntimeWarning"), new("stream", name="stdout", text="3")
    error = new("error", ename="NotRight", evalue="density_ratio", traceback=[])
    kept = only_errors_count([shown, warning, printed, error])
    assert [output.output_type for output in kept] == ["error", "stream", "stream"]
    assert [output.name for output in kept[1:]] == ["stdout", "stdout"]


def test_a_submission_as_large_as_a_film_is_not_read(tmp_path):
    file = tmp_path / f"{LESSON}.ipynb"
    with file.open("wb") as handle:
        handle.truncate(21_000_000)
    with pytest.raises(NeedsPerson, match=f"{LESSON}.ipynb has 21 MB; at most 20 are read"):
        read_submission(file)


def test_code_that_a_person_should_read_is_named():
    lesson = [exercises.lesson_04.slerp, exercises.lesson_04.moving_average]
    assert worth_a_look(["def f(start, end, t):\n    return latent.slerp(start, end, t)"], lesson) == [
        "uses the course's own latent.slerp"
    ]
    assert worth_a_look(["from gan_course.latent import slerp"], lesson) == ["imports the course's own slerp"]
    assert worth_a_look(["exercises.lesson_04.slerp.solution()"], lesson)[0].startswith("asks for")
    assert worth_a_look(["losses.gram_matrix = lambda x: x"], lesson) == ["sets losses.gram_matrix"]
    assert worth_a_look(["import os\nos.listdir('/home')"], lesson) == ["uses os (the system)"]
    assert (
        worth_a_look([exercise.solution_source for exercise in lesson] + ["def f(:", "%matplotlib inline"], lesson)
        == []
    )


# ---------------------------------------------------------------- a class, graded by nbgrader

STUBBORN = "    while True:\n        try:\n            while True: pass\n        except BaseException: pass"
PERFECT, PERFECT_BUT_ONE = 17, 14  # of 20; the three points for the own words come from a person


def run_nbgrader(course, *arguments):
    path = f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(
        command, cwd=course, env=os.environ | {"PATH": path}, capture_output=True, encoding="utf-8", timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


ANSWERS = ("BEGIN SOLUTION", "HIDDEN", "require_right", "A good answer says")


def a_class(folder, submissions, **limits):
    """A course in which students have handed in lesson 01, and their grades as the table says.

    Args:
        folder: an empty one.
        submissions: dictionary from student to a function of the released notebook, which returns theirs, or a text.
        **limits: settings of nbgrader_config.py.
    """
    export_course(folder, ["01"])
    source = source_of(folder)
    set_up = next(cell for cell in source.cells if cell.cell_type == "code")
    set_up.source = "import numpy as np\n\nfrom gan_course import exercises"  # without TensorFlow: seconds, not minutes
    (folder / "source" / LESSON / f"{LESSON}.ipynb").write_text(nbformat.writes(source), encoding="utf-8")
    with open(folder / "nbgrader_config.py", "a", encoding="utf-8") as config:
        config.writelines(f"c.ExecuteApart.{name} = {value!r}\n" for name, value in limits.items())
    run_nbgrader(folder, "generate_assignment", LESSON)
    released = nbformat.read(folder / "release" / LESSON / f"{LESSON}.ipynb", as_version=4)
    for student, hand_in in submissions.items():
        file = folder / "submitted" / student / LESSON / f"{LESSON}.ipynb"
        file.parent.mkdir(parents=True)
        theirs = hand_in(copy.deepcopy(released))
        file.write_text(theirs if isinstance(theirs, str) else json.dumps(theirs), encoding="utf-8")
    before = digests(folder / "submitted")
    assert main(["classroom", "grade", str(folder), LESSON]) == 0
    assert digests(folder / "submitted") == before, "grading changed what students handed in"
    with open(folder / "grades" / f"{LESSON}.csv", encoding="utf-8-sig", newline="") as table:
        rows = {row["student"]: row for row in csv.DictReader(table)}
    assert sorted(rows) == sorted(submissions)
    return rows


def digests(folder):
    return {
        path.relative_to(folder): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def perfect(released):
    return filled(released, answers_of())


def with_answer(name, source):
    """A perfect submission but for one cell."""
    return lambda released: filled(released, answers_of() | {name: source})


def in_function(line):
    return with_answer("density_ratio", f"def density_ratio(logits):\n{line}")


def stripped(released):
    notebook = perfect(released)
    for number, cell in enumerate(notebook.cells):
        cell.metadata.clear()
        cell.id = f"colab-{number}"
    return notebook


FEW = {
    "perfect": perfect,
    "blank": lambda released: released,
    "partly": lambda released: filled(
        released, {name: answers_of()[name] for name in ("density_ratio", "training_step", "question-2")}
    ),
    "quits": with_answer("density_ratio", "quit()"),
    "stripped": stripped,
    "torn": lambda released: json.dumps(perfect(released))[:5000],
}


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    folder = tmp_path_factory.mktemp("few") / "course"
    return folder, a_class(folder, FEW)


@WITH_NBGRADER
def test_perfect_blank_and_partly_right_get_their_points(few):
    _, rows = few
    points = {name: (rows[name]["points"], rows[name]["of"]) for name in ("perfect", "blank", "partly")}
    assert points == {"perfect": (str(PERFECT), "20"), "blank": ("0", "20"), "partly": ("7", "20")}
    assert (rows["partly"]["density_ratio-check"], rows["partly"]["sample_latent-check"]) == ("3", "0")
    assert [rows[name]["look at it"] for name in points] == ["", "", ""]
    assert (rows["perfect"]["own-words"], rows["blank"]["own-words"]) == ("to read", "0")


@WITH_NBGRADER
def test_what_is_handed_out_holds_no_answer(few):
    folder, _ = few
    with_answers, handed_out = (
        (folder / part / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8") for part in ("source", "release")
    )
    assert [words for words in ANSWERS if words not in with_answers] == []
    assert [words for words in ANSWERS if words in handed_out] == []


@WITH_NBGRADER
def test_a_teacher_who_names_a_student_who_handed_nothing_in_is_told(few, capsys):
    folder, _ = few
    before = digests(folder)
    assert main(["classroom", "grade", str(folder), LESSON, "--students", "blank", "nobody"]) == 2
    assert capsys.readouterr().err.endswith("there is none of nobody.\n")
    assert digests(folder) == before


@WITH_NBGRADER
def test_points_alone_cannot_be_had_before_any_grading(few, tmp_path):
    course = tmp_path / "course"
    shutil.copytree(few[0], course, ignore=shutil.ignore_patterns("autograded", "feedback", "grades"))
    assert main(["classroom", "grade", str(course), LESSON, "--students", "perfect", "--points-only"]) == 0
    row = read_table(course / "grades" / f"{LESSON}.csv")["perfect"]
    assert (row["points"], row["look at it"]) == ("", "not graded yet")
    assert not (course / "autograded").exists()


@WITH_NBGRADER
def test_who_cannot_be_graded_is_named_and_never_gets_a_silent_zero(few):
    _, rows = few
    for student, reason in (("stripped", "metadata"), ("torn", "not a notebook that can be read")):
        assert rows[student]["points"] == "" and reason in rows[student]["look at it"]


@WITH_NBGRADER
def test_a_student_who_quits_python_loses_that_answer_alone_and_is_named(few):
    _, rows = few
    assert rows["quits"]["points"] == str(PERFECT_BUT_ONE)
    assert "density_ratio: This cell ended Python" in rows["quits"]["look at it"]


@WITH_NBGRADER
def test_feedback_says_what_was_wrong(few):
    folder, _ = few
    page = (folder / "feedback" / "blank" / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
    assert "Not attempted: density_ratio" in page
    assert not (folder / "feedback" / "torn").exists()


@WITH_NBGRADER
def test_points_that_a_teacher_gives_reach_the_table_without_running_anything(few):
    from nbgrader.api import Gradebook

    folder, _ = few
    executed = digests(folder / "autograded")
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        words = gradebook.find_grade("own-words", LESSON, LESSON, "perfect")
        words.manual_score, words.needs_manual_grade = 2, False
        gradebook.db.commit()
    assert main(["classroom", "grade", str(folder), LESSON, "--points-only"]) == 0
    assert digests(folder / "autograded") == executed
    with open(folder / "grades" / f"{LESSON}.csv", encoding="utf-8-sig", newline="") as table:
        rows = {row["student"]: row for row in csv.DictReader(table)}
    assert (rows["perfect"]["points"], rows["perfect"]["own-words"]) == (str(PERFECT + 2), "2")
    assert rows["partly"]["points"] == "7" and rows["torn"]["look at it"]


@WITH_NBGRADER
def test_a_table_that_a_spreadsheet_saved_is_refused_before_any_grading_and_names_survive(few, capsys):
    folder, _ = few
    file = folder / "grades" / f"{LESSON}.csv"
    whole, executed = file.read_bytes(), digests(folder / "autograded")
    assert whole.startswith(b"\xef\xbb\xbfstudent,"), "Excel shows names right"
    text = whole.decode("utf-8-sig")
    for saved in (text.replace(",", ";").encode("utf-8-sig"), text.replace("blank", "Zoë").encode("cp1252"), b""):
        file.write_bytes(saved)
        assert main(["classroom", "grade", str(folder), LESSON, "--students", "blank"]) == 2
        assert "Save it as CSV with commas and UTF-8" in capsys.readouterr().err
        assert file.read_bytes() == saved and digests(folder / "autograded") == executed
    file.write_bytes(whole)


def test_a_table_is_read_as_it_was_written_with_and_without_the_mark(tmp_path):
    file = tmp_path / "grades" / "lesson_01.csv"
    write_table(file, [Grade("Zoë", 3.0, 20.0, parts={"density_ratio-check": 3.0})], ["density_ratio-check"])
    rows = read_table(file)
    assert rows["Zoë"]["points"] == "3" and rows["Zoë"]["density_ratio-check"] == "3"
    file.write_text(file.read_text(encoding="utf-8-sig"), encoding="utf-8")
    assert read_table(file) == rows and read_table(tmp_path / "none.csv") == {}


@pytest.mark.parametrize(("number", "words"), [(1, "1 answer in words"), (2, "2 answers in words")])
def test_answers_that_wait_to_be_read_are_counted_in_the_line_of_a_student(number, words):
    assert f"ada: 3 of 20, {words} to read" in describe(Grade("ada", 3.0, 20.0, to_read=number))


@WITH_NBGRADER
def test_files_handed_in_beside_the_notebook_are_named(few):
    folder, _ = few
    beside = folder / "submitted" / "partly" / LESSON / "helper.py"
    beside.write_text("answer = 42")
    for of_nbgrader in ("timestamp.txt", "submission_secret.txt"):
        beside.with_name(of_nbgrader).write_text("")
    assert main(["classroom", "grade", str(folder), LESSON, "--students", "partly", "--points-only"]) == 0
    with open(folder / "grades" / f"{LESSON}.csv", encoding="utf-8-sig", newline="") as table:
        rows = {row["student"]: row for row in csv.DictReader(table)}
    assert rows["partly"]["look at it"] == "other files, which were not used: helper.py"
    assert rows["blank"]["points"] == "0", "rows of the others stay"


@WITH_NBGRADER
@pytest.mark.slow
def test_a_project_is_collected_with_its_files_and_read_by_a_person(tmp_path):
    export_course(tmp_path / "course", ["10"])
    run_nbgrader(tmp_path / "course", "generate_assignment", "project_10")
    file = tmp_path / "course" / "release" / "project_10" / "project_10.ipynb"
    released = nbformat.read(file, as_version=4)
    assert "*For 3 points:*" not in "\n".join(cell.source for cell in released.cells)
    folder = tmp_path / "course" / "submitted" / "ada" / "project_10"
    folder.mkdir(parents=True)
    (folder / "ada.npz").write_bytes(b"a stylizer")
    (folder / file.name).write_text(json.dumps(filled(released, {"project-honesty": "I claim little."})))
    assert main(["classroom", "grade", str(tmp_path / "course"), "project_10"]) == 0
    with open(tmp_path / "course" / "grades" / "project_10.csv", encoding="utf-8-sig", newline="") as table:
        (row,) = csv.DictReader(table)
    assert (row["points"], row["of"], row["answers to read"], row["look at it"]) == ("0", "21", "1", "")
    assert row["remarks"] == "handed in beside it: ada.npz"
    assert (row["project-honesty"], row["project-training"]) == ("to read", "0")


@WITH_NBGRADER
def test_ctrl_c_ends_the_grading_and_no_student_loses_a_grade(few, monkeypatch, capsys):
    folder, rows = few
    table = (folder / "grades" / f"{LESSON}.csv").read_bytes()
    trace = "Traceback (most recent call last):\n  ...\nKeyboardInterrupt\n"
    api = SimpleNamespace(autograde=lambda assignment, student: {"success": False, "error": trace})
    monkeypatch.setattr("gan_course.classroom.grade._nbgrader", lambda course: api)
    assert main(["classroom", "grade", str(folder), LESSON, "--students", "perfect"]) == 2
    assert "Stopped." in capsys.readouterr().err
    assert (folder / "grades" / f"{LESSON}.csv").read_bytes() == table


@WITH_NBGRADER
def test_a_course_folder_with_a_slip_in_it_is_named(few, tmp_path, capsys):
    folder = tmp_path / "course"
    shutil.copytree(few[0], folder)

    def refused(words, assignment=LESSON):
        assert main(["classroom", "grade", str(folder), assignment]) == 2
        said = capsys.readouterr().err
        assert words in said and "Traceback" not in said

    refused("lesson_99 is no assignment of this course. These are: lesson_01.", "lesson_99")
    refused("ASSIGNMENT is empty", "")
    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.Foo = (\n", encoding="utf-8")
    refused("nbgrader_config.py cannot be read (SyntaxError")
    (folder / "release" / LESSON / f"{LESSON}.ipynb").write_text('{"a": \n', encoding="utf-8")
    refused(f"{LESSON}.ipynb is damaged (NotJSONError). In the course's folder, run `nbgrader generate_assignment")


@WITH_NBGRADER
def test_a_teacher_who_grades_too_early_learns_what_comes_first(course, tmp_path, capsys):
    assert main(["classroom", "grade", str(tmp_path), LESSON]) == 2
    assert "is none. Make one with" in capsys.readouterr().err
    assert main(["classroom", "grade", str(course), LESSON]) == 2
    said = capsys.readouterr().err
    assert f"are {LESSON}; in its folder" in said and "nbgrader generate_assignment lesson_01" in said
    shutil.copy(course / "nbgrader_config.py", tmp_path)
    assert main(["classroom", "grade", str(tmp_path), LESSON]) == 2
    assert f"{tmp_path / 'source'} holds no assignments. Make a course folder anew" in capsys.readouterr().err


MANY = {
    **{
        f"mistaken-{number}": lambda released, number=number: filled(
            released,
            answers_of()
            | {
                one.name: f"{one.name} = exercises.lesson_01.{one.name}.mistakes[{number % len(one.mistakes)}].function"
                for one in lesson_exercises()
            },
        )
        for number in range(6)
    },
    "syntax": with_answer("density_ratio", "def density_ratio(logits):\n    return np.exp(logits"),
    "endless": in_function("    while True: pass"),
    "stubborn": in_function(STUBBORN),
    "endless-cell": with_answer("density_ratio", "while True: pass"),
    "stubborn-cell": with_answer("density_ratio", "if True:\n" + STUBBORN),
    "sys-exit": in_function("    import sys; sys.exit()"),
    "sys-exit-cell": with_answer("density_ratio", "import sys\nsys.exit()"),
    "quit": in_function("    quit()"),
    "os-exit": in_function("    import os; os._exit(0)"),
    "raises": with_answer("density_ratio", answers_of()["density_ratio"] + "\n\nraise ValueError('no')"),
    "raises-check": in_function("    raise ValueError('no')"),
    "memory": with_answer("density_ratio", "pile = []\nwhile True:\n    pile.append(bytearray(2**28))"),
    "megabytes": in_function("    print('x' * 10**6)\n    return np.exp(logits)"),
    "megabytes-cell": with_answer("density_ratio", answers_of()["density_ratio"] + "\nprint('x' * 10**7)"),
    "swaps": with_answer("density_ratio", "exercises.lesson_01.density_ratio.examine = lambda *a: None"),
    "borrows": with_answer("density_ratio", "density_ratio = exercises.lesson_01.density_ratio.answer"),
    "peeks": in_function("    open('/etc/hostname').read()\n    return np.exp(logits)"),
    "solution": with_answer("density_ratio", "exercises.lesson_01.density_ratio.solution()"),
    "no-checks": lambda released: (
        perfect(released) | {"cells": [cell for cell in perfect(released).cells if not cell.id.endswith("-check")]}
    ),
    "own-checks": lambda released: filled(
        released, {f"{one.name}-check": "print('Correct!')" for one in lesson_exercises()}
    ),
}
DESERVED = {
    **{f"mistaken-{number}": 5 for number in range(6)},
    **dict.fromkeys(("raises", "megabytes", "megabytes-cell", "no-checks"), PERFECT),
    "own-checks": 0,
}
# "quit" comes to its own end in the check, "sys-exit" is caught by it: both cost the exercise
NAMED = {
    **dict.fromkeys(("endless-cell", "stubborn-cell"), "did not end within its time"),
    **dict.fromkeys(("endless", "stubborn"), "did not end within the time of a check"),
    **dict.fromkeys(("quit", "os-exit"), "ended Python"),
    **dict.fromkeys(("swaps",), "sets exercises.lesson_01.density_ratio.examine"),
    **dict.fromkeys(("borrows", "solution"), "asks for exercises.lesson_01.density_ratio"),
    "peeks": "uses open (files)",
}


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    return a_class(tmp_path_factory.mktemp("many") / "course", MANY, cell_seconds=45.0)


@WITH_NBGRADER
@pytest.mark.slow
@pytest.mark.parametrize("student", MANY)
def test_every_student_gets_what_they_deserve_or_is_named(many, student):
    row = many[student]
    if student in NAMED:
        assert NAMED[student] in row["look at it"]
    if student not in ("swaps", "borrows", "peeks"):  # these three may have points; a person decides about them
        assert row["points"] == str(DESERVED.get(student, PERFECT_BUT_ONE))
    assert row["points"] or row["look at it"]


@WITH_NBGRADER
@pytest.mark.slow
def test_nbgrader_finds_nothing_to_object_to_in_any_assignment(tmp_path, monkeypatch):
    export_course(tmp_path / "course")
    for folder in sorted((tmp_path / "course" / "source").glob("lesson_*")):
        monkeypatch.setenv("GAN_COURSE_CHECK_SECONDS", "60")  # this is no test of speed
        said = run_nbgrader(tmp_path / "course", "validate", f"source/{folder.name}/{folder.name}.ipynb")
        assert "Success!" in said, folder.name
        run_nbgrader(tmp_path / "course", "generate_assignment", folder.name)
        released = nbformat.read(tmp_path / "course" / "release" / folder.name / f"{folder.name}.ipynb", as_version=4)
        text = "\n".join(cell.source for cell in released.cells)
        assert "SOLUTION" not in text and "HIDDEN" not in text
        stubs = {cell.source for cell in released.cells}
        lesson = vars(getattr(exercises, folder.name)).values()
        assert all(one.stub() in stubs for one in lesson if hasattr(one, "solution_source"))


def others_can_run_this_python():
    """Whether we are root, and the user nobody can run the course."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    command = [sys.executable, "-c", "import gan_course.classroom, nbclient, ipykernel"]
    try:
        done = subprocess.run(command, user="nobody", group="nogroup", cwd="/", env={}, capture_output=True)
    except (OSError, LookupError):  # there may be no such user
        return False
    return done.returncode == 0


@WITH_NBGRADER
@pytest.mark.slow
@pytest.mark.skipif(not others_can_run_this_python(), reason="needs root, and a Python that the user nobody can run")
def test_a_submission_that_runs_as_nobody_cannot_read_the_others(tmp_path):
    other = tmp_path / "course" / "submitted" / "perfect" / LESSON / f"{LESSON}.ipynb"
    spy = in_function(f"    assert len(open({str(other)!r}).read()) > 1000\n    return np.exp(logits)")
    os.chmod(tmp_path, 0o700)
    rows = a_class(tmp_path / "course", {"perfect": perfect, "spy": spy}, user="nobody")
    assert (rows["perfect"]["points"], rows["spy"]["points"]) == (str(PERFECT), str(PERFECT_BUT_ONE))
    assert "uses open (files)" in rows["spy"]["look at it"]
