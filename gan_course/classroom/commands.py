"""`gan-course classroom export` and `gan-course classroom grade`."""

import signal
from pathlib import Path

from gan_course.stylize_command import check_named


def add_classroom(commands):
    """Adds the classroom's commands to the command line.

    Args:
        commands: what `ArgumentParser.add_subparsers` returned.
    """
    classroom = commands.add_parser(
        "classroom", help="for teachers: lessons as nbgrader assignments, and their grading"
    )
    parts = classroom.add_subparsers(required=True, metavar="export | grade")

    export = parts.add_parser(
        "export",
        help="write an nbgrader course folder made from the lessons",
        description="Writes an nbgrader course folder made from the lessons. docs/teachers.md says how to go on.",
    )
    export.add_argument("out", metavar="OUT", help="folder to make")
    export.add_argument("--lessons", nargs="+", metavar="NUMBER", help="these lessons only: 03 04")
    export.set_defaults(run=run_export)

    grade = parts.add_parser(
        "grade",
        help="grade what is in submitted/, each in a process of its own",
        description="Grades the submissions of an assignment, writes feedback/ and grades/ASSIGNMENT.csv, and names "
        "those that a person has to look at. The limits are in nbgrader_config.py.",
    )
    grade.add_argument("course", metavar="COURSE", help="the nbgrader course folder")
    grade.add_argument("assignment", metavar="ASSIGNMENT", help="its name: lesson_03")
    grade.add_argument("--students", nargs="+", metavar="STUDENT", help="these students only")
    grade.add_argument(
        "--points-only", action="store_true", help="run nothing; take points given by hand into table and feedback"
    )
    grade.set_defaults(run=run_grade)


def run_export(options):
    from gan_course.classroom.export import export_course

    check_named({"OUT": [options.out]})
    made = export_course(Path(options.out), options.lessons)
    for name, points in made.items():
        parts = ", ".join(f"{part} {number}" for part, number in points.items())
        print(f"{name}: {sum(points.values())} points ({parts})")
    print(
        f"Written: {options.out}. In that folder, for each assignment: nbgrader generate_assignment {next(iter(made))}"
    )
    return 0


def run_grade(options):
    from gan_course.classroom.grade import grade_assignment

    check_named({"COURSE": [options.course], "ASSIGNMENT": [options.assignment], "STUDENT": options.students or []})
    course = Path(options.course)
    # a polite kill ends it like Ctrl-C; else the process of a submission would run on
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        grades = grade_assignment(course, options.assignment, options.students, options.points_only)
    finally:
        signal.signal(signal.SIGTERM, before)
    look = [grade.student for grade in grades if grade.look]
    print(f"{len(grades) - len(look)} graded without a question, {len(look)} to look at: {', '.join(look) or 'none'}")
    print(f"Written: {course / 'grades' / options.assignment}.csv")
    return 0
