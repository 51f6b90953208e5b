"""A submitted notebook put back into the form in which it was handed out, with the student's answers in it."""

import copy

import nbformat

MOST_MEGABYTES = 20


class NeedsPerson(ValueError):
    """A submission that cannot be graded without someone looking at it. The message says why."""


def read_submission(file):
    """Reads a submitted notebook.

    Args:
        file: path.

    Returns:
        Notebook.

    Raises:
        NeedsPerson: if the file is missing, far too large or no notebook.
    """
    if not file.is_file():
        others = sorted(other.name for other in file.parent.glob("*.ipynb"))
        beside = f"; there are {', '.join(others)}" if others else ""
        raise NeedsPerson(f"{file.name} is missing{beside}")
    megabytes = file.stat().st_size / 1e6
    if megabytes > MOST_MEGABYTES:
        raise NeedsPerson(f"{file.name} has {megabytes:.0f} MB; at most {MOST_MEGABYTES} are read")
    try:
        notebook = nbformat.read(file, as_version=4)
        nbformat.validate(notebook)
    except Exception as error:  # nbformat raises whatever it stumbles over
        reason = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
        raise NeedsPerson(f"{file.name} is not a notebook that can be read: {reason}") from error
    return notebook


def restore(submitted, released):
    """Takes the answers out of a submission and puts them into the released notebook.

    So it does not matter what became of the other cells. Cells that the student added stay behind the cell they
    followed. A cell that lost nbgrader's metadata is known by its id, which nobody sees or edits.

    Args:
        submitted: notebook of the student.
        released: notebook as it was handed out.

    Returns:
        Pair of the restored notebook and a list of sentences: what was put back.

    Raises:
        NeedsPerson: if an answer cell is not there anymore.
    """
    released_cells = {cell.id: cell for cell in released.cells}
    known, added, remarks = _sort(submitted, released_cells)
    answers = [name for name, cell in released_cells.items() if _kind(cell, "solution")]
    lost = [name for name in answers if name not in known]
    if len(lost) == len(answers):
        raise NeedsPerson("no answer cell is known anymore: nbgrader's metadata and the ids of the cells are gone")
    if lost:
        raise NeedsPerson(f"answer cells are not there anymore, or have lost their metadata and ids: {', '.join(lost)}")
    cells = [*added.get(None, [])]
    for name, original in released_cells.items():
        cell = copy.deepcopy(original)
        theirs = known.get(name)
        if name in answers:
            cell.source = theirs.source
            if "attachments" in theirs:  # pictures in an answer in words
                cell["attachments"] = copy.deepcopy(theirs.attachments)
        elif _kind(cell, "locked") and theirs is None:
            remarks.append(f"deleted and put back: {name}")
        elif _kind(cell, "locked") and theirs.source.strip() != cell.source.strip():
            remarks.append(f"edited and put back: {name}")
        cells += [cell, *added.get(name, [])]
    notebook = nbformat.v4.new_notebook(metadata=copy.deepcopy(released.metadata), cells=cells)
    return notebook, remarks


def _sort(submitted, released_cells):
    """The cells that were handed out by name, those that were added by the name of the one before, and remarks."""
    names = [_name(cell, released_cells) for cell in submitted.cells]
    known, added, remarks, last = {}, {}, [], None
    for position, (cell, name) in enumerate(zip(submitted.cells, names, strict=True)):
        if name is not None and _is_the_one(position, name, names, submitted.cells):
            if _kind(released_cells[name], "solution") and not cell.metadata.get("nbgrader"):
                remarks.append(f"metadata lost and put back: {name}")
            known[name] = cell
            last = name
            continue
        if name is not None:
            remarks.append(f"there twice, one of them taken as a cell of the student's: {name}")
        extra = _as_own(cell)
        added.setdefault(last, []).append(extra)
    for number, cell in enumerate(cell for cells in added.values() for cell in cells):
        cell["id"] = f"added-{number}"
    return known, added, remarks


def _name(cell, released_cells):
    """Name that a cell has in the released notebook, or None."""
    metadata = cell.metadata.get("nbgrader")
    by_metadata = metadata.get("grade_id") if isinstance(metadata, dict) else None
    return next((name for name in (by_metadata, cell.get("id")) if name in released_cells), None)


def _is_the_one(position, name, names, cells):
    """Of cells with one name the one with this id counts, or else the last."""
    same = [other for other, found in enumerate(names) if found == name]
    by_id = [other for other in same if cells[other].get("id") == name]
    return position == (by_id or same)[-1]


def _as_own(cell):
    """A copy of a cell that the student added; nbgrader has no part in it."""
    own = copy.deepcopy(cell)
    own.metadata.pop("nbgrader", None)
    if own.cell_type == "code":
        own.outputs, own.execution_count = [], None
    return own


def _kind(cell, kind):
    return cell.metadata.get("nbgrader", {}).get(kind, False)
