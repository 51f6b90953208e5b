"""The folder that installs the course without a network. A stand-in takes the place of pip; one slow test is real."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import make_wheelhouse as tool
import pytest
from test_slow import NO_NETWORK

from gan_course.paths import ROOT


@pytest.fixture
def pip(monkeypatch):
    """Takes the place of every command: notes it, and downloads one wheel."""
    calls = []

    def run(command, **_):
        calls.append(command)
        if "download" in command:
            wheels = Path(command[command.index("--dest") + 1])
            wheels.mkdir(parents=True)
            (wheels / "numpy-2-any.whl").write_text("a wheel")
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(tool.subprocess, "run", run)
    return calls


@pytest.fixture
def wheelhouse(tmp_path, pip, monkeypatch):
    """A wheelhouse of a course of three files, whose set-up only says what it was told."""
    course = tmp_path / "course"
    for name in tool.FOLDERS:
        (course / name).mkdir(parents=True)
    for name in ("README.md", "Makefile", "pyproject.toml", *tool.REQUIREMENTS):
        (course / name).write_text("")
    shutil.copy(ROOT / "tools" / "install_offline.py", course / "tools")
    (course / "tools" / "setup.sh").write_text(
        'echo "set up: $*"; echo "PYTHON=$PYTHON"\n'
        'echo "$PIP_NO_INDEX $PIP_FIND_LINKS"; echo "$UV_OFFLINE $UV_FIND_LINKS"\n'
    )
    (course / "gan_course" / "a.py").write_text("new = True")
    (course / "gan_course" / "__pycache__").mkdir()
    (course / "grades of last year.csv").write_text("ada,20")
    (course / "my_notebooks").mkdir()
    monkeypatch.setattr(tool, "ROOT", course)
    folder = tmp_path / "wheel house ä"
    tool.main([str(folder)])
    monkeypatch.undo()
    return folder


def install(wheelhouse, *arguments, cwd=None):
    command = [sys.executable, str(wheelhouse / "install.py"), *map(str, arguments)]
    done = subprocess.run(
        command, cwd=cwd or wheelhouse.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    )
    return done.returncode, done.stdout


def test_it_holds_the_packages_the_course_and_the_installer(wheelhouse, pip):
    assert sorted(path.name for path in wheelhouse.iterdir()) == ["course", "install.py", "made_for.json", "wheels"]
    command = pip[-1]
    assert "--only-binary" in command, "nothing to compile where there is no compiler"
    asked = [Path(after).name for word, after in zip(command, command[1:], strict=False) if word == "-r"]
    assert asked == ["requirements.txt", "requirements-classroom.txt"]
    copied = {str(path.relative_to(wheelhouse / "course")) for path in (wheelhouse / "course").rglob("*")}
    assert "gan_course/a.py" in copied and "tools/setup.sh" in copied


def test_what_else_lies_in_the_folder_stays_at_home(wheelhouse):
    names = {path.name for path in wheelhouse.rglob("*")}
    assert not names & {"grades of last year.csv", "my_notebooks", "__pycache__"}


def test_a_download_that_fails_leaves_the_last_wheelhouse_as_it_was(wheelhouse, monkeypatch):
    monkeypatch.setattr(tool.subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1))
    with pytest.raises(SystemExit, match="could not be downloaded"):
        tool.main([str(wheelhouse)])
    assert (wheelhouse / "wheels" / "numpy-2-any.whl").read_text() == "a wheel"


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("")
    with pytest.raises(SystemExit, match="is no wheelhouse"):
        tool.main([str(tmp_path)])


@pytest.mark.skipif(os.name == "nt", reason="tools/setup.sh is for Linux and macOS")
def test_a_learner_without_a_network_installs_into_a_folder_of_their_own(wheelhouse):
    code, said = install(wheelhouse)
    assert code == 0, said
    wheels = (wheelhouse / "wheels").as_uri()
    assert f"set up: \nPYTHON={sys.executable}\n1 {wheels}\n1 {wheels}\n" in said
    assert " " not in wheels, "pip divides at spaces"
    assert (wheelhouse.parent / "gan-course" / "gan_course" / "a.py").is_file()
    assert "gan-course lab" in said


@pytest.mark.skipif(os.name == "nt", reason="tools/setup.sh is for Linux and macOS")
def test_an_update_keeps_the_learners_notebooks(wheelhouse, tmp_path):
    mine = tmp_path / "mine" / "my_notebooks" / "01.ipynb"
    mine.parent.mkdir(parents=True)
    mine.write_text("my work")
    (tmp_path / "mine" / "gan_course").mkdir()
    (tmp_path / "mine" / "gan_course" / "a.py").write_text("old = True")
    code, said = install(wheelhouse, tmp_path / "mine", "--classroom")
    assert code == 0 and "set up: classroom" in said
    assert mine.read_text() == "my work"
    assert (tmp_path / "mine" / "gan_course" / "a.py").read_text() == "new = True"


def test_a_folder_that_holds_no_course_is_not_written_to(wheelhouse, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_text("")
    code, said = install(wheelhouse, tmp_path / "photos")
    assert code != 0 and "holds no course" in said
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["a.jpg"]


def test_another_python_or_computer_is_told_which_one_it_takes(wheelhouse):
    made_for = json.loads((wheelhouse / "made_for.json").read_text())
    (wheelhouse / "made_for.json").write_text(json.dumps(made_for | {"python": "3.99"}))
    code, said = install(wheelhouse)
    assert code != 0 and "python3.99 install.py" in said and "for Python 3.99 on" in said
    assert not (wheelhouse.parent / "gan-course").exists()


def test_the_installer_names_old_pythons_before_it_needs_new_ones():
    """It has to be read by any of them, so that a learner gets a sentence and no SyntaxError."""
    ast.parse((ROOT / "tools" / "install_offline.py").read_text(encoding="utf-8"), feature_version=(3, 7))


def test_all_that_belongs_to_the_course_is_copied():
    try:
        listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this copy of the course is no git repository")
    tops = {line.split("/")[0] for line in listed.splitlines()} - {".ci", ".github"}
    assert tops <= {*tool.FOLDERS, *(file.name for file in tool.files())}
    assert all((ROOT / name).is_dir() for name in tool.FOLDERS)


@pytest.mark.slow
def test_with_the_network_off_for_real(tmp_path):
    """Downloads everything, and installs it where no network can be reached. 3.5 GB of disk for some minutes."""
    try:
        subprocess.run([*NO_NETWORK, sys.executable, "-c", ""], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"this system does not let a user switch the network off for one process: {error}")
    if shutil.disk_usage(tmp_path).free < 5e9:
        pytest.skip("less than 5 GB of disk are free")
    folder, course = tmp_path / "wheelhouse", tmp_path / "a course"
    made = subprocess.run(
        [sys.executable, "tools/make_wheelhouse.py", folder], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    if "could not be downloaded" in made.stderr and "connect" in made.stderr.lower():
        pytest.skip("there is no network to fill the wheelhouse from")
    assert made.returncode == 0, made.stderr
    try:
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PIP_CONFIG_FILE": os.devnull}
        for command in (
            [sys.executable, folder / "install.py", course, "--classroom"],
            [course / ".venv" / "bin" / "gan-course", "doctor"],
            [course / ".venv" / "bin" / "gan-course", "classroom", "export", tmp_path / "class", "--lessons", "01"],
            ["sh", course / "tools" / "setup.sh", "classroom"],  # what `make lab` begins with: nothing left to do
        ):
            done = subprocess.run(
                [*NO_NETWORK, *map(str, command)],
                env=environment,
                cwd=tmp_path,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
            )
            assert done.returncode == 0, done.stdout[-5000:]
        assert done.stdout == ""
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(course, ignore_errors=True)
