"""Two steps of `nbgrader autograde`: a submission gets its form back, and runs apart from the grader and the others."""

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import psutil
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Float, Unicode

from gan_course.classroom.restore import NeedsPerson, restore

# What a submission gets to know of the grader's environment.
KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV", "GAN_COURSE_DATA")
MARK = "GAN_COURSE_SUBMISSION"
SECONDS_TO_START = 120


class RestoreCells(NbGraderPreprocessor):
    """Puts the student's answers into the notebook as it was released."""

    def preprocess(self, nb, resources):
        """Restores the notebook.

        Args:
            nb: the submitted notebook.
            resources: nbgrader's.

        Returns:
            Pair of the restored notebook and the resources.

        Raises:
            NeedsPerson: if answers are not there anymore.
        """
        course, names = self.parent.parent.coursedir, resources["nbgrader"]
        folder = Path(course.format_path(course.release_directory, ".", names["assignment"]))
        restored, remarks = restore(nb, nbformat.read(folder / f"{names['notebook']}.ipynb", as_version=4))
        for remark in remarks:
            self.log.warning(remark)
        return restored, resources


class ExecuteApart(NbGraderPreprocessor):
    """Runs the notebook in a process of its own, in an empty folder, under limits that are set before it starts."""

    cell_seconds = Float(60, help="Limit for one cell, but for set-up cells.").tag(config=True)
    total_seconds = Float(300, help="Limit for the notebook.").tag(config=True)
    memory_gigabytes = Float(6, help="Address space of each process; TensorFlow alone needs 2.").tag(config=True)
    user = Unicode("", help="User to run submissions as; empty for the grader's own. Needs root.").tag(config=True)

    def preprocess(self, nb, resources):
        """Runs the notebook.

        Args:
            nb: the restored notebook.
            resources: nbgrader's.

        Returns:
            Pair of the executed notebook and the resources.

        Raises:
            NeedsPerson: if no results came back.
        """
        outputs = self._run(nb)
        for cell, produced in zip(nb.cells, outputs, strict=True):
            if cell.cell_type == "code":
                cell.outputs = [nbformat.from_dict(output) for output in produced]
                if cell.metadata.get("nbgrader", {}).get("grade"):
                    cell.outputs = only_errors_count(cell.outputs)
        return nb, resources

    def _run(self, nb):
        limits = {name: getattr(self, name) for name in ("cell_seconds", "total_seconds", "memory_gigabytes")}
        mark = secrets.token_hex(16)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, tempfile.TemporaryFile("w+") as log:
            owner = {"user": self.user, "group": _group(self.user), "extra_groups": []} if self.user else {}
            if self.user:
                shutil.chown(folder, self.user, owner["group"])
            try:
                done = subprocess.run(
                    [sys.executable, "-m", "gan_course.classroom.apart"],
                    input=json.dumps({"notebook": nb} | limits),
                    stdout=subprocess.PIPE,
                    stderr=log,  # no pipe: a process that stays behind would keep it open
                    encoding="utf-8",
                    cwd=folder,
                    env=_environment(folder, mark),
                    timeout=self.total_seconds + SECONDS_TO_START,
                    start_new_session=True,
                    **owner,
                )
                return json.loads(done.stdout)
            except subprocess.TimeoutExpired:
                seconds = self.total_seconds + SECONDS_TO_START
                raise NeedsPerson(f"stopped after {seconds:g} s without a result") from None
            except ValueError:
                log.seek(0)
                last = (log.read().strip().splitlines() or ["no message"])[-1]
                raise NeedsPerson(f"the run ended without a result: {last[:300]}") from None
            finally:
                end_processes(mark)


def only_errors_count(outputs):
    """The outputs of a test cell as nbgrader is to read them.

    It also takes points off for any line on standard error, a warning for instance, and reads a number as partial
    credit, which a student's function could show by itself.

    Args:
        outputs: list of outputs.

    Returns:
        New list, errors first.
    """
    kept = [output for output in outputs if output.output_type != "execute_result"]
    for output in kept:
        if output.output_type == "stream":
            output.name = "stdout"
    return sorted(kept, key=lambda output: output.output_type != "error")


def end_processes(mark):
    """Ends whatever a submission has left running: all processes that carry its mark in their environment.

    Args:
        mark: the value of the mark.
    """
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get(MARK) == mark:
                process.kill()


def _environment(folder, mark):
    """A home of its own: what a submission writes there is gone before the next one starts."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    homes = ("HOME", "TMPDIR", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    settings = {"GAN_COURSE_GRADED": "1", "GAN_COURSE_PROGRESS": "off", "GAN_COURSE_CHECK_SECONDS": "30"}
    return kept | dict.fromkeys(homes, folder) | settings | {MARK: mark, "MPLCONFIGDIR": folder}


def _group(user):
    import pwd

    return pwd.getpwnam(user).pw_gid
