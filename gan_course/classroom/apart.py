"""Runs a submission's notebook in this process and its kernel, under limits. `preprocessors.ExecuteApart` starts it.

    python -m gan_course.classroom.apart < request.json > outputs.json

A cell that ends the kernel, or that does not end, is left out, and the notebook is run again from its beginning: so one
answer costs its own points and no others. Nobody is interrupted, so no loop can swallow it: the kernel is replaced.
"""

import json
import os
import sys
import time
from collections import Counter

MOST_NEW_KERNELS = 6
MOST_LETTERS_OF_A_CELL = 200_000
ENDED, TOO_SLOW, NOT_RUN, GIVEN_UP = "KernelEnded", "TimeLimit", "NotRun", "GivenUp"
REASONS = {
    ENDED: "This cell ended Python: `quit()`, `os._exit`, or too much memory.",
    TOO_SLOW: "This cell did not end within its time.",
    NOT_RUN: "The time for the whole notebook was used up before this cell.",
    GIVEN_UP: f"{MOST_NEW_KERNELS} cells of this notebook ended Python or did not end in time, so the others were not "
    "judged. A person has to do it.",
}


def main():
    """Reads a request from standard input, runs its notebook and writes each cell's outputs to standard output."""
    request = json.load(sys.stdin)
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")  # kernels inherit standard output, and not this copy
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    set_limits(request["memory_gigabytes"], request["total_seconds"])

    import nbformat

    notebook = nbformat.from_dict(request["notebook"])
    outputs = run_notebook(notebook, request["cell_seconds"], request["total_seconds"])
    with channel:
        json.dump(outputs, channel)


def set_limits(memory_gigabytes, seconds):
    """Limits this process and all that it starts: address space, seconds of CPU, size of a file, no core dumps.

    Args:
        memory_gigabytes: address space of each process.
        seconds: of wall time that are meant; several threads may use four times as many of CPU time.
    """
    import resource

    limits = {
        resource.RLIMIT_AS: int(memory_gigabytes * 2**30),
        resource.RLIMIT_CPU: int(4 * seconds),
        resource.RLIMIT_FSIZE: 2**28,
        resource.RLIMIT_CORE: 0,
    }
    for kind, limit in limits.items():
        hard = resource.getrlimit(kind)[1]
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (limit, limit))


def run_notebook(notebook, cell_seconds, total_seconds):
    """Runs all cells, with a new kernel after each cell that ended the last one.

    Args:
        notebook: notebook; its outputs are replaced.
        cell_seconds: limit for a cell; the set-up cells of the assignment have none of their own.
        total_seconds: limit for all of them together, new kernels included.

    Returns:
        List with the outputs of each cell, None for texts.
    """
    deadline = time.monotonic() + total_seconds
    left_out = {}
    for _ in range(MOST_NEW_KERNELS):
        stopped = _run_once(notebook, left_out, cell_seconds, deadline)
        if stopped is None:
            break
        left_out.update([stopped])
    else:
        for position, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":  # what the others put out in a run that was cut short is no judgment
                cell.outputs, cell.execution_count = [_error(left_out.get(position, GIVEN_UP))], None
    return [cell.get("outputs") for cell in notebook.cells]


def _run_once(notebook, left_out, cell_seconds, deadline):
    """Runs the cells until one ends the kernel or its time. Returns its position and why, or None."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    client = _client(notebook)
    with client.setup_kernel():
        for position, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            cell.outputs, cell.execution_count = [], None
            seconds = deadline - time.monotonic()
            if not _is_the_teachers(cell):
                seconds = min(cell_seconds, seconds)
            reason = left_out.get(position) or (NOT_RUN if seconds <= 0 else "")
            if reason:
                cell.outputs = [_error(reason)]
                continue
            client.timeout = max(1, round(seconds))
            try:
                client.execute_cell(cell, position)
            except CellTimeoutError:
                return position, TOO_SLOW
            except DeadKernelError:
                return position, ENDED
            if client.asked_to_exit:
                return position, ENDED
    return None


def _is_the_teachers(cell):
    """Whether nothing of a student's runs in a cell: it loads TensorFlow, for instance, which takes what it takes."""
    metadata = cell.metadata.get("nbgrader", {})
    return metadata.get("locked", False) and not metadata.get("grade", False)


def _client(notebook):
    from nbclient import NotebookClient

    class Client(NotebookClient):
        """Keeps at most so many letters of a cell's output, and notices `quit()`."""

        asked_to_exit = False

        def output(self, outs, msg, display_id, cell_index):
            self.letters[cell_index] += len(str(msg["content"]))
            if self.letters[cell_index] > MOST_LETTERS_OF_A_CELL and msg["msg_type"] != "error":
                return None
            return super().output(outs, msg, display_id, cell_index)

    def after_cell(cell, cell_index, execute_reply):
        payload = execute_reply["content"].get("payload") or []
        client.asked_to_exit |= any(part.get("source") == "ask_exit" for part in payload)

    client = Client(
        notebook,
        kernel_name="python3",
        allow_errors=True,
        record_timing=False,
        coalesce_streams=True,
        shutdown_kernel="immediate",
        on_cell_executed=after_cell,
        # Lines that TensorFlow's C++ part logs are nobody's answer.
        extra_arguments=["--IPKernelApp.capture_fd_output=False", "--HistoryManager.hist_file=:memory:"],
    )
    client.letters = Counter()
    return client


def _error(reason):
    import nbformat

    line = f"{reason}: {REASONS[reason]}"
    return nbformat.v4.new_output("error", ename=reason, evalue=REASONS[reason], traceback=[line])


if __name__ == "__main__":
    main()
