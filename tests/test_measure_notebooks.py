"""The command that says what a notebook costs."""

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
    row = {"seconds": 30.0, "longest_cell": 10.0, "cpu_seconds": 40.0, "peak_gigabytes": 1.25}
    text = tool.page([{"lesson": "00_a"} | row, {"lesson": "01_b"} | row | {"peak_gigabytes": 0.5}], "here")
    assert "| 00_a | 30 | 10 | 40 | 1.2 |" in text
    assert "| **together** | **60** | | **80** | 1.2 at most |" in text
