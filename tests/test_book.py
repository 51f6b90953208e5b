"""The course as one book: links, times, prerequisites, words and colors agree over pages and lessons."""

import json
import re
from collections import Counter

import pytest

from gan_course.paths import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
LESSONS = [ROOT / "lessons" / f"{path.stem}.md" for path in NOTEBOOKS]  # a lesson counts from its notebook on
PAGES = [
    *sorted(ROOT.glob("README*.md")),
    ROOT / "CONTRIBUTING.md",
    ROOT / "data" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
README = (ROOT / "README.md").read_text(encoding="utf-8")

# The colors of Okabe and Ito, which color-blind readers tell apart. Any gray may stand beside them.
PALETTE = {"#0072B2", "#D55E00", "#009E73", "#56B4E9", "#CC79A7", "#E69F00", "#F0E442", "#000000"}
ENDINGS = re.compile(r"(ations?|izing|ized|izes?|ing|ed|es|s|um|a|e)$")

each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def read(path):
    return path.read_text(encoding="utf-8")


def section(path, heading):
    """Text of a lesson below one of its second-level headings."""
    return re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", read(path), re.MULTILINE | re.DOTALL)[1]


# ---------------------------------------------------------------- links


def markdown(path):
    """Text of a page, or of a notebook's cells of text."""
    if path.suffix == ".md":
        return read(path)
    cells = json.loads(read(path))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def links(text):
    """Pairs of the text and the target of each link and picture, without those in code and formulas."""
    for pattern in (r"^```.*?^```", r"`[^`\n]*`", r"\$\$.*?\$\$", r"\$[^$\n]*\$"):
        text = re.sub(pattern, "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"\[([^\]\n]*(?:\n[^\]\n]+)?)\]\(([^)\s]+)\)", text)


def anchors(path):
    """What GitHub makes of the headings of a page."""
    found, seen = [], Counter()
    text = re.sub(r"^```.*?^```", "", read(path), flags=re.MULTILINE | re.DOTALL)
    for heading in re.findall(r"^#{1,6} +(.+?) *$", text, re.MULTILINE):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        found.append(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def broken_links(path, folder):
    """Targets in the project that are not there, as seen from a folder."""
    broken = []
    for _, target in links(markdown(path)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        place = (folder / name).resolve() if name else path
        if not place.exists() or (anchor and anchor not in anchors(place)):
            broken.append(target)
    return broken


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(path):
    assert broken_links(path, path.parent) == []


@pytest.mark.parametrize("path", [*LESSONS, *NOTEBOOKS], ids=lambda path: path.name)
def test_every_link_of_a_lesson_leads_somewhere(path):
    # a lesson is read as a notebook, so its links begin in the notebooks' folder
    assert broken_links(path, ROOT / "notebooks") == []


def test_every_picture_of_a_page_has_a_text_for_those_who_cannot_see_it():
    for path in PAGES:
        for alt in re.findall(r"!\[([^\]]*)\]\(", read(path)):
            assert len(alt.split()) > 3 or re.search("[一-鿿]{8}", alt), f"{path.name}: {alt!r}"


def test_a_broken_link_is_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A title, *here*\n[a](#a-title-here) [b](#none) [c](gone.md) [d](https://x.org) `[e](f)`\n")
    assert broken_links(page, tmp_path) == ["#none", "gone.md"]


# ---------------------------------------------------------------- times and order


def minutes_at_head(path):
    """The time that a lesson names first."""
    return int(re.search(r"(\d+) minutes", section(path, "Time and prerequisites"))[1])


def rows_of_lessons(text):
    """Dictionary from a lesson's number to title, link, question and minutes of a table; what is missing is None."""
    pattern = r"^\| \[?(\d\d) ([^|\]]+?)(?:\]\((\S+)\))? \| ([^|]+?) \|(?: *(?:(\d+) min|([^|\d]*)) *\|)?$"
    return {
        number: (title, link or None, question, int(minutes) if minutes else None)
        for number, title, link, question, minutes, _ in re.findall(pattern, text, re.MULTILINE)
    }


def test_the_readme_names_the_minutes_and_the_title_that_a_lesson_has_at_its_head():
    rows = rows_of_lessons(README)
    assert list(rows) == [f"{number:02}" for number in range(13)]
    for path in LESSONS:
        title, link, _, minutes = rows[path.stem[:2]]
        assert re.search(r"^# (.+)$", read(path), re.MULTILINE)[1] == f"{path.stem[:2]} {title}"
        assert (link, minutes) == (f"notebooks/{path.stem}.ipynb", minutes_at_head(path)), path.stem


def test_a_lesson_that_is_not_there_is_to_come():
    there = {path.stem[:2] for path in LESSONS}
    for number, (_, link, _, minutes) in rows_of_lessons(README).items():
        assert (number in there) == (link is not None) == (minutes is not None), f"lesson {number} in the README"


def test_the_map_in_lesson_00_agrees_with_the_readme():
    in_readme, in_map = rows_of_lessons(README), rows_of_lessons(read(LESSONS[0]))
    assert list(in_map) == list(in_readme)
    for number, (title, _, question, minutes) in in_map.items():
        assert (title, question) == (in_readme[number][0], in_readme[number][2])
        assert minutes in (None, in_readme[number][3]), f"lesson {number} in the map of lesson 00"


@each_lesson
def test_optional_parts_add_up_to_what_the_head_says(path):
    parts = [int(minutes) for minutes in re.findall(r"^##+ Optional, (\d+) minutes", read(path), re.MULTILINE)]
    head = section(path, "Time and prerequisites")
    assert not parts or f"{sum(parts)} minutes" in head, f"{parts} make {sum(parts)} minutes; the head says: {head}"


@each_lesson
def test_prerequisites_are_earlier_lessons(path):
    head = re.sub(r"from lesson \d\d on", "", section(path, "Time and prerequisites"))
    named = re.findall(r"lessons? (\d\d)((?:, \d\d)*(?: and \d\d)?)", head)
    numbers = [number for first, rest in named for number in [first, *re.findall(r"\d\d", rest)]]
    assert numbers or path == LESSONS[0]
    assert all(number < path.stem[:2] for number in numbers), f"{path.stem} needs {numbers}"


# ---------------------------------------------------------------- words and colors


def stems(text):
    """Words without their endings, so that 'memorizing' and 'memorized' are one."""
    return [ENDINGS.sub("", word) or word for word in re.findall(r"[^\W\d_]+", text.casefold())]


def stems_of_paragraphs(text):
    return [set(stems(paragraph)) for paragraph in re.split(r"\n\s*\n", text)]


def is_used(word, paragraphs):
    """Does a paragraph hold all parts of a word, or of one of its forms: "KID", "parameter"?"""
    forms = re.split(r"[(),]", word)
    return any(set(stems(form)) <= words for form in forms if stems(form) for words in paragraphs)


def test_every_word_of_a_lesson_is_used_in_it():
    unused = set()
    for path in LESSONS:
        paragraphs = stems_of_paragraphs(read(path).split("\n## Words\n")[0])
        for word in re.findall(r"^\| ([^|]+?) \|", section(path, "Words"), re.MULTILINE)[2:]:
            if not is_used(word, paragraphs):
                unused.add((path.stem[:2], word))
    assert not unused, sorted(unused)


@pytest.mark.parametrize(
    ("word", "text", "expected"),
    [
        ("memorizing", "It has memorized them.", True),
        ("kernel distance (KID)", "We print KID.", True),
        ("texture synthesis", "A texture.\n\nA synthesis.", False),
    ],
)
def test_words_are_found_in_other_forms(word, text, expected):
    assert is_used(word, stems_of_paragraphs(text)) is expected


@each_lesson
def test_figures_use_the_palette(path):
    for color in re.findall(r"#[0-9A-Fa-f]{6}\b", read(path)):
        is_gray = color[1:3] == color[3:5] == color[5:7]
        assert is_gray or color.upper() in PALETTE, f"{color} is not in the palette"
    names = re.findall(r"color=\"([^\"#]+)\"", read(path))
    assert set(names) <= {"black", "white", "gray", "k", "w"}, names


def test_the_palette_is_that_of_the_panels():
    source = read(ROOT / "gan_course" / "widgets" / "recorded.py")
    colors = re.search(r"^COLORS = \((.+)\)$", source, re.MULTILINE)[1]
    assert {color.upper() for color in re.findall(r"#\w{6}", colors)} == PALETTE - {"#F0E442"}
