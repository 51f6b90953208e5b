"""Every notebook as a diligent learner leaves it, with all exercises solved: it must run and print the same."""

import os
import subprocess
import sys

import nbformat
import pytest

from gan_course.exercises import all_exercises
from gan_course.paths import ROOT

CPU_SETTINGS = {
    "without oneDNN": {"TF_ENABLE_ONEDNN_OPTS": "0"},
    "one thread": {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"},
    "AVX2": {"ONEDNN_MAX_CPU_ISA": "AVX2"},
}
NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))


def solve(notebook):
    """Puts the solution into every cell that holds a stub. Returns how many there were."""
    solutions = {item.stub(): item.solution_source for item in all_exercises()}
    stubs = [cell for cell in notebook.cells if "exercise" in cell.metadata.get("tags", [])]
    for cell in stubs:
        cell.source = solutions[cell.source]
    return len(stubs)


def run_solved(name, folder, **variables):
    """Runs a notebook with its solutions pasted in."""
    notebook = nbformat.read(ROOT / "notebooks" / name, as_version=4)
    assert solve(notebook), f"{name} has no exercise"
    nbformat.write(notebook, folder / name)
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("MPLBACKEND", "PYTEST"))}
    command = [sys.executable, "-m", "pytest", "-q", "--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml")]
    done = subprocess.run(
        [*command, str(folder / name)],
        cwd=folder,
        env=inherited | {"GAN_COURSE_PROGRESS": "off"} | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout[-20_000:]
    assert "passed" in done.stdout


def test_the_first_notebook_solved(tmp_path):
    run_solved("00_start_here.ipynb", tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", NOTEBOOKS)
@pytest.mark.parametrize("setting", CPU_SETTINGS)
def test_every_notebook_solved_under_another_cpu_setting(setting, name, tmp_path):
    run_solved(name, tmp_path, **CPU_SETTINGS[setting])
