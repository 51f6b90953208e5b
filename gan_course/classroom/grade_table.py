"""What became of a submission, as a line to read and as a row of the table of grades."""

import csv
import io
from dataclasses import dataclass, field

from gan_course.images import write_atomically

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
    waiting = f", {grade.to_read} answer in words to read" if grade.to_read else ""
    look = f"; LOOK AT IT: {'; '.join(grade.look)}" if grade.look else ""
    remarks = f" ({'; '.join(grade.remarks)})" if grade.remarks else ""
    return f"{grade.student}: {points}{waiting}{look}{remarks}"


def write_table(file, grades, order):
    """Writes the table of grades; rows of students who were graded another time stay.

    Args:
        file: path of the CSV file.
        grades: list of `Grade`.
        order: names of the graded cells, as they follow one another in the assignment.
    """
    rows = {}
    if file.is_file():
        with open(file, encoding="utf-8", newline="") as known:
            rows = {row["student"]: row for row in csv.DictReader(known)}
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
    write_atomically(file, text.getvalue().encode())
