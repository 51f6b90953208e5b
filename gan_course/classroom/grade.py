"""Grades the submissions of an assignment one by one, and says which of them a person has to look at."""

import os
import sys
import warnings
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import nbformat

from gan_course import exercises
from gan_course.classroom.apart import REASONS
from gan_course.classroom.grade_table import Grade, describe, read_table, write_table
from gan_course.classroom.restore import NeedsPerson, read_submission, restore
from gan_course.classroom.suspicious import worth_a_look
from gan_course.exercises.engine import Exercise

INSTALL = (
    "nbgrader is needed for this and is not installed. In the course's folder, run "
    "`.venv/bin/python -m pip install nbgrader==0.9.6`."
)

NOT_YET = "NeedsPerson: not graded yet"


def grade_assignment(course, assignment, students=None, points_only=False, tell=print):
    """Grades submissions with nbgrader, each in a process of its own, writes the feedback and a table of the grades.

    Nothing in `submitted/` is changed. The table is `grades/<assignment>.csv` in the course's folder.

    Args:
        course: nbgrader course folder.
        assignment: its name, `"lesson_01"`.
        students: list of folder names; everyone in `submitted/` who handed this assignment in if None.
        points_only: whether to run nothing, and only take points given by hand into the table and the feedback.
        tell: function that shows a line.

    Returns:
        List of `Grade`.

    Raises:
        ValueError: if nbgrader, the course, the assignment or a student is missing, or the table cannot be read.
    """
    course = Path(course).absolute()
    released = _released(course, assignment)
    table = course / "grades" / f"{assignment}.csv"
    read_table(table)  # now, not after all the grading
    api = _nbgrader(course)
    waiting = _students(course, assignment, students)
    marked = [cell.metadata.nbgrader for cell in released.cells if "nbgrader" in cell.metadata]
    parts = [metadata.grade_id for metadata in marked if metadata.grade]
    grades = []
    try:
        for number, student in enumerate(waiting, start=1):
            grades.append(_grade_one(api, course, assignment, student, released, points_only))
            tell(f"[{number}/{len(waiting)}] {describe(grades[-1])}")
    finally:  # whoever stops it keeps what is graded
        write_table(table, grades, parts)
    return grades


def _grade_one(api, course, assignment, student, released, points_only):
    grade = Grade(student)
    folder = course / "submitted" / student / assignment
    try:
        submitted = read_submission(folder / f"{assignment}.ipynb")
        restored, grade.remarks = restore(submitted, released)
    except NeedsPerson as problem:
        grade.look.append(str(problem))
        return grade
    if others := _other_files(folder, assignment):
        if _has_code(released):
            grade.look.append(f"other files, which were not used: {', '.join(others[:5])}")
        else:  # a project: files are part of it
            grade.remarks.append(f"handed in beside it: {', '.join(others)}")
    grade.look += worth_a_look(_code_of(restored), _exercises(assignment))
    executed = course / "autograded" / student / assignment / f"{assignment}.ipynb"
    with _working_in(course):
        done = {"success": executed.is_file(), "error": NOT_YET} if points_only else api.autograde(assignment, student)
        _stop_if_asked(done)
        if not done["success"]:
            grade.look.append(_reason(done))
            return grade
        _read_points(api, grade, assignment)
        ended = _ended(executed)
        grade.look += [f"{name}: {reason}" for name, reason in ended]
        feedback = api.generate_feedback(assignment, student)
        _stop_if_asked(feedback)
        if not feedback["success"]:
            grade.look.append(f"no feedback was made: {_reason(feedback)}")
    return grade


def _released(course, assignment):
    """The notebook as it was handed out."""
    if find_spec("nbgrader") is None:
        raise ValueError(INSTALL)
    if find_spec("resource") is None:
        raise ValueError("Submissions run under limits, which Windows does not have. Grade on Linux, or in WSL.")
    if not (course / "nbgrader_config.py").is_file():
        raise ValueError(
            f"{course} was expected to be a course folder with an nbgrader_config.py, and is none. Make one with "
            "`gan-course classroom export`."
        )
    file = course / "release" / assignment / f"{assignment}.ipynb"
    if not file.is_file():
        known = ", ".join(sorted(folder.name for folder in (course / "source").glob("*")))
        if not known:
            raise ValueError(
                f"{assignment} has not been released, and {course / 'source'} holds no assignments. Make a course "
                "folder anew with `gan-course classroom export`."
            )
        if assignment not in known.split(", "):
            raise ValueError(f"{assignment} is no assignment of this course. These are: {known}.")
        raise ValueError(
            f"{assignment} has not been released. The assignments of this course are {known}; in its folder, run "
            f"`nbgrader generate_assignment {assignment}`, hand out what it puts into release/, and collect into "
            "submitted/."
        )
    try:
        return nbformat.read(file, as_version=4)
    except Exception as error:  # nbformat's, or JSON's
        raise ValueError(
            f"{file} is damaged ({type(error).__name__}). In the course's folder, run `nbgrader generate_assignment "
            f"--force {assignment}`."
        ) from error


def _nbgrader(course):
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import PyFileConfigLoader

    try:
        config = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
    except Exception as error:  # it is a program, and the teacher's own
        raise ValueError(
            f"{course / 'nbgrader_config.py'} cannot be read ({type(error).__name__}: {error}). Correct that line, or "
            "compare the file with that of a course folder that `gan-course classroom export` has just made."
        ) from error
    config.CourseDirectory.root = str(course)
    return NbGraderAPI(config=config)


def _students(course, assignment, asked):
    there = sorted(folder.parent.name for folder in (course / "submitted").glob(f"*/{assignment}") if folder.is_dir())
    missing = sorted(set(asked or []) - set(there))
    if missing or not there:
        raise ValueError(
            f"Submissions are expected in {course / 'submitted'}/<student>/{assignment}/; there is none"
            + (f" of {', '.join(missing)}." if missing else ".")
        )
    return [student for student in there if not asked or student in asked]


def _exercises(assignment):
    lesson = getattr(exercises, assignment, None)
    return [value for value in vars(lesson).values() if isinstance(value, Exercise)] if lesson else []


def _other_files(folder, assignment):
    """Names of files that were handed in beside the notebook; those that nbgrader's exchange adds are none."""
    expected = (f"{assignment}.ipynb", "timestamp.txt", "submission_secret.txt")
    files = [path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file()]
    return [str(file) for file in files if str(file) not in expected and ".ipynb_checkpoints" not in file.parts]


def _has_code(notebook):
    return any(cell.cell_type == "code" for cell in notebook.cells)


def _code_of(notebook):
    """What the student wrote: the answers, and cells of their own."""
    return [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and not cell.metadata.get("nbgrader", {}).get("locked")
    ]


def _read_points(api, grade, assignment):
    with api.gradebook as gradebook:
        submission = gradebook.find_submission(assignment, grade.student)
        grade.score, grade.most = submission.score, submission.max_score
        for notebook in submission.notebooks:
            for one in notebook.grades:
                grade.to_read += bool(one.needs_manual_grade)
                grade.parts[one.name] = None if one.needs_manual_grade else one.score


def _ended(file):
    """Names of the cells that ended their kernel or their time, or were not reached, with the reason."""
    found = []
    for cell in nbformat.read(file, as_version=4).cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id") or cell.id
        for output in cell.get("outputs", []):
            if output.output_type != "error":
                continue
            if output.ename in REASONS:
                found.append((name, REASONS[output.ename]))
            elif output.evalue.endswith("(time)"):
                found.append((name, "The function did not end within the time of a check."))
    return found


def _stop_if_asked(done):
    """Ctrl-C ends the grading: nbgrader would take it for a failure of this one submission."""
    if (done.get("error") or "").strip().splitlines()[-1:] == ["KeyboardInterrupt"]:
        raise KeyboardInterrupt


def _reason(done):
    """The last line of an nbgrader failure that says something."""
    text = (done.get("error") or "") + "\n" + (done.get("log") or "")
    lines = [line.strip() for line in text.splitlines() if "NeedsPerson: " in line or "Error" in line]
    return lines[-1].rpartition("NeedsPerson: ")[2][:300] if lines else "nbgrader could not grade it"


@contextmanager
def _working_in(folder):
    """nbgrader looks for some of its files in the current folder, and for a program of its own on the PATH."""
    before, path = os.getcwd(), os.environ.get("PATH", "")
    os.chdir(folder)
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), path])
    try:
        with warnings.catch_warnings():
            # nbgrader's way with its data base; nothing that a teacher could do about
            warnings.filterwarnings("ignore", message="Object of type <Submitted")
            yield
    finally:
        os.environ["PATH"] = path
        os.chdir(before)
