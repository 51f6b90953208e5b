"""The house: imports go one way, and whatever is public is documented."""

import ast
import re

from conftest import LONGEST_FIRST
from gan_course.paths import ROOT

LEVELS = (
    {"locks", "paths", "startup"},
    {"images"},
    {
        "datasets",
        "toy",
        "networks",
        "losses",
        "metrics",
        "picture_faults",
        "plots",
        "article",
        "divergences",
        "augment",
        "batches",
        "latent",
        "weight_files",
    },
    {"discriminators"},
    {"any_style", "pretrained", "generators", "stylize"},
    {"training", "invariances", "tiles", "applications", "cycle_weights"},
    {"exercises", "widgets", "doctor", "lab", "animation"},
    {"stylize_command"},
    {"classroom"},
    {"cli"},
)
# article rebuilds the published networks and losses with those of the course
ALLOWED_BESIDE = {("article", "networks"), ("article", "losses")}


def imports(path):
    """Names of the package's modules that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "gan_course":
            parts = node.module.split(".")[1:]
            yield from parts[:1] or [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("gan_course."):
                    yield alias.name.split(".")[1]


def test_imports_go_one_way():
    level = {name: number for number, names in enumerate(LEVELS) for name in names}
    package = ROOT / "gan_course"
    for path in package.rglob("*.py"):
        module = path.relative_to(package).parts[0].removesuffix(".py")
        if module in ("__init__", "__main__"):
            continue
        assert module in level, f"{module} has no level yet"
        for imported in imports(path):
            below = level[imported] < level[module]
            assert below or imported == module or (module, imported) in ALLOWED_BESIDE, f"{module} imports {imported}"


def test_exercises_load_tensorflow_without_its_log_lines():
    for path in (ROOT / "gan_course" / "exercises").glob("lesson_*.py"):
        before = path.read_text(encoding="utf-8").partition("\nimport_tensorflow()\n")[0]
        assert not re.search(r"^(import|from) (tensorflow|keras)\b", before, re.MULTILINE), path.name


def test_every_module_class_and_function_of_the_package_is_documented():
    for path in (ROOT / "gan_course").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), path
        for node in tree.body:
            public = isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
            if public and not node.name.startswith("run_"):
                assert ast.get_docstring(node), f"{path}: {node.name}"


def test_every_file_that_is_tested_first_is_there():
    files = {path.name for folder in ("notebooks", "tests") for path in (ROOT / folder).iterdir()}
    assert files.issuperset(LONGEST_FIRST)
