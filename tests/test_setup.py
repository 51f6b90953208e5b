"""Set-up as a newcomer meets it: which Python it takes, what it says when something is missing, when it does nothing.

Stand-ins that are a few lines of shell take the place of Python, uv and df, so nothing is downloaded; one test uses
the real Python, pip and venv on a course with no requirements.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from functools import partial

import pytest

from gan_course.paths import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="make and tools/setup.sh are for Linux and macOS")

TOOLS = "sh dirname cat cksum sed awk tee rm mv cp tail grep mkdir sleep find".split()

PYTHON = """#!/bin/sh
case "$*" in
    *"import platform"*) echo "{version} {system}" ;;
    *"import venv"*) exit {no_venv} ;;
    "-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    "-m pip"*) echo "pip $*" >>calls; {pip} ;;
    *) echo "import" >>calls; {imports} ;;
esac
"""

UV = """#!/bin/sh
case "$*" in
    --version) echo "uv 0.13" ;;
    "python find"*) {find} ;;
    venv*) while [ "$1" != --python ]; do shift; done; mkdir -p .venv/bin && cp "$(command -v "$2")" .venv/bin/python ;;
    *) echo "uv $*" >>calls ;;
esac
"""

DF = """#!/bin/sh
echo 'Filesystem 1024-blocks Used Available Capacity Mounted on'
echo 'map of disk 19000000 7000000 {free} 78% /a b'
"""


class Course:
    """A course in a folder of its own and a PATH on which only stand-ins and basic tools are found."""

    def __init__(self, folder):
        self.folder = folder / "Kurs mit Umläuten ä"
        self.bin = folder / "bin"
        self.bin.mkdir()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool))
        (self.folder / "tools").mkdir(parents=True)
        shutil.copy(ROOT / "tools" / "setup.sh", self.folder / "tools")
        (self.folder / "requirements.txt").write_text("")
        (self.folder / "requirements-classroom.txt").write_text("")
        (self.folder / "pyproject.toml").write_text("")
        self.command("df", DF.format(free=9_000_000))  # whatever is free where the tests run

    def command(self, name, text):
        (self.bin / name).unlink(missing_ok=True)
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def python(self, name, version="3.12", system="Linux x86_64", no_venv=0, pip=":", imports=":"):
        self.command(name, PYTHON.format(version=version, system=system, no_venv=no_venv, pip=pip, imports=imports))

    def uv(self, find="exit 1"):
        self.command("uv", UV.format(find=find))

    def set_up(self, *extra, **variables):
        """Runs the set-up; returns its exit code and the lines it printed."""
        run = subprocess.run(
            ["sh", "tools/setup.sh", *extra],
            cwd=self.folder,
            env={"PATH": str(self.bin)} | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=120,
        )
        return run.returncode, run.stdout.splitlines()

    def stops(self, *words, **variables):
        """Asserts that the set-up fails and that its last line has these words."""
        code, lines = self.set_up(**variables)
        assert code != 0
        assert lines[-1].startswith("Set-up stopped: ")
        for word in words:
            assert word in lines[-1], lines

    def succeeds(self, *extra, **variables):
        code, lines = self.set_up(*extra, **variables)
        assert code == 0, lines
        return lines

    def calls(self):
        """What the stand-ins were asked to do since this was asked last."""
        calls = self.folder / "calls"
        lines = calls.read_text().splitlines() if calls.exists() else []
        calls.unlink(missing_ok=True)
        return lines


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


# Which Python


def test_no_python_at_all(course):
    course.stops("no Python was found", "Install Python 3.11, 3.12 or 3.13")


def test_names_with_nothing_behind_them_are_no_python(course):
    for name in ("python3.12", "python3.13", "python3.11", "python3"):
        course.command(name, "#!/bin/sh\necho 'command not found' >&2\nexit 127\n")
    course.stops("no Python was found")


def test_a_name_with_nothing_behind_it_is_passed_over(course):
    course.command("python3.12", "#!/bin/sh\nexit 127\n")
    course.python("python3", "3.11")
    assert "Python 3.11" in course.succeeds()[0]


@pytest.mark.parametrize("version", ["2.7", "3.9", "3.10"])
def test_too_old(course, version):
    course.python("python3", version)
    course.stops(f"python3 is Python {version}", "too old", "Install Python 3.11, 3.12 or 3.13")


@pytest.mark.parametrize("version", ["3.14", "3.20", "4.0"])
def test_too_new(course, version):
    course.python("python3", version)
    course.stops(f"python3 is Python {version}", "too new", "Install Python 3.11, 3.12 or 3.13")


def test_a_fitting_python_is_found_behind_one_that_is_not(course):
    course.python("python3", "3.14")
    course.python("python", "3.13")
    assert "Python 3.13" in course.succeeds()[0]


def test_no_venv_module(course):
    course.python("python3", "3.11", no_venv=1)
    course.stops("python3 (Python 3.11) has no venv module", "python3-venv")


def test_an_intel_mac(course):
    course.python("python3", "3.12", "Darwin x86_64")
    course.stops("Intel Mac", "TensorFlow")


def test_an_apple_silicon_mac(course):
    course.python("python3", "3.12", "Darwin arm64")
    course.succeeds()


def test_a_python_that_is_named_is_taken(course):
    course.python("python3.12", "3.12")
    course.python("mine", "3.13")
    assert "Python 3.13" in course.succeeds(PYTHON="mine")[0]


def test_a_named_python_that_does_not_fit_is_not_replaced_silently(course):
    course.python("python3.12", "3.12")
    course.python("mine", "3.9")
    course.stops("mine is Python 3.9", "too old", PYTHON="mine")
    course.stops("PYTHON=missing does not run", PYTHON="missing")


# uv and pip


def test_pip_installs_the_requirements_and_then_the_course(course):
    course.python("python3")
    course.succeeds()
    first, second, third = course.calls()
    assert first.startswith("pip -m pip install") and first.endswith("-r requirements.txt")
    assert second.startswith("pip -m pip install") and second.endswith("--no-deps --no-build-isolation -e .")
    assert third == "import"


def test_a_classroom_is_installed_on_top_and_learners_never_see_it(course):
    course.python("python3")
    course.succeeds()
    assert len(course.calls()) == 3
    assert "classroom" in course.succeeds("classroom")[0]
    (call,) = course.calls()
    assert call.endswith("-r requirements-classroom.txt")
    assert course.succeeds("classroom") == course.succeeds() == [] == course.calls()
    (course.folder / "requirements-classroom.txt").write_text("nbgrader==0.9.7\n")
    assert course.succeeds() == []
    course.succeeds("classroom")
    assert [call.split()[-1] for call in course.calls()] == ["requirements-classroom.txt"]


def test_a_classroom_in_an_empty_folder_gets_everything(course):
    course.python("python3")
    course.succeeds("classroom")
    assert [call.split()[-1] for call in course.calls()] == [
        "requirements.txt",
        ".",
        "import",
        "requirements-classroom.txt",
    ]


def test_uv_is_used_where_it_is_there_and_needs_no_venv_module(course):
    course.python("python3", no_venv=1)
    course.uv()
    course.succeeds()
    assert [call.split()[0] for call in course.calls()] == ["uv", "uv", "import"]


def test_uv_knows_of_a_python_that_is_not_on_the_path(course, tmp_path):
    course.python("hidden", "3.13")
    (course.bin / "hidden").rename(tmp_path / "a hidden python")
    course.uv(find=f"echo '{tmp_path}/a hidden python'")
    assert "Python 3.13" in course.succeeds()[0]


def test_a_uv_that_does_not_run_is_left_alone(course):
    course.python("python3")
    course.command("uv", "#!/bin/sh\nexit 127\n")
    course.succeeds()
    assert "uv" not in " ".join(course.calls())


# What can be missing


def test_too_little_disk(course):
    course.python("python3")
    course.command("df", DF.format(free=2_097_152))
    course.stops("2048 MB of disk are free", "4 GB")


def test_a_disk_that_does_not_tell_its_size_is_no_obstacle(course):
    course.python("python3")
    course.command("df", "#!/bin/sh\nexit 1\n")
    course.succeeds()


@pytest.mark.parametrize(
    "error, words",
    [
        ("Retrying after connection broken by NewConnectionError", "Check the network connection"),
        ("Caused by: dns error: failed to lookup address information", "Check the network connection"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("No matching distribution found for tensorflow", "the lines above say why"),
    ],
)
def test_packages_that_cannot_be_installed(course, error, words):
    course.python("python3", pip=f"echo '{error}'; exit 1")
    course.stops(words)
    course.stops(words)


def test_tensorflow_that_does_not_start(course):
    course.python("python3", imports="echo 'Illegal instruction'; exit 132")
    code, lines = course.set_up()
    assert code != 0
    assert lines[-2:-1] == ["Illegal instruction"]
    assert "TensorFlow does not start" in lines[-1]


# Doing no work twice


def test_a_second_run_does_nothing(course):
    course.python("python3")
    course.succeeds()
    course.calls()
    before = {path: path.stat().st_mtime_ns for path in course.folder.rglob("*")}
    assert course.succeeds() == []
    assert course.calls() == []
    assert {path: path.stat().st_mtime_ns for path in course.folder.rglob("*")} == before


@pytest.mark.parametrize("name", ["requirements.txt", "pyproject.toml"])
def test_changed_requirements_are_installed_into_the_same_environment(course, name):
    course.python("python3")
    course.succeeds()
    (course.folder / ".venv" / "mark").touch()
    course.calls()
    (course.folder / name).write_text("# changed\n")
    course.succeeds()
    assert len(course.calls()) == 3
    assert (course.folder / ".venv" / "mark").exists()
    assert course.succeeds() == []


def test_in_a_folder_that_was_moved_the_environment_is_made_anew(course, tmp_path):
    course.python("python3")
    course.succeeds()
    (course.folder / ".venv" / "mark").touch()
    course.folder = course.folder.rename(tmp_path / "another folder")
    course.succeeds()
    assert not (course.folder / ".venv" / "mark").exists()
    assert course.succeeds() == []


def test_another_python_makes_another_environment(course):
    course.python("python3.12", "3.12")
    course.python("python3.13", "3.13")
    assert "Python 3.12" in course.succeeds()[0]
    assert course.succeeds(PYTHON="python3.12") == []
    assert "Python 3.13" in course.succeeds(PYTHON="python3.13")[0]
    assert course.succeeds() == []


def test_an_environment_whose_python_is_gone_is_made_anew(course):
    course.python("python3")
    course.succeeds()
    (course.folder / ".venv" / "bin" / "python").unlink()
    assert len(course.succeeds()) > 1


def test_an_interrupted_installation_is_picked_up_and_a_second_one_waits(course):
    course.python("python3", pip=">started; sleep 60")
    listen = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # tests that run in the background ignore Ctrl-C
    with subprocess.Popen(
        ["sh", "tools/setup.sh"],
        cwd=course.folder,
        env={"PATH": str(course.bin)},
        start_new_session=True,
        preexec_fn=listen,
    ) as process:
        deadline = time.monotonic() + 30
        while not (course.folder / "started").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        course.stops("another set-up is at work", f"process {process.pid}")
        os.killpg(process.pid, signal.SIGINT)
    course.calls()
    course.python("python3")
    course.succeeds()
    assert len(course.calls()) == 3
    assert course.succeeds() == []


# The real Python, venv and pip


BACKEND = """
import zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "course-1-py3-none-any.whl"
    with zipfile.ZipFile(folder + "/" + name, "w") as wheel:
        wheel.writestr("course-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: course\\nVersion: 1\\n")
        wheel.writestr("course-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("course-1.dist-info/RECORD", "")
    return name

build_wheel = build_editable
"""


@pytest.fixture
def real(course):
    """A course that needs no package, with stand-ins for matplotlib and for the package itself."""
    for name, text in {
        "backend.py": BACKEND,
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
        "matplotlib/pyplot.py": "",
        "gan_course/startup.py": "def import_tensorflow():\n    open('imported', 'a').write('once ')\n",
    }.items():
        (course.folder / name).parent.mkdir(exist_ok=True)
        (course.folder / name).write_text(text)
    course.variables = {
        "PYTHON": sys.executable,
        "LC_ALL": "C",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_CACHE_DIR": "1",
        "PIP_RETRIES": "0",
        # A port of this computer on which nothing listens, in place of the network.
        "PIP_INDEX_URL": "http://127.0.0.1:9/",
    }
    return course


def test_with_real_tools_in_a_folder_with_spaces_and_umlauts(real):
    lines = real.succeeds(**real.variables)
    assert lines[-1] == "The environment is ready."
    packages = subprocess.check_output([real.folder / ".venv/bin/python", "-m", "pip", "list"], encoding="utf-8")
    assert re.search(r"^course +1", packages, re.MULTILINE)
    assert real.succeeds(**real.variables) == []
    assert (real.folder / "imported").read_text() == "once "


def test_with_real_tools_and_no_network(real):
    (real.folder / "requirements.txt").write_text("numpy==2.4.6\n")
    real.stops("could not be downloaded", "network", **real.variables)


# Pins and make


def pins(name):
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    found = [re.fullmatch(r"([a-z0-9-]+)==([0-9a-z.]+)( ; .+)?", line) for line in lines]
    assert all(found), f"{name} holds lines that are not name==version: {lines}"
    return [(match[1], match[2]) for match in found]


def test_every_direct_dependency_has_its_pin():
    assert set(pins("requirements.in")) <= set(pins("requirements.txt"))


def test_a_classroom_has_the_versions_of_everyone_else():
    learners, teachers = pins("requirements.txt"), pins("requirements-classroom.txt")
    shared = {name for name, _ in learners}
    assert {pin for pin in teachers if pin[0] in shared} <= set(learners)


def test_every_package_that_the_course_asks_for_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    for one in optional.pop("classroom"):  # for teachers only: no learner installs it, so its pin stands here
        assert tuple(one.split("==")) in pins("requirements-classroom.txt")
    asked = set(project["dependencies"]).union(*optional.values())
    assert asked <= {name for name, _ in pins("requirements.in")}


def make(*arguments, folder=ROOT):
    # This test may itself run below make, whose own variables would change what the inner one prints.
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "PYTHON"))}
    return subprocess.check_output(["make", *arguments], cwd=folder, env=environment, encoding="utf-8")


def test_make_alone_lists_every_target():
    targets = re.search(r"^\.PHONY: (.+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[1].split()
    assert set(re.findall(r"^make (\S+)", make(), re.MULTILINE)) == set(targets) - {"help", "setup"}


def test_make_clean_leaves_the_work_of_the_learner(tmp_path):
    folder = tmp_path / "a course ä"
    kept = ["Makefile", "my_notebooks/01_first.ipynb", "notebooks/01_first.ipynb", "data/a.jpg", "gan_course/a.py"]
    kept += ["lessons/01_first.md", "tests/test_a.py", "tools/a.py", "hub/a.py", "runs/hours/training.weights.h5"]
    made = [".venv/bin/python", "gan_course.egg-info/PKG-INFO", "build/lib/a.py", ".ruff_cache/a", ".pytest_cache/v"]
    made += ["gan_course/losses/__pycache__/a.pyc", "notebooks/.ipynb_checkpoints/01_first.ipynb"]
    made += ["hub/__pycache__/a.pyc"]
    for name in kept + made:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    shutil.copy(ROOT / "Makefile", folder)
    make("clean", folder=folder)
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()) == sorted(kept)
    make("clean", folder=folder)
