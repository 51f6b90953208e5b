"""The stored notebooks, read without a kernel, and the tool that makes them, on lessons of a few lines."""

import base64
import io
import json
import re
from pathlib import Path

import build_notebooks as tool
import nbformat
import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LESSONS = sorted((ROOT / "lessons").glob("*.md"))

LARGEST_BYTES = 2_000_000
OPENING = ["You will learn", "Time and prerequisites", "Setup"]
CLOSING = ["What can go wrong", "Takeaways", "Words", "Quiz", "Sources", "Next"]
# A mistyped tag does nothing, silently; a new one belongs in this list.
KNOWN_TAGS = {"exercise", "check", "quiz", "long", "nbval-ignore-output", "raises-exception"}
LOCAL_PATH = re.compile(
    r"site-packages|dist-packages|(?<![\w.-])(?:/home/|/Users/|/roo[t]/|/tmp/|/var/folders/|~/|[A-Za-z]:\\+Users|"
    + "|".join(re.escape(str(folder)) + r"\b" for folder in {ROOT, Path.home()} - {Path("/")})
    + ")"
)
COLOR_CODE = re.compile(r"\x1b\[[\d;]*m")


def read(path):
    """The notebook with its multi-line strings joined."""
    return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)


def tags(cell):
    return set(cell.metadata.get("tags", []))


def outputs(notebook):
    """Pairs of a cell's description and one of its outputs."""
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            yield tool.describe_cell(notebook, index), output


def output_texts(output):
    """Every string that a reader sees of an output; a picture's base64 may spell anything."""
    yield from [output.get("text", ""), output.get("evalue", ""), *output.get("traceback", [])]
    for mime_type, content in output.get("data", {}).items():
        if mime_type == "image/svg+xml" or not mime_type.startswith("image/"):
            yield content if isinstance(content, str) else json.dumps(content)


def headings(notebook):
    """Texts of the second-level headings, without those inside fences."""
    found, fenced = [], False
    for line in "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown").splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif line.startswith("## ") and not fenced:
            found.append(line[3:].strip())
    return found


def has_picture(cell):
    return any("image/png" in output.get("data", {}) for output in cell.get("outputs", []))


def has_sentence(text):
    """Does some paragraph that is neither heading nor table hold five words that end like a sentence?"""
    for paragraph in re.split(r"\n\s*\n", text):
        prose = " ".join(line for line in paragraph.splitlines() if not line.startswith(("#", "|")))
        if len(prose.split()) >= 5 and re.search(r"[.!?:][)*_\"'”]*(\s|$)", prose):
            return True
    return False


def introduced(cells, index):
    """Does a sentence stand before the figure of this cell?

    Code may stand between them (a function, its check, then the figure) but no other figure: each has a sentence.
    """
    for cell in reversed(cells[:index]):
        if cell.cell_type == "markdown":
            return has_sentence(cell.source)
        if has_picture(cell):
            return False
    return False


each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


# ---------------------------------------------------------------- the stored notebooks


def test_every_notebook_says_what_its_lesson_says():
    assert tool.find_disagreements(LESSONS, ROOT / "notebooks", ROOT / "lessons") == []


@each_notebook
def test_file_is_valid_and_small(path):
    assert path.stat().st_size < LARGEST_BYTES
    stored = json.loads(path.read_text(encoding="utf-8"))  # nbformat.read would repair ids while reading
    ids = [cell.get("id") for cell in stored["cells"]]
    assert all(ids), "a cell has no id"
    assert len(set(ids)) == len(ids), "two cells have the same id"
    nbformat.validate(read(path))


@each_notebook
def test_metadata_is_the_same_on_every_machine(path):
    metadata = read(path).metadata
    assert metadata.kernelspec.name == "python3"
    assert not re.search(r"3\.\d", json.dumps(metadata)), "Python's version is in the metadata"
    assert "widgets" not in metadata


@each_notebook
def test_code_cells_were_run_once_in_order(path):
    counts = [cell.execution_count for cell in read(path).cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))


@each_notebook
def test_no_unexpected_error_and_no_stderr(path):
    notebook = read(path)
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            place = tool.describe_cell(notebook, index)
            assert output.output_type != "error" or tool.ALLOWED_TO_RAISE in tags(cell), f"{place} raised"
            assert output.get("name") != "stderr", f"{place} wrote to stderr"


@each_notebook
def test_no_output_names_a_local_path(path):
    for place, output in outputs(read(path)):
        for text in output_texts(output):
            found = LOCAL_PATH.search(COLOR_CODE.sub("", text))
            assert not found, f"{place} names a local path: {found}"


@each_notebook
def test_no_widget_view_is_left(path):
    for place, output in outputs(read(path)):
        assert tool.WIDGET_VIEW not in output.get("data", {}), place


@each_notebook
def test_every_picture_has_alt_text(path):
    for place, output in outputs(read(path)):
        if "image/png" in output.get("data", {}):
            alt = output.metadata.get("image/png", {}).get("alt", "")
            assert alt.strip(), f"{place}: display(figure, metadata={{'image/png': {{'alt': ...}}}}) and close it"


@each_notebook
def test_every_picture_has_a_sentence_before_it(path):
    notebook = read(path)
    for index, cell in enumerate(notebook.cells):
        if has_picture(cell):
            assert introduced(notebook.cells, index), f"{tool.describe_cell(notebook, index)}: say what to look at"


@each_notebook
def test_tags(path):
    notebook = read(path)
    for index, cell in enumerate(notebook.cells):
        place = tool.describe_cell(notebook, index)
        assert tags(cell) <= KNOWN_TAGS, f"{place}: unknown tags {tags(cell) - KNOWN_TAGS}"
        if tags(cell) & {"check", "quiz"}:
            assert "nbval-ignore-output" in tags(cell), f"{place}: a solved notebook would fail"


@each_notebook
def test_headings_are_the_common_ones_in_their_order(path):
    notebook = read(path)
    assert notebook.cells[0].source.startswith("# "), "the first cell holds the title"
    found = headings(notebook)
    assert found[: len(OPENING)] == OPENING
    assert found[-len(CLOSING) :] == CLOSING
    parts = found[len(OPENING) : -len(CLOSING)]
    assert parts, "there is no part between the setup and the end"
    assert not set(parts) & set(OPENING + CLOSING)


# ---------------------------------------------------------------- the helpers of this file


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Look at the left column: it blurs.", True),
        ("### Two pictures\n\nWatch how the samples *spread out.*", True),
        ("### Look at the two pictures here.", False),
        ("| now | here | are | five | words. |", False),
        ("No full stop in these words", False),
    ],
)
def test_has_sentence(text, expected):
    assert has_sentence(text) is expected


def test_a_second_figure_needs_its_own_sentence():
    picture = nbformat.v4.new_output("display_data", {"image/png": ""})
    cells = [
        nbformat.v4.new_markdown_cell("Look at what happens here."),
        nbformat.v4.new_code_cell("x = 1"),
        nbformat.v4.new_code_cell("draw(x)", outputs=[picture]),
        nbformat.v4.new_code_cell("draw(2 * x)", outputs=[picture]),
    ]
    assert introduced(cells, 2)
    assert not introduced(cells, 3)


@pytest.mark.parametrize("text", [str(ROOT / "x.py"), "/home/ann/x", "C:\\Users\\ann", "File ~/x.py:3", "at /tmp/a"])
def test_local_paths_are_recognized(text):
    assert LOCAL_PATH.search(text)


@pytest.mark.parametrize("text", ["https://example.org/home/page", "File keras/src/losses.py:3", "a/b", "photos/tmp/x"])
def test_other_paths_are_no_local_paths(text):
    assert not LOCAL_PATH.search(text)


# ---------------------------------------------------------------- the tool, without a kernel

LESSON = """---
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# A title

Some prose with $x^2$.

+++

A second cell.

```{code-cell} ipython3
:tags: [check, nbval-ignore-output]
print(1)
```

```{code-cell} ipython3
print(2)
```
"""


@pytest.fixture
def folders(tmp_path):
    """Two empty folders: for lessons and for notebooks."""
    lessons, notebooks = tmp_path / "lessons", tmp_path / "notebooks"
    lessons.mkdir()
    notebooks.mkdir()
    return lessons, notebooks


def store(lesson_path, notebook_path):
    """Writes the notebook as if it had been executed; returns what was written."""
    notebook = tool.read_lesson(lesson_path)
    tool.assign_ids(notebook, tool.read_notebook(notebook_path), lesson_path.stem)
    tool.write(notebook, notebook_path)
    return notebook


def check(lessons, notebooks):
    return tool.main(["--check", "--lessons", str(lessons), "--notebooks", str(notebooks)])


def test_lesson_becomes_cells_with_tags(tmp_path):
    path = tmp_path / "01_trial.md"
    path.write_text(LESSON, encoding="utf-8")
    cells = tool.read_lesson(path).cells
    assert [cell.cell_type for cell in cells] == ["markdown", "markdown", "code", "code"]
    assert cells[1].source == "A second cell."
    assert cells[2].source == "print(1)"
    assert cells[2].metadata == {"tags": ["check", "nbval-ignore-output"]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("```{code-cel} python\n1\n```\n", "did not start a code cell"),
        ("```{code-cell} ipython3\n1\n\n```{code-cell} ipython3\n2\n```\n", "did not start a code cell"),
        ("```{code-cell} ipython3\n```\n", "is empty"),
        ("```{code-cell} ipython3\n:tags: [check\n1\n```\n", "Invalid YAML"),
    ],
)
def test_broken_lessons_are_refused(tmp_path, text, message):
    path = tmp_path / "01_trial.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(tool.BuildError, match=message):
        tool.read_lesson(path)


def test_ids_stay_with_their_cells(folders):
    lesson, target = folders[0] / "01_trial.md", folders[1] / "01_trial.ipynb"
    lesson.write_text(LESSON, encoding="utf-8")
    before = [cell.id for cell in store(lesson, target).cells]
    assert before == [cell.id for cell in store(lesson, target).cells]
    target.unlink()
    assert before == [cell.id for cell in store(lesson, target).cells], "new ids are made from the text, not at random"

    new_cell = "```{code-cell} ipython3\nprint(0)\n```\n\n"
    changed = LESSON.replace("```{code-cell}", new_cell + "```{code-cell}", 1).replace("print(2)", "print(3)")
    lesson.write_text(changed, encoding="utf-8")
    after = [cell.id for cell in store(lesson, target).cells]
    assert after[:2] + after[3:] == before
    assert len(set(after)) == 5


def test_equal_cells_get_different_ids(tmp_path):
    path = tmp_path / "01_trial.md"
    path.write_text("```{code-cell} ipython3\n1\n```\n" * 3, encoding="utf-8")
    notebook = tool.read_lesson(path)
    tool.assign_ids(notebook, None, "01_trial")
    assert len({cell.id for cell in notebook.cells}) == 3


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Some prose", "Other prose", "markdown cell 1 .# A title., in its source"),
        ("print(2)", "print(3)", "code cell 2 .print.3.., in its source"),
        ("[check, ", "[quiz, ", "code cell 1 .print.1.., in its metadata"),
        ("\n+++\n", "", "markdown cell 1"),
        ("---\n\n# A", "title: other\n---\n\n# A", "notebook's metadata"),
    ],
)
def test_check_notices_a_changed_text(folders, capsys, old, new, message):
    lesson, target = folders[0] / "01_trial.md", folders[1] / "01_trial.ipynb"
    lesson.write_text(LESSON, encoding="utf-8")
    store(lesson, target)
    assert check(*folders) == 0
    lesson.write_text(LESSON.replace(old, new), encoding="utf-8")
    stored = target.read_bytes()
    capsys.readouterr()
    assert check(*folders) == 1
    assert re.search(message, capsys.readouterr().out)
    assert target.read_bytes() == stored


def test_check_notices_cells_too_many_or_too_few(folders, capsys):
    lesson, target = folders[0] / "01_trial.md", folders[1] / "01_trial.ipynb"
    for stored, text, message in [
        (LESSON + "\nLast words.\n", LESSON, "has a cell that its lesson lacks: markdown cell 3"),
        (LESSON, LESSON + "\nLast words.\n", "lacks its lesson's markdown cell 3"),
    ]:
        lesson.write_text(stored, encoding="utf-8")
        store(lesson, target)
        lesson.write_text(text, encoding="utf-8")
        assert check(*folders) == 1
        assert message in capsys.readouterr().out


def test_check_lists_missing_and_orphaned_notebooks(folders, capsys):
    (folders[0] / "01_trial.md").write_text(LESSON, encoding="utf-8")
    (folders[1] / "02_gone.ipynb").write_text("{}", encoding="utf-8")
    assert check(*folders) == 1
    printed = capsys.readouterr().out
    assert "01_trial.ipynb is missing" in printed
    assert "02_gone.ipynb has no lesson" in printed


def test_lessons_are_chosen_by_number_or_name(tmp_path):
    for name in ("00_start_here", "01_game", "011_more"):
        (tmp_path / f"{name}.md").touch()
    stems = lambda names: [path.stem for path in tool.choose_lessons(names, tmp_path)]  # noqa: E731
    assert stems([]) == ["00_start_here", "011_more", "01_game"]
    assert stems(["01"]) == ["01_game"]
    assert stems(["01_game", "00"]) == ["00_start_here", "01_game"]
    with pytest.raises(ValueError, match="no lesson '7'"):
        stems(["7"])


def encode_png(pixels):
    """The picture in base64, with the line end that notebooks store."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode("ascii") + "\n"


def test_large_photos_are_stored_with_fewer_colors():
    rows, columns = np.mgrid[0:300, 0:300]
    noise = np.random.default_rng(0).integers(0, 30, (300, 300, 3))
    photo = (np.stack([rows, columns, rows + columns], -1) * 0.3 + noise).astype(np.uint8)
    large = encode_png(photo)
    small = tool.shrink_png(large)
    assert len(small) < 0.6 * len(large)
    assert small.endswith("\n")
    assert small == tool.shrink_png(large)
    seen = np.asarray(Image.open(io.BytesIO(base64.b64decode(small))).convert("RGB"), dtype=float)
    assert np.abs(seen - photo).mean() < 12


def test_small_and_transparent_pictures_are_left_alone():
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 4), dtype=np.uint8)
    assert tool.shrink_png(encode_png(noise)) == encode_png(noise)
    chart = encode_png(noise[:20, :20, :3].copy())
    assert tool.shrink_png(chart) == chart


def test_tracebacks_lose_the_folders_of_this_machine():
    # The folders are put together here, so that the repository itself names none.
    packages = "/opt/venv/lib/python3.11/site-packages"
    assert tool.shorten_paths(f"File \x1b[32m{packages}/keras/a.py:3\x1b[39m") == "File \x1b[32mkeras/a.py:3\x1b[39m"
    assert tool.shorten_paths("File /usr/lib/python3.12/json/decoder.py:3") == "File json/decoder.py:3"
    assert tool.shorten_paths(f"File {ROOT / 'gan_course' / 'images.py'}:3").replace("\\", "/") == (
        "File gan_course/images.py:3"
    )
    assert tool.shorten_paths('File "/var/ipykernel_12/345.py", line 1') == 'File "<cell>", line 1'


# ---------------------------------------------------------------- the tool, with a kernel (about a second each)

LIVE_LESSON = """# A title

```{code-cell} ipython3
import os
import ipywidgets
from IPython.display import display
print(os.environ.get("MPLBACKEND"))
```

Look at the slider.

```{code-cell} ipython3
display(ipywidgets.IntSlider(value=3))
```

```{code-cell} ipython3
:tags: [raises-exception]
1 / 0
```

```{code-cell} ipython3
"last"
```
"""


def build(lessons, notebooks):
    return tool.main(["01", "--lessons", str(lessons), "--notebooks", str(notebooks)])


def test_two_builds_give_the_same_bytes(folders, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    target = folders[1] / "01_trial.ipynb"
    (folders[0] / "01_trial.md").write_text(LIVE_LESSON, encoding="utf-8")
    assert build(*folders) == 0
    first = target.read_bytes()
    target.unlink()
    assert build(*folders) == 0
    assert target.read_bytes() == first
    assert [path.name for path in folders[1].iterdir()] == [target.name]
    assert check(*folders) == 0

    notebook = read(target)
    start, slider, failing, last = (cell for cell in notebook.cells if cell.cell_type == "code")
    assert "Agg" not in start.outputs[0].text.split()
    assert slider.outputs[0].data == {"text/plain": "IntSlider(value=3)"}
    assert failing.outputs[0].ename == "ZeroDivisionError"
    assert last.outputs[0].data == {"text/plain": "'last'"}
    assert notebook.metadata == tool.NOTEBOOK_METADATA


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import sys\nprint('oh', file=sys.stderr)", r"code cell 2 \(import sys\) wrote to stderr:\noh"),
        ("int('x')", r"code cell 2 \(int\('x'\)\) raised ValueError: invalid literal"),
    ],
    ids=["stderr", "error"],
)
def test_a_bad_cell_fails_the_build_and_is_named(folders, capsys, code, message):
    text = "# A title\n\n```{code-cell} ipython3\n1\n```\n\nProse.\n\n```{code-cell} ipython3\n" + code + "\n```\n"
    (folders[0] / "01_trial.md").write_text(text, encoding="utf-8")
    target = folders[1] / "01_trial.ipynb"
    target.write_text("old", encoding="utf-8")
    assert build(*folders) == 1
    assert re.search(message, capsys.readouterr().err)
    assert target.read_text(encoding="utf-8") == "old"
    assert [path.name for path in folders[1].iterdir()] == [target.name]
