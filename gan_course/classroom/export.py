"""The lessons as an nbgrader course folder."""

from pathlib import Path

import nbformat

from gan_course import exercises
from gan_course.classroom.assignment import make_assignment, points_of
from gan_course.classroom.project import make_project, points_of_project
from gan_course.exercises.engine import RAISE, Exercise
from gan_course.lab import shipped_lessons

# Whose file it is: what stands before the assignment's name, less the numbers and words of a learning platform.
SUBMITTED_FILE = (
    r".*/extracted/(?:.*?/)?(?P<student_id>(?!lesson_|project_)[^/]+?)(?:_\d+)*(?:_assignsubmission_file.*?)?"
    r"[/_-](?P<file_id>(?:lesson|project)_\d\d)\b.*\.ipynb"
)

CONFIG = f'''"""nbgrader's settings, written by `gan-course classroom export` and yours to change."""

c = get_config()  # noqa: F821  nbgrader brings it

c.CourseDirectory.course_id = "gan-course"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__"]

# What stands in a student's version in place of a solution: the stub of the lessons.
c.ClearSolutions.code_stub = {{"python": "{RAISE}"}}
c.ClearSolutions.text_stub = "*Your answer takes the place of this line.*"

# `nbgrader validate` runs your own version: with time to load TensorFlow, without the log lines of its C++ part.
c.Execute.timeout = 120
c.Execute.extra_arguments = ["--IPKernelApp.capture_fd_output=False"]

# `nbgrader zip_collect` reads names from files: ada_lesson_01.ipynb, ada/lesson_01.ipynb, what Moodle makes of them.
c.FileNameCollectorPlugin.named_regexp = {SUBMITTED_FILE!r}

# A submission is put back into the form in which it was handed out, and runs in a process of its own under limits.
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "gan_course.classroom.preprocessors.RestoreCells",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "gan_course.classroom.preprocessors.ExecuteApart",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.ExecuteApart.cell_seconds = 60
c.ExecuteApart.total_seconds = 300
c.ExecuteApart.memory_gigabytes = 6
# Run submissions as another user, who can read the course's installation and nothing of yours; you have to be root.
# c.ExecuteApart.user = "nobody"
'''


def export_course(out, lessons=None):
    """Writes an nbgrader course folder: its settings, one assignment a lesson, and a lesson's project if it has one.

    The same course gives the same files, byte for byte.

    Args:
        out: folder to make; it may exist if it is empty.
        lessons: list of numbers, `"03"` or `"3"`; all lessons if None.

    Returns:
        Dictionary from the name of an assignment to its points, a dictionary: `{"exercises": 12, "quiz": 5, ...}`.

    Raises:
        ValueError: if `out` holds something, or a lesson does not exist.
        FileNotFoundError: if the course was installed without its lessons.
    """
    out = Path(out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(
            f"{out} exists already and is not empty; nothing in it was changed. Name a new folder, or move this one."
        )
    shipped = _shipped()
    numbers = list(shipped) if lessons is None else list(dict.fromkeys(_number(lesson, shipped) for lesson in lessons))
    made = {name: pair for number in numbers for name, pair in _assignments(number, shipped[number])}
    out.mkdir(parents=True, exist_ok=True)
    (out / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8", newline="\n")
    for name, (notebook, _) in made.items():
        file = out / "source" / name / f"{name}.ipynb"
        file.parent.mkdir(parents=True)
        file.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")
    return {name: points for name, (_, points) in made.items()}


def _shipped():
    """Notebook of each lesson that ships, by its number."""
    return {file.name[:2]: file for file in shipped_lessons()}


def _number(asked, shipped):
    number = str(asked).strip().zfill(2)
    if number not in shipped:
        raise ValueError(f"--lessons expects numbers of lessons, {', '.join(shipped)}; received {asked!r}.")
    return number


def _assignments(number, file):
    """Name, notebook and points of what a lesson gives to hand out."""
    lesson = f"lesson_{number}"
    found = [value for value in vars(getattr(exercises, lesson)).values() if isinstance(value, Exercise)]
    quiz = getattr(exercises, lesson.replace("lesson", "quiz"))
    notebook = nbformat.read(file, as_version=4)
    points = dict(zip(("exercises", "quiz", "own words"), points_of(found, quiz), strict=True))
    yield lesson, (make_assignment(notebook, lesson, found, quiz), points)
    if (project := make_project(notebook)) is not None:
        yield f"project_{number}", (project, {"rubric": points_of_project(project)})
