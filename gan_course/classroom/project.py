"""The project of a lesson as an assignment: its task and its rubric, with an answer in words for each row.

Nothing in it is checked by the computer. The text is the lesson's own, so there is no second copy of it.
"""

import re

import nbformat

from gan_course.classroom.assignment import METADATA, grade_metadata

PROJECT = re.compile(r"^## Project.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| \*\*(.+?)\*\* \|(.+)\|$", re.MULTILINE)


def make_project(notebook):
    """The source notebook of a lesson's project.

    Args:
        notebook: the shipped lesson.

    Returns:
        Notebook; None if the lesson has no project.

    Raises:
        ValueError: if the project has no rubric.
    """
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    found = next(filter(None, map(PROJECT.search, texts)), None)
    if found is None:
        return None
    task, rows = found[0].strip(), rubric(found[0])
    cells = [_head(task, rows), nbformat.v4.new_markdown_cell(task, id="task")]
    for title, levels in rows:
        cells += _row_cells(title, levels)
    return nbformat.v4.new_notebook(metadata=METADATA, cells=cells)


def rubric(text):
    """The rows of the table by which a project is judged.

    Args:
        text: Markdown that holds the table: a bold title, then what earns 0, 1, 2 ... points.

    Returns:
        List of pairs (title, list of texts, from 0 points on).

    Raises:
        ValueError: if there is no such table.
    """
    rows = [(title, [level.strip() for level in levels.split("|")]) for title, levels in ROW.findall(text)]
    if not rows or len({len(levels) for _, levels in rows}) > 1:
        raise ValueError(
            "A project was expected to hold a rubric, a table whose rows begin with a bold title and then say, all of "
            f"them, what earns 0, 1, 2 ... points; {len(rows)} such rows were found."
        )
    return rows


def points_of_project(notebook):
    """Points of a project.

    Args:
        notebook: what `make_project` returned.
    """
    return sum(cell.metadata.get("nbgrader", {}).get("points", 0) for cell in notebook.cells)


def _row_cells(title, levels):
    name = "project-" + re.sub(r"\W+", "-", title)
    points = len(levels) - 1
    table = "\n".join(f"- {number}: {level}" for number, level in enumerate(levels))
    answer = nbformat.v4.new_markdown_cell(f"*For {points} points:* {levels[-1]}.", id=name)
    answer.metadata["nbgrader"] = grade_metadata(name, grade=True, solution=True, points=points)
    return [nbformat.v4.new_markdown_cell(f"## {title[:1].upper()}{title[1:]}\n\n{table}", id=f"{name}-text"), answer]


def _head(task, rows):
    points = sum(len(levels) - 1 for _, levels in rows)
    title = task.splitlines()[0].lstrip("# ")
    return nbformat.v4.new_markdown_cell(
        f"""# {title}

{points} points, all of them given by your teacher. The task comes first, then a cell for each row of the table by which
it is judged. Write your two pages there. Drag pictures into these cells, as JPEG files of at most 1 MB each: then they
travel inside this notebook. Hand the stylizer and its log in beside it.""",
        id="assignment",
    )
