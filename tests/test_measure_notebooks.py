"""The command that says what a notebook costs."""

import io
import json
from pathlib import Path

import nbformat
import pytest

TOOL = "measure_notebooks"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read where Linux notes it")
def test_a_notebook_that_waits_and_fills_memory_is_seen_to_do_so(tool, tmp_path):
    cells = [
        "import time\ntime.sleep(1.5)",
        "filled = bytearray(300_000_000)\nfilled[::4096] = b'x' * len(filled[::4096])",
    ]
    path = tmp_path / "01_costly.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]), path)
    before = path.read_bytes()
    found = tool.measure(path)
    assert path.read_bytes() == before
    assert 1.5 <= found["longest_cell"] <= found["seconds"]
    assert found["peak_gigabytes"] > 0.3
    assert found["cpu_seconds"] > 0.0


def test_the_page_adds_up(tool):
    text = tool.page([costs("00_a"), costs("01_b", peak_gigabytes=0.5)], "here")
    assert "| 00_a | 30 | 10 | 40 | 1.2 |" in text
    assert "| **together** | 60 | | 80 | 1.2 at most |" in text


def test_what_misses_its_goal_is_in_bold(tool):
    slow = costs("02_c", seconds=501.0, longest_cell=60.4, cpu_seconds=900.0, peak_gigabytes=2.06)
    text = tool.page([costs("00_a"), costs("01_b", longest_cell=61.0), slow], "here")
    goals = "Goals: a cell 60 s, a notebook 120 s, all of them 540 s, 2 GB of memory. What misses its goal is in bold."
    assert goals in text.replace("\n", " ")
    assert "| 00_a | 30 | 10 | 40 | 1.2 |" in text
    assert "| 01_b | 30 | **61** | 40 | 1.2 |" in text
    assert "| 02_c | **501** | 60 | 900 | **2.1** |" in text
    assert "| **together** | **561** | | 980 | **2.1 at most** |" in text


def test_a_gigabyte_is_a_thousand_million_bytes(tool, capsys):
    status = "VmPeak:\t 9000000 kB\nVmHWM:\t 2000000 kB\n"  # Linux says kB and means 1,024 bytes
    exec(tool.LAST_CELL, {"open": lambda name: io.StringIO(status)})
    assert json.loads(capsys.readouterr().out)["peak_gigabytes"] == pytest.approx(2.048)


def costs(lesson, **others):
    usual = {"seconds": 30.0, "longest_cell": 10.0, "cpu_seconds": 40.0, "peak_gigabytes": 1.25}
    return {"lesson": lesson} | usual | others
