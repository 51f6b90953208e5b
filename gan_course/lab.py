"""The learner's folder `my_notebooks/` and the JupyterLab that opens it."""

import os
import sys
from pathlib import Path
from urllib.parse import quote

from gan_course.images import write_atomically
from gan_course.paths import ROOT

SHIPPED = ROOT / "notebooks"
FIRST_LESSON = "00_start_here.ipynb"

# A browser sends an uploaded file as one message; the server's own limit of 10 MB would end the kernel's connection.
UPLOAD_LIMIT = 64 * 1024 * 1024


def my_notebooks():
    """The folder a learner works in: `my_notebooks/`, or the one that `GAN_COURSE_NOTEBOOKS` names."""
    return Path(os.environ.get("GAN_COURSE_NOTEBOOKS") or ROOT / "my_notebooks").absolute()


def fill_my_notebooks():
    """Copies every lesson that the learner does not have yet. A file that is there is never touched.

    Returns:
        List of the file names that were copied.

    Raises:
        FileNotFoundError: if the course was installed without its lessons.
    """
    copied = []
    for lesson in shipped_lessons():
        target = my_notebooks() / lesson.name
        if not target.exists():
            _copy(lesson, target)
            copied.append(lesson.name)
    return copied


def reset_notebook(number):
    """Puts one lesson back as it was shipped and keeps the learner's file beside it.

    Args:
        number: of the lesson, `"03"`, `"3"` or 3.

    Returns:
        `pathlib.Path` of the learner's file under its new name, `03_networks.old-1.ipynb` for instance; None if
        there was none to keep.

    Raises:
        ValueError: if no lesson has this number.
    """
    lessons = {lesson.name[:2]: lesson for lesson in shipped_lessons()}
    asked = str(number).strip()
    lesson = lessons.get(asked) or lessons.get("0" + asked)
    if lesson is None:
        raise ValueError(f"number must be that of a lesson, one of {', '.join(lessons)}; received {number!r}.")
    target = my_notebooks() / lesson.name
    kept = None
    if target.exists():
        count = 1
        while (kept := target.with_suffix(f".old-{count}.ipynb")).exists():
            count += 1
        target.rename(kept)
    try:
        _copy(lesson, target)
    except OSError:
        if kept:
            kept.rename(target)
        raise
    return kept


def start_lab(extra_arguments=()):
    """Fills `my_notebooks/` and runs JupyterLab on it until the user stops it.

    The server listens on this computer only and asks for a token. It runs inside this process, so that the token stays
    out of the list of processes, and the address that is printed has the port that was really free.

    Args:
        extra_arguments: further arguments of JupyterLab, `["--port", "9999"]` for instance.
    """
    copied = fill_my_notebooks()
    folder = my_notebooks()
    if copied:
        print(f"Copied into {folder}: {', '.join(copied)}", flush=True)

    # Kernels inherit the environment: a plot backend set for the terminal would leave the notebooks without pictures.
    os.environ.pop("MPLBACKEND", None)
    from jupyterlab.labapp import LabApp

    first_page = "lab/tree/" + quote(f"{folder.name}/{FIRST_LESSON}")
    arguments = [
        f"--ServerApp.root_dir={folder.parent}",
        f"--LabApp.default_url=/{first_page}",
        "--ServerApp.ip=127.0.0.1",
        f"--IdentityProvider.token={os.urandom(24).hex()}",
        f"--ServerApp.tornado_settings={{'websocket_max_message_size': {UPLOAD_LIMIT}}}",
        "--Application.log_level=WARN",
        # JupyterLab would ask, at the first start, whether it may fetch news and look for updates.
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        f"--LabApp.app_settings_dir={Path(__file__).parent / 'lab_settings'}",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")
    if not _has_display():
        arguments.append("--no-browser")
    server = LabApp.initialize_server(argv=[*arguments, *extra_arguments])

    address = f"{server.connection_url}{first_page}?token={quote(server.identity_provider.token)}"
    message = f"The course is open at {address} (Ctrl-C twice closes it)"
    server.io_loop.add_callback(print, message, flush=True)
    server.start()


def shipped_lessons():
    """The lessons' notebooks as they were shipped.

    Returns:
        List of paths, in the order of their numbers.

    Raises:
        FileNotFoundError: if the course was installed without its lessons.
    """
    lessons = sorted(SHIPPED.glob("[0-9][0-9]_*.ipynb"))
    if not lessons:
        raise FileNotFoundError(
            f"The lessons were expected in {SHIPPED} and are not there. Clone the course and install it from the clone "
            f"(pip install -e .)."
        )
    return lessons


def _copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(target, source.read_bytes())


def _has_display():
    """Whether a browser can be expected to open."""
    if os.environ.get("CI"):
        return False
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
