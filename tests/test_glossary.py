"""The glossary: made from the lessons' words, and the tool that makes it, on lessons of a few lines."""

import make_glossary as tool
import pytest


def write_lesson(folder, name, *rows):
    table = ["| English | Chinese | in one line |", "| --- | --- | --- |", *(f"| {row} |" for row in rows)]
    text = "# A lesson\n\n## Words\n\n" + "\n".join(table) + "\n\n## Quiz\n\n| no | word | here |\n"
    (folder / f"{name}.md").write_text(text, encoding="utf-8")
    (folder / f"{name}.ipynb").touch()


def run(folder, *arguments):
    """The tool on the lessons of a folder; the page is written beside them."""
    folders = ["--lessons", str(folder), "--notebooks", str(folder), "--page", str(folder / "page.md")]
    return tool.main([*folders, *arguments])


def test_the_page_has_what_the_lessons_say():
    entries = tool.collect(tool.LESSONS, tool.NOTEBOOKS)
    assert len(entries) > 100
    assert tool.PAGE.read_text(encoding="utf-8") == tool.make_page(entries), "run python tools/make_glossary.py"


def test_a_word_means_the_same_in_all_lessons():
    found = tool.find_disagreements(tool.collect(tool.LESSONS, tool.NOTEBOOKS))
    assert not found, "\n".join(found.values())


def test_a_word_is_linked_to_the_first_lesson_that_explains_it(tmp_path):
    write_lesson(tmp_path, "01_first", "noise | 噪声 | random numbers", "Gram matrix | 格拉姆矩阵 | products")
    write_lesson(tmp_path, "02_second", "noise | 噪声 | random numbers", "noise | 噪声 | here: 64 of them")
    page = tool.make_page(tool.collect(tmp_path, tmp_path))
    rows = [line for line in page.splitlines() if line.startswith("| ") and "notebooks/" in line]
    assert [row.split(" | ")[0] for row in rows] == ["| Gram matrix", "| noise"]
    assert rows[1].endswith("| [01](../notebooks/01_first.ipynb) |")
    assert "random numbers; [02](../notebooks/02_second.ipynb): 64 of them" in rows[1]


@pytest.mark.parametrize(
    ("row", "advice"),
    [("noise | 噪音 | random numbers", "one Chinese term"), ("noise | 噪声 | something else", 'with "here: "')],
)
def test_a_word_that_is_explained_in_two_ways_is_named(tmp_path, capsys, row, advice):
    write_lesson(tmp_path, "01_first", "noise | 噪声 | random numbers")
    write_lesson(tmp_path, "02_second", row)
    assert run(tmp_path) == 1
    said = capsys.readouterr().err
    assert "noise: lesson 01 says" in said
    assert "lesson 02" in said
    assert advice in said


def test_check_notices_a_page_that_is_out_of_date(tmp_path, capsys):
    write_lesson(tmp_path, "01_first", "noise | 噪声 | random numbers")
    assert run(tmp_path, "--check") == 1
    assert "is out of date" in capsys.readouterr().err
    assert run(tmp_path) == 0
    assert run(tmp_path, "--check") == 0


def test_a_lesson_that_has_no_notebook_yet_does_not_count(tmp_path):
    write_lesson(tmp_path, "01_first", "noise | 噪声 | random numbers")
    write_lesson(tmp_path, "02_second", "noise | 噪音 | something else")
    (tmp_path / "02_second.ipynb").unlink()
    assert run(tmp_path) == 0


@pytest.mark.parametrize("row", ["noise | 噪声", "noise |  | random numbers"])
def test_a_row_that_is_not_filled_is_named(tmp_path, capsys, row):
    write_lesson(tmp_path, "01_first", row)
    assert run(tmp_path) == 1
    assert "01_first.md: a row of the words has three filled columns" in capsys.readouterr().err
