"""What became of a submission, as a line to read and as a row of the table of grades."""

import csv
import io
from dataclasses import dataclass, field

from gan_course.images import write_atomically

ENCODING = "utf-8-sig"  # the mark at its beginning tells Excel that names are not in an encoding of its own
COLUMNS = ("student", "points", "of", "answers to read", "look at it", "remarks")


@dataclass
class Grade:
    """What became of a submission.

    Args:
        student: as its folder is called.
        score: points so far; None if it could not be graded.
        most: points of the assignment; None if it could not be graded.
        to_read: number of answers in words that wait for points from a person.
        look: reasons why a person has to look at it.
        remarks: what was put back and the like, for information.
        parts: points of each graded cell, None where a person has to give them.
    """

    student: str
    score: float | None = None
    most: float | None = None
    to_read: int = 0
    look: list = field(default_factory=list)
    remarks: list = field(default_factory=list)
    parts: dict = field(default_factory=dict)


def describe(grade):
    """One line about a grade.

    Args:
        grade: `Grade`.
    """
    points = "not graded" if grade.score is None else f"{grade.score:g} of {grade.most:g}"
    answers = "answer" if grade.to_read == 1 else "answers"
    waiting = f", {grade.to_read} {answers} in words to read" if grade.to_read else ""
    look = f"; LOOK AT IT: {'; '.join(grade.look)}" if grade.look else ""
    remarks = f" ({'; '.join(grade.remarks)})" if grade.remarks else ""
    return f"{grade.student}: {points}{waiting}{look}{remarks}"


def read_table(file):
    """The rows of a table of grades by student; none if there is no table yet.

    Args:
        file: path of the CSV file.

    Raises:
        ValueError: if it is not as `write_table` wrote it: a spreadsheet may have put semicolons between the columns.
    """
    if not file.is_file():
        return {}
    try:
        with open(file, encoding=ENCODING, newline="") as known:
            table = csv.DictReader(known)
            found, rows = table.fieldnames or [], list(table)
    except (UnicodeDecodeError, csv.Error) as error:
        found, rows = [f"something that cannot be read ({error})"], []
    if not set(COLUMNS) <= set(found):
        raise ValueError(
            f"{file} was expected to have the columns {', '.join(COLUMNS)}, and begins with "
            f"{', '.join(found)[:200] or 'nothing'}. Save it as CSV with commas and UTF-8, or move it away: then it is "
            "written anew, with those who are graded now."
        )
    return {row["student"]: row for row in rows}


def write_table(file, grades, order):
    """Writes the table of grades; rows of students who were graded another time stay.

    Args:
        file: path of the CSV file.
        grades: list of `Grade`.
        order: names of the graded cells, as they follow one another in the assignment.
    """
    rows = read_table(file)
    for grade in grades:
        points = {name: "to read" if points is None else f"{points:g}" for name, points in grade.parts.items()}
        rows[grade.student] = {
            "student": grade.student,
            "points": "" if grade.score is None else f"{grade.score:g}",
            "of": "" if grade.most is None else f"{grade.most:g}",
            "answers to read": grade.to_read,
            "look at it": "; ".join(grade.look),
            "remarks": "; ".join(grade.remarks),
            **points,
        }
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [*COLUMNS, *order], restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows[student] for student in sorted(rows))
    file.parent.mkdir(exist_ok=True)
    write_atomically(file, text.getvalue().encode(ENCODING))
