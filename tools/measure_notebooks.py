"""Runs every notebook and writes what it costs to docs/cost_of_notebooks.md: time, processor time, memory.

    python tools/measure_notebooks.py            # all of them, one after the other; run nothing else meanwhile
    python tools/measure_notebooks.py 00 02      # some, printed and not written

Each notebook runs on a fresh kernel, as with `make test`. Wall time begins with the first cell, so starting the kernel
is left out. It wants Linux. Processor time is that of the kernel alone, memory the most that it ever held.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from datetime import date

import nbformat
import psutil
from nbclient import NotebookClient

from gan_course.images import write_atomically
from gan_course.paths import ROOT

PAGE = ROOT / "docs" / "cost_of_notebooks.md"
CELL_TIMEOUT = 300
CELL_SECONDS, NOTEBOOK_SECONDS, SECONDS_IN_ALL, GIGABYTES = 60, 120, 540, 2  # at most
# Run in the kernel after everything else. VmHWM is Linux's mark for this process alone.
LAST_CELL = """
import json as _json, re as _re, time as _time
_kilobytes = int(_re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
print(_json.dumps({"cpu_seconds": _time.process_time(), "peak_gigabytes": _kilobytes * 1024 / 1e9}))
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", help="numbers of lessons (default all)")
    chosen = parser.parse_args().lessons
    paths = [
        path for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")) if not chosen or path.name[:2] in chosen
    ]
    if not paths:
        sys.exit(f"There is no lesson {', '.join(chosen)}. Give numbers of two digits: 00 to 12.")
    rows = []
    for path in paths:
        rows.append({"lesson": path.stem, **measure(path)})
        print(row(rows[-1]), flush=True)
    if not chosen:
        write_atomically(PAGE, page(rows, computer()).encode())


def measure(path):
    """Runs a notebook.

    Args:
        path: the `.ipynb` file, which stays as it is.

    Returns:
        Dictionary: `seconds` and `cpu_seconds` in all, `longest_cell` in seconds, `peak_gigabytes`.
    """
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(LAST_CELL))
    begun, longest = {}, [0.0]

    def note_end(cell, cell_index, execute_reply):
        longest.append(time.perf_counter() - begun[cell_index])

    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        extra_arguments=["--IPKernelApp.log_level=40"],
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_execute=lambda cell, cell_index: begun.setdefault(cell_index, time.perf_counter()),
        on_cell_executed=note_end,
    )
    environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    with tempfile.TemporaryDirectory() as progress:
        client.execute(env=environment | {"GAN_COURSE_PROGRESS": progress})
    seconds = time.perf_counter() - min(begun.values())
    said = json.loads(notebook.cells[-1].outputs[-1].text.strip())
    return {"seconds": seconds, "longest_cell": max(longest), **said}


def row(found):
    """A line of the table."""
    seconds, longest = marked(found["seconds"], NOTEBOOK_SECONDS), marked(found["longest_cell"], CELL_SECONDS)
    peak = marked(found["peak_gigabytes"], GIGABYTES, digits=1)
    return f"| {found['lesson']} | {seconds} | {longest} | {found['cpu_seconds']:.0f} | {peak} |"


def marked(value, goal, digits=0, after=""):
    """A number as the table shows it, in bold if what is shown misses its goal."""
    text = f"{value:.{digits}f}"
    return f"**{text}{after}**" if float(text) > goal else text + after


def page(rows, where):
    """The page, as Markdown."""
    total = {name: sum(one[name] for one in rows) for name in ("seconds", "cpu_seconds")}
    seconds = marked(total["seconds"], SECONDS_IN_ALL)
    peak = marked(max(one["peak_gigabytes"] for one in rows), GIGABYTES, 1, " at most")
    last = f"| **together** | {seconds} | | {total['cpu_seconds']:.0f} | {peak} |"
    return "\n".join(
        [
            "# What the notebooks cost",
            "",
            f"Every notebook from its first cell to its last, {where}, {date.today():%B %Y}, by",
            f"`python tools/measure_notebooks.py`. Goals: a cell {CELL_SECONDS} s, a notebook {NOTEBOOK_SECONDS} s, "
            f"all of them {SECONDS_IN_ALL} s, {GIGABYTES} GB of memory.",
            "What misses its goal is in bold.",
            "",
            "| notebook | seconds | longest cell | processor seconds | peak of memory, GB |",
            "| --- | --- | --- | --- | --- |",
            *map(row, rows),
            last,
            "",
        ]
    )


def computer():
    """What it ran on, in words."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else psutil.cpu_count()
    load = psutil.getloadavg()[2]
    busy = "" if load < 2.5 else f", which other work kept busy (load {load:.0f})"
    return f"on {cores} cores ({platform.system()} {platform.machine()}){busy}"


if __name__ == "__main__":
    main()
