"""Writes docs/glossary.md from the tables "Words" of the lessons.

    python tools/make_glossary.py            # writes the page
    python tools/make_glossary.py --check    # writes nothing; exit status 1 if the page is out of date

A lesson counts from its notebook on. Each word is linked to the first lesson that explains it. It has one Chinese term
in all lessons, and one explanation; a later lesson that narrows it down begins its line with "here: ", and then the
page shows both. Whatever breaks this is named, with the two lessons, and the exit status is 1.
"""

import argparse
import re
import sys
import unicodedata
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
LESSONS = ROOT / "lessons"
NOTEBOOKS = ROOT / "notebooks"
PAGE = ROOT / "docs" / "glossary.md"

HEADER = ["English", "Chinese", "in one line"]
NARROWER = "here: "
OPENING = """# Glossary

English and Chinese terms of the course, each with the lesson that explains it. `python tools/make_glossary.py` makes
this page from the tables "Words" near the end of the lessons, so correct a word there. A second explanation, with its
lesson in front, is what the word means in that lesson in particular.

本页列出课程中的 {count} 个术语：英文、中文、一句话解释，以及讲解它的那一课。

| English | 中文 | in one line | lesson |
| --- | --- | --- | --- |
"""


class Word(NamedTuple):
    """One row of a lesson's table; `lesson` is the name of its file without the ending."""

    english: str
    chinese: str
    line: str
    lesson: str

    @property
    def link(self):
        """The lesson's number, linked to its notebook."""
        return f"[{self.lesson[:2]}](../notebooks/{self.lesson}.ipynb)"


def read_words(path):
    """The words of one lesson, in their order.

    Raises:
        ValueError: the lesson has no table of words, or a row does not have three filled columns.
    """
    section = re.search(r"^## Words\n(.*?)(?=^## |\Z)", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    lines = [line for line in section[1].splitlines() if line.startswith("|")] if section else []
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    if len(rows) < 3 or rows[0] != HEADER:
        raise ValueError(f"{path.name} has no table | {' | '.join(HEADER)} | under the heading Words.")
    for row in rows[2:]:
        if len(row) != 3 or not all(row):
            raise ValueError(f"{path.name}: a row of the words has three filled columns, received {row}.")
    return [Word(*row, path.stem) for row in rows[2:]]


def collect(lessons, notebooks):
    """Dictionary from a word, in small letters, to its rows in the order of the lessons that have a notebook."""
    entries = {}
    for path in sorted(lessons.glob("[0-9][0-9]_*.md")):
        if not (notebooks / f"{path.stem}.ipynb").exists():
            continue
        for word in read_words(path):
            entries.setdefault(word.english.casefold(), []).append(word)
    return dict(sorted(entries.items(), key=lambda entry: unicodedata.normalize("NFD", entry[0])))  # é beside e


def find_disagreements(entries):
    """A dictionary from each word that lessons explain differently to a sentence that says where."""
    found = {}
    for key, (first, *later) in entries.items():
        for word in later:
            places = f"{first.english}: lesson {first.lesson[:2]} says {{}}, lesson {word.lesson[:2]} {{}}."
            if word.chinese != first.chinese:
                found[key] = places.format(first.chinese, word.chinese) + " A word has one Chinese term."
            elif word.line != first.line and not word.line.startswith(NARROWER):
                advice = f' Write the same line, or begin the later one with "{NARROWER}".'
                found[key] = places.format(f"'{first.line}'", f"'{word.line}'") + advice
    return found


def make_page(entries):
    """The page as text."""
    rows = []
    for first, *later in entries.values():
        narrower = [word for word in later if word.line.startswith(NARROWER)]
        lines = [first.line, *(f"{word.link}: {word.line.removeprefix(NARROWER)}" for word in narrower)]
        rows.append(f"| {first.english} | {first.chinese} | {'; '.join(lines)} | {first.link} |\n")
    return OPENING.format(count=len(rows)) + "".join(rows)


def main(arguments=None):
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the page is out of date")
    parser.add_argument("--lessons", type=Path, default=LESSONS, help="folder of the lessons")
    parser.add_argument("--notebooks", type=Path, default=NOTEBOOKS, help="folder of the notebooks")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page to write")
    options = parser.parse_args(arguments)
    try:
        entries = collect(options.lessons, options.notebooks)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    page, complaints = make_page(entries), list(find_disagreements(entries).values())
    if not options.check:
        options.page.write_text(page, encoding="utf-8")
        print(f"{options.page.name}: {len(entries)} words")
    elif not options.page.exists() or options.page.read_text(encoding="utf-8") != page:
        complaints.append(f"{options.page.name} is out of date. Run python tools/make_glossary.py.")
    if complaints:
        print("\n".join(complaints), file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
