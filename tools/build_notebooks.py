"""Turns lessons/NAME.md into the executed notebooks/NAME.ipynb; nothing else writes there.

    python tools/build_notebooks.py             # every lesson
    python tools/build_notebooks.py 00 03       # some of them, by number or full name
    python tools/build_notebooks.py --check     # executes nothing, writes nothing: do text and notebook agree?

A lesson is MyST Markdown as jupytext reads it: prose is prose, `+++` on a line of its own starts a new Markdown cell,
and a code cell is a fence whose options become the cell's metadata:

    ```{code-cell} ipython3
    :tags: [check, nbval-ignore-output]
    exercises.lesson_00.to_signed.check(to_signed)
    ```

A cell that writes to stderr, or raises without the tag raises-exception, fails the build and leaves the old notebook
as it was. The same text twice gives the same bytes.
"""

import argparse
import base64
import hashlib
import io
import os
import re
import sys
import tempfile
import time
from itertools import zip_longest
from pathlib import Path

import jupytext
import nbformat
import yaml
from jupytext.combine import map_outputs_to_inputs
from jupytext.myst import MystMetadataParsingError
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
LESSONS = ROOT / "lessons"
NOTEBOOKS = ROOT / "notebooks"

# The same limit that pytest --nbval has.
CELL_TIMEOUT = 300
# The kernel's log and what C++ code writes to file descriptor 2 are absent when nbval runs a cell: keep them out.
KERNEL_ARGUMENTS = ["--IPKernelApp.capture_fd_output=False", "--IPKernelApp.log_level=40"]
# No version anywhere: neither Python's patch version nor the display name may change from machine to machine.
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
ALLOWED_TO_RAISE = "raises-exception"

LARGE_PICTURE_BYTES = 60_000
PICTURE_COLORS = 256
WORTHWHILE_SHARE = 0.6

# A path in a traceback stands at the start, after a space, a quote or a color code.
PATH_START = r"(^|[\s\"'(]|\x1b\[[\d;]*m)"
TEMPORARY_CELL_FILE = re.compile(r"[^\s\"'\x1b]*[/\\]ipykernel_\d+[/\\]\d+\.py")
INSTALLED_PACKAGE_FOLDER = re.compile(r"(?:~|\b[A-Za-z]:)?[/\\][^\s\"'\x1b]*?[/\\](?:site|dist)-packages[/\\]")
STANDARD_LIBRARY_FOLDER = re.compile(r"(?:~|\b[A-Za-z]:)?[/\\][^\s\"'\x1b]*?[/\\]lib[/\\]python3\.\d+[/\\]")


class BuildError(Exception):
    """A lesson that cannot become a notebook; the message names the cell."""


# ---------------------------------------------------------------- text to cells


def read_lesson(path):
    """The lesson's cells and metadata as a notebook without outputs and with meaningless ids.

    Raises:
        BuildError: the text cannot be read as a lesson.
    """
    try:
        notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="md:myst")
    except (MystMetadataParsingError, yaml.YAMLError) as error:
        raise BuildError(f"{path.name}: {error}") from error
    own_metadata = {key: value for key, value in notebook.metadata.items() if key != "jupytext"}
    notebook.metadata = nbformat.from_dict({**NOTEBOOK_METADATA, **own_metadata})
    for index, cell in enumerate(notebook.cells):
        _refuse_lost_fence(path, cell)
        if cell.cell_type == "code" and not cell.source.strip():
            raise BuildError(f"{path.name}: {describe_cell(notebook, index)} is empty.")
    return notebook


def _refuse_lost_fence(path, cell):
    """A directive's fence left inside a cell means that it was mistyped or that the fence before it was not closed."""
    for line in cell.source.splitlines():
        if re.match(r"`{3,}\s*\{", line):
            raise BuildError(
                f"{path.name}: the line {line!r} did not start a code cell. Write ```{{code-cell}} ipython3, put a "
                "blank line before it, and close the fence before it."
            )


def read_notebook(path):
    """The stored notebook, or None where there is none that can be read (a merge conflict, say)."""
    try:
        return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    except (FileNotFoundError, ValueError, nbformat.ValidationError):
        return None


def assign_ids(notebook, old_notebook, name):
    """Gives a cell the id that it had in the old notebook, edited or moved; a new cell's id is made from its text."""
    matches = [None] * len(notebook.cells)
    if old_notebook is not None:
        matches = map_outputs_to_inputs(notebook.cells, old_notebook.cells)
    kept_ids = [None if match is None else old_notebook.cells[match].get("id") for match in matches]
    taken = set()
    for cell, kept_id in zip(notebook.cells, kept_ids, strict=True):
        if kept_id is None or kept_id in taken:
            cell.id = _new_id(name, cell, taken.union(kept_ids))
        else:
            cell.id = kept_id
        taken.add(cell.id)


def _new_id(name, cell, taken):
    """Eight hex digits of a hash: random ids would make two builds of the same text differ."""
    for count in range(len(taken) + 1):
        text = f"{name}\n{count}\n{cell.cell_type}\n{cell.source}"
        cell_id = hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]
        if cell_id not in taken:
            return cell_id
    raise BuildError(f"{name}: no free id for the cell {cell.source[:40]!r}")


def describe_cell(notebook, index):
    """How an author finds a cell: 'code cell 3 (import numpy as np)'."""
    cell = notebook.cells[index]
    number = sum(other.cell_type == cell.cell_type for other in notebook.cells[: index + 1])
    first_line = next((line.strip() for line in cell.source.splitlines() if line.strip()), "")
    return f"{cell.cell_type} cell {number} ({first_line})"


# ---------------------------------------------------------------- text against notebook


def find_disagreement(lesson_path, notebook_path):
    """One sentence on the first place where a notebook does not say what its lesson says, or None.

    Cells are compared by type, text and metadata (tags among them); outputs and ids are the notebook's own.
    """
    lesson, notebook = read_lesson(lesson_path), read_notebook(notebook_path)
    if notebook is None:
        return f"{notebook_path.name} is missing or cannot be read."
    pairs = zip_longest(lesson.cells, notebook.cells)
    for index, (lesson_cell, notebook_cell) in enumerate(pairs):
        if lesson_cell is None:
            return f"{notebook_path.name} has a cell that its lesson lacks: {describe_cell(notebook, index)}."
        place = describe_cell(lesson, index)
        if notebook_cell is None:
            return f"{notebook_path.name} lacks its lesson's {place}."
        for field in ("cell_type", "source", "metadata"):
            if lesson_cell[field] != notebook_cell[field]:
                return f"{notebook_path.name} differs from its lesson at {place}, in its {field}."
    if lesson.metadata != notebook.metadata:
        return f"{notebook_path.name} differs from its lesson in the notebook's metadata."
    return None


def find_disagreements(lesson_paths, notebooks, lessons):
    """One sentence for each of these lessons with which its notebook disagrees, and for each notebook without one."""
    sentences = []
    for path in lesson_paths:
        try:
            sentences.append(find_disagreement(path, notebooks / f"{path.stem}.ipynb"))
        except BuildError as error:
            sentences.append(str(error))
    for path in sorted(notebooks.glob("*.ipynb")):
        if not (lessons / f"{path.stem}.md").exists():
            sentences.append(f"{path.name} has no lesson.")
    return [sentence for sentence in sentences if sentence]


# ---------------------------------------------------------------- cells to outputs


def execute(notebook, folder, name):
    """Runs the cells in place on a fresh kernel, in the notebook's folder as nbval does.

    Raises:
        BuildError: a cell raised, took too long, killed the kernel or wrote to stderr.
    """
    # An Agg backend would leave figures out; the kernel chooses its own, inline, where the variable is not set.
    environment = {key: value for key, value in os.environ.items() if key != "MPLBACKEND"}
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=CELL_TIMEOUT,
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=list(KERNEL_ARGUMENTS),
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        with tempfile.TemporaryDirectory() as empty:  # a learner's table begins empty, whatever the author has done
            client.execute(env=environment | {"GAN_COURSE_PROGRESS": empty})
    except CellExecutionError as error:
        place = describe_cell(notebook, _failed_index(notebook))
        raise BuildError(f"{name}: {place} raised {error.ename}: {error.evalue}\n{error.traceback}") from None
    except (CellTimeoutError, DeadKernelError) as error:
        raise BuildError(f"{name}: {error}") from None
    _refuse_stderr(notebook, name)


def _failed_index(notebook):
    """Index of the last cell with an error: the one that ended the run."""
    failed = [
        index
        for index, cell in enumerate(notebook.cells)
        if any(output.output_type == "error" for output in cell.get("outputs", []))
    ]
    return failed[-1]


def _refuse_stderr(notebook, name):
    """Warnings name paths and versions, so stored ones fail on the next machine: they have to go at their source."""
    complaints = [
        f"{name}: {describe_cell(notebook, index)} wrote to stderr:\n{output.text}"
        for index, cell in enumerate(notebook.cells)
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stderr"
    ]
    if complaints:
        raise BuildError("\n".join(complaints))


def clean(notebook, metadata):
    """Takes out, in place, what would differ in the next run or could not be seen without a kernel."""
    notebook.metadata = metadata  # the run put the kernel's version and the widgets' states there
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output.traceback = [shorten_paths(line) for line in output.traceback]
            if "data" not in output:
                continue
            # The text twin stays: nbval fails a cell whose whole output is gone.
            output.data.pop(WIDGET_VIEW, None)
            if "image/png" in output.data:
                output.data["image/png"] = shrink_png(output.data["image/png"])


def shorten_paths(text):
    """A traceback's line without the folders of this machine; nbval does not compare tracebacks."""
    text = TEMPORARY_CELL_FILE.sub("<cell>", text)
    for folder in (str(ROOT), str(ROOT).replace(str(Path.home()), "~", 1)):
        text = re.sub(PATH_START + re.escape(folder + os.sep), r"\1", text)
    text = INSTALLED_PACKAGE_FOLDER.sub("", text)
    return STANDARD_LIBRARY_FOLDER.sub("", text)


def shrink_png(encoded):
    """A large photo at 256 colors, about a third of the size; other pictures as they are.

    Args:
        encoded: the PNG in base64, as a notebook stores it.
    """
    content = base64.b64decode(encoded)
    if len(content) <= LARGE_PICTURE_BYTES:
        return encoded
    picture = Image.open(io.BytesIO(content))
    options = {"dpi": picture.info["dpi"]} if "dpi" in picture.info else {}
    if picture.convert("RGBA").getchannel("A").getextrema()[0] < 255:
        return encoded  # a palette would spoil soft transparency
    small = io.BytesIO()
    picture = picture.convert("RGB")
    palette = picture.quantize(PICTURE_COLORS, kmeans=2)
    # dithering costs a sixth more and saves even areas from stripes
    picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG).save(small, "PNG", optimize=True, **options)
    if small.tell() >= WORTHWHILE_SHARE * len(content):
        return encoded
    return base64.b64encode(small.getvalue()).decode("ascii") + encoded[len(encoded.rstrip()) :]


# ---------------------------------------------------------------- lesson to notebook


def build(lesson_path, notebook_path):
    """Executes one lesson and writes its notebook, whole or not at all; returns the notebook.

    Raises:
        BuildError: see `read_lesson` and `execute`; the file on disk is then untouched.
    """
    notebook = read_lesson(lesson_path)
    metadata = nbformat.from_dict(notebook.metadata)
    assign_ids(notebook, read_notebook(notebook_path), lesson_path.stem)
    notebook_path.parent.mkdir(parents=True, exist_ok=True)
    execute(notebook, notebook_path.parent, lesson_path.name)
    clean(notebook, metadata)
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        raise BuildError(f"{lesson_path.name}: {error}") from error
    write(notebook, notebook_path)
    return notebook


def write(notebook, path):
    """Replaces the file in one step, so that an interrupted build leaves the old notebook or the new one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes((nbformat.writes(notebook).rstrip("\n") + "\n").encode("utf-8"))
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def build_all(lesson_paths, notebooks):
    """Builds one after the other, goes on after a failure, and returns the number of failures."""
    failures = 0
    for path in lesson_paths:
        target, started = notebooks / f"{path.stem}.ipynb", time.perf_counter()
        print(f"{path.stem} ...", flush=True)
        try:
            notebook = build(path, target)
        except BuildError as error:
            print(f"FAILED: {error}", file=sys.stderr, flush=True)
            failures += 1
            continue
        code_cells = sum(cell.cell_type == "code" for cell in notebook.cells)
        seconds, kilobytes = time.perf_counter() - started, target.stat().st_size / 1000
        print(f"{path.stem}: {code_cells} code cells in {seconds:.0f} s, {kilobytes:.0f} kB", flush=True)
    return failures


def choose_lessons(names, lessons):
    """The lessons' paths for names such as '00' or '00_start_here'; all of them for no names.

    Raises:
        ValueError: a name fits no lesson.
    """
    paths = sorted(lessons.glob("*.md"))
    for name in names:
        if not any(_is_called(path, name) for path in paths):
            known = ", ".join(path.stem for path in paths) or "none"
            raise ValueError(f"There is no lesson {name!r} in {lessons}. Lessons there: {known}.")
    return [path for path in paths if not names or any(_is_called(path, name) for name in names)]


def _is_called(path, name):
    return path.stem == name or path.stem.startswith(f"{name}_")


def main(arguments=None):
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="00 or 00_start_here; none means all")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a notebook is out of date")
    parser.add_argument("--lessons", type=Path, default=LESSONS, help="folder of the lessons")
    parser.add_argument("--notebooks", type=Path, default=NOTEBOOKS, help="folder of the notebooks")
    options = parser.parse_args(arguments)
    try:
        paths = choose_lessons(options.names, options.lessons)
    except ValueError as error:
        parser.error(str(error))
    if not options.check:
        return 1 if build_all(paths, options.notebooks) else 0
    sentences = find_disagreements(paths, options.notebooks, options.lessons)
    print("\n".join(sentences) or f"{len(paths)} notebooks agree with their lessons.")
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main())
