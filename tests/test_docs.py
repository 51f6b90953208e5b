"""The pages in docs/ and the Chinese README, held against the package, the lessons and the README."""

import ast
import importlib
import json
import re
from functools import cache
from types import ModuleType

import numpy as np
import pytest

import gan_course
from gan_course.cli import build_parser
from gan_course.paths import ROOT
from gan_course.pretrained import shipped_styles

DOCS = ROOT / "docs"
LESSONS = {path.stem[:2]: path for path in sorted((ROOT / "lessons").glob("[0-9][0-9]_*.md"))}
NOTEBOOKS = {path.stem[:2]: path for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))}
SAMPLE = {"r": np.array([2.0, -1.0]), "f": np.array([0.5, -3.0])}


def page(name):
    return (DOCS / name).read_text(encoding="utf-8")


def tables(text):
    """Rows of all tables as lists of cells; headings and lines below them are left out."""
    rows = []
    for line, below in zip(text.splitlines(), [*text.splitlines()[1:], ""], strict=True):
        if line.startswith("|") and not line.startswith("| ---") and not below.startswith("| ---"):
            rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return rows


def resolve(name):
    """What a dotted name below `gan_course` stands for.

    Raises:
        AttributeError, ImportError: there is no such name.
    """
    found = gan_course
    for part in name.split("."):
        if isinstance(found, ModuleType) and not hasattr(found, part):
            importlib.import_module(f"{found.__name__}.{part}")
        found = getattr(found, part)
    return found


def minutes_at_head(path):
    head = path.read_text(encoding="utf-8").split("## Time and prerequisites")[1]
    return int(re.search(r"(\d+) minutes", head)[1])


# ---------------------------------------------------------------- the map


def rows_of_map():
    """Dictionary from a part of the article to its rows: what, lessons, functions."""
    parts, part = {}, None
    for first, what, lessons, functions in tables(page("map.md")):
        part = first.strip("*") or part
        parts.setdefault(part, []).append((what, lessons, functions))
    return parts


def test_every_function_of_the_map_exists():
    names = [name for rows in rows_of_map().values() for *_, names in rows for name in re.findall(r"`([^`]+)`", names)]
    assert len(names) > 40
    for name in names:
        resolve(name)


def test_every_row_of_the_map_links_its_lessons():
    for what, lessons, _ in [row for rows in rows_of_map().values() for row in rows]:
        linked = re.findall(r"\[(\d\d)\]\(\.\./notebooks/(\S+?)\)", lessons)
        assert linked, what
        assert [number for number, _ in linked] == re.findall(r"\d\d", re.sub(r"\(.*?\)", "", lessons)), what
        assert all(NOTEBOOKS[number].name == target for number, target in linked), what


def test_the_map_knows_every_lesson_and_what_lesson_00_says_of_the_article():
    parts = rows_of_map()
    lessons = {part: set(re.findall(r"\b\d\d\b", str(rows))) for part, rows in parts.items()}
    assert set(NOTEBOOKS) <= set.union(*lessons.values())
    start = LESSONS["00"].read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| ([a-z]+)[^|]*\| (\d\d(?:, \d\d)*) \|$", start, re.MULTILINE))
    assert list(told) == list(parts)
    for part, numbers in told.items():
        assert set(numbers.split(", ")) <= lessons[part], part


# ---------------------------------------------------------------- where to start


def paths_through_the_course():
    """Dictionary from a path to its rows: the lessons' numbers and the minutes."""
    found, path = {}, None
    for first, _, lessons, minutes in tables(page("where_to_start.md")):
        path = first or path
        found.setdefault(path, []).append((lessons.split(", "), int(minutes)))
    return found


def test_minutes_of_every_path_are_the_sum_of_the_lessons_own():
    for path, rows in paths_through_the_course().items():
        for numbers, minutes in rows:
            total = sum(minutes_at_head(LESSONS[number]) for number in numbers)
            assert minutes == total, f"{path}: lessons {', '.join(numbers)} take {total} minutes"


def test_the_full_course_and_the_four_weeks_hold_every_lesson():
    paths = paths_through_the_course()
    for path in ("full course", "four weeks"):
        assert [number for numbers, _ in paths[path] for number in numbers] == list(LESSONS), path
    assert len(paths["four weeks"]) == 4


def test_the_parts_that_it_sends_you_to_are_headings_of_lessons():
    headings = {
        heading
        for path in LESSONS.values()
        for heading in re.findall(r"^##+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    advice = "\n".join(re.findall(r"^- \*\*.+?(?=^- |^#|^\n)", page("where_to_start.md"), re.MULTILINE | re.DOTALL))
    named = [re.sub(r"\s+", " ", text) for text in re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", advice)]
    assert len(named) >= 6
    for heading in named:
        assert heading in headings, heading


def test_the_answers_to_its_five_questions_are_right():
    from keras import Input, Sequential, layers

    text = page("where_to_start.md")
    assert len(re.findall(r"^## \d\. ", text, re.MULTILINE)) == text.count("<details>") == 5
    slope = ((3 * 1.001 - 2) ** 2 - (3 * 0.999 - 2) ** 2) / 0.002
    assert round(slope, 6) == 6 and "which is 6 at" in text and f"= {1 - 0.1 * 6:.1f}$" in text
    model = Sequential([Input((28, 28, 1)), layers.Conv2D(8, 3, strides=2, padding="same")])
    assert f"`{model.output_shape} {model.count_params()}`" in text
    assert f"{2 * np.log(2):.3f} is" in text
    features = np.array([[1, 2], [3, 0]])
    assert f"`{(features.T @ features).tolist()}`" in text


# ---------------------------------------------------------------- the cheat sheet


def test_losses_of_the_game_have_the_values_it_says():
    from gan_course import losses

    rows = [row for row in tables(page("cheat_sheet.md")) if len(row) == 5 and re.search(r"\((r, )?f[,)]", row[2])]
    named = set()
    for _, _, call, _, value in rows:
        if not re.fullmatch(r"-?[\d.]+", value):
            continue  # a loss of a painting; its last column is in words
        expression = call.strip("`")
        named.add(re.match(r"losses\.(\w+)", expression)[1])
        computed = float(eval(expression, {"losses": losses}, SAMPLE))
        assert f"{computed:.4f}" == value, expression
    assert named == {name for name in losses.__all__ if re.search("discriminator|generator", name)}


def test_penalties_have_the_values_it_says():
    import keras

    from gan_course import losses

    linear = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    linear.set_weights([np.array([[3.0], [4.0]]), np.zeros(1)])
    points = np.ones((5, 2), "float32")
    values = {"losses": losses, "D": linear, "real": points, "fake": 0 * points, "seed": [0, 1]}
    rows = [row for row in tables(page("cheat_sheet.md")) if "_penalty(" in str(row)]
    assert len(rows) == 3
    for _, _, call, _, _, value in rows:
        assert float(eval(call.strip("`"), values)) == pytest.approx(float(value), rel=1e-5), call


def test_networks_have_the_shapes_and_weights_it_says():
    from gan_course import networks

    rows = [row for row in tables(page("cheat_sheet.md")) if len(row) == 6 and row[1].startswith("`networks.build_")]
    assert len(rows) >= 10
    for name, call, given, returned, weights, _ in rows:
        model = eval(call.strip("`"), {"networks": networks})
        shapes = [str(model.input_shape[1:]), str(model.output_shape[1:])]
        shapes = [re.sub(r"^\(", "(None, ", shape).replace(",)", ")") for shape in shapes]
        assert (*shapes, f"{model.count_params():,}") == (given, returned, weights), name


def test_every_function_it_names_exists_and_every_loss_is_there():
    from gan_course import losses

    text = page("cheat_sheet.md")
    for name in re.findall(r"`((?:losses|networks|metrics|images|article)\.\w+)", text):
        resolve(name)
    missing = [name for name in losses.__all__ if f"losses.{name}" not in text]
    assert not missing


# ---------------------------------------------------------------- troubleshooting


def told_by_python(path):
    """All strings of a file, an f-string with … for each value."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@cache
def told_by_the_project():
    """Every string of the package and of the set-up in one text; what they print is among them."""
    shell = (ROOT / "tools" / "setup.sh").read_text(encoding="utf-8")
    shell = re.sub(r"\$\(\([^)]*\)\)|\$\{[^}]*\}|\$\w+|%s\\n", "…", shell)
    return "\n".join([shell, *(text for path in (ROOT / "gan_course").rglob("*.py") for text in told_by_python(path))])


def test_every_sentence_on_the_screen_is_one_that_the_course_prints():
    quoted = re.findall(r"^### “(.+)”$", page("troubleshooting.md"), re.MULTILINE)
    assert len(quoted) >= 20
    told = told_by_the_project()
    for sentence in quoted:
        assert sentence in told, sentence


def test_its_variables_of_the_environment_are_those_of_the_package():
    source = told_by_the_project()
    for name in set(re.findall(r"GAN_COURSE_\w+", page("troubleshooting.md"))):
        assert name in source, name


# ---------------------------------------------------------------- the Chinese README


def rows_of_readme(name):
    """Number, link and minutes of each lesson in the table of a README."""
    text = (ROOT / name).read_text(encoding="utf-8")
    pattern = r"^\| \[?(\d\d) [^|\]]+?(?:\]\((\S+)\))? \| [^|]+ \| (?:(\d+)|\D)[^|]*\|$"
    return re.findall(pattern, text, re.MULTILINE)


def test_the_chinese_readme_has_the_same_lessons_minutes_and_links():
    rows = rows_of_readme("README.md")
    assert len(rows) == 13
    assert rows_of_readme("README.zh.md") == rows


def test_every_command_of_the_chinese_readme_is_understood():
    text = (ROOT / "README.zh.md").read_text(encoding="utf-8")
    commands = re.findall(r"^gan-course (.+?)(?:\s+#.*)?$", text, flags=re.MULTILINE)
    assert len(commands) >= 6
    for command in commands:
        build_parser().parse_args(command.split())


# ---------------------------------------------------------------- the quality of the stylizers


def test_the_table_of_quality_holds_what_was_measured_and_marks_what_is_missed():
    styles = json.loads((ROOT / "docs/quality_of_stylizers.json").read_text(encoding="utf-8"))["styles"]
    assert set(styles) == set(shipped_styles())
    text = page("quality_of_stylizers.md")
    columns = re.search(r"^\| measure \| mark \| (.+) \|$", text, re.MULTILINE).group(1).split(" | ")
    rows_of_table = [cells for cells in tables(text) if len(cells) == 2 + len(columns)]  # the other table is of speed
    told = {cells[0]: dict(zip(columns, cells[2:], strict=True)) for cells in rows_of_table}
    for style, rows in styles.items():
        for row in rows:
            if row["verdict"] != "not judged" or row["measure"] in told:
                number = re.match(r"-?[\d.]+%?", row["text"]).group()
                assert told[row["measure"]][style] == (f"**{number}**" if row["verdict"] == "FAIL" else number)
