"""The learner's folder, and the server that `make lab` starts."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import pytest

from gan_course import lab
from gan_course.paths import ROOT


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of three lessons; returns the folders (shipped, the learner's)."""
    shipped = tmp_path / "notebooks"
    shipped.mkdir()
    for name in ("00_start_here", "01_first", "12_beyond"):
        (shipped / f"{name}.ipynb").write_text(f"{name} as shipped")
    monkeypatch.setattr(lab, "SHIPPED", shipped)
    monkeypatch.setenv("GAN_COURSE_NOTEBOOKS", str(tmp_path / "my notebooks ä"))
    return shipped, tmp_path / "my notebooks ä"


def test_the_first_start_copies_every_lesson(course):
    shipped, mine = course
    assert lab.fill_my_notebooks() == ["00_start_here.ipynb", "01_first.ipynb", "12_beyond.ipynb"]
    assert sorted(path.name for path in mine.iterdir()) == sorted(path.name for path in shipped.iterdir())
    assert (mine / "12_beyond.ipynb").read_text() == "12_beyond as shipped"


def test_later_starts_bring_new_lessons_and_overwrite_nothing(course):
    shipped, mine = course
    lab.fill_my_notebooks()
    (mine / "01_first.ipynb").write_text("an evening's work")
    (shipped / "01_first.ipynb").write_text("01_first, second edition")
    (shipped / "02_second.ipynb").write_text("02_second as shipped")
    assert lab.fill_my_notebooks() == ["02_second.ipynb"]
    assert (mine / "01_first.ipynb").read_text() == "an evening's work"
    assert lab.fill_my_notebooks() == []


def test_a_course_without_lessons_says_how_to_install_it(course):
    shipped, _ = course
    for path in shipped.iterdir():
        path.unlink()
    with pytest.raises(FileNotFoundError, match="Clone the course"):
        lab.fill_my_notebooks()


@pytest.mark.parametrize("number", ["01", "1", 1])
def test_reset_puts_the_lesson_back_and_keeps_the_work(course, number):
    _, mine = course
    lab.fill_my_notebooks()
    (mine / "01_first.ipynb").write_text("an evening's work")
    kept = lab.reset_notebook(number)
    assert kept == mine / "01_first.old-1.ipynb"
    assert kept.read_text() == "an evening's work"
    assert (mine / "01_first.ipynb").read_text() == "01_first as shipped"


def test_reset_on_a_full_disk_leaves_the_lesson_in_its_place(course, monkeypatch):
    _, mine = course
    lab.fill_my_notebooks()

    def full(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lab, "write_atomically", full)
    with pytest.raises(OSError, match="No space left"):
        lab.reset_notebook("01")
    assert (mine / "01_first.ipynb").is_file() and not list(mine.glob("*old*"))


def test_resetting_again_keeps_both_old_files(course):
    _, mine = course
    lab.fill_my_notebooks()
    for evening in (1, 2):
        (mine / "01_first.ipynb").write_text(f"evening {evening}")
        assert lab.reset_notebook("01") == mine / f"01_first.old-{evening}.ipynb"
    assert (mine / "01_first.old-1.ipynb").read_text() == "evening 1"
    assert (mine / "01_first.old-2.ipynb").read_text() == "evening 2"


def test_reset_brings_back_a_lesson_that_was_deleted(course):
    _, mine = course
    assert lab.reset_notebook("12") is None
    assert [path.name for path in mine.iterdir()] == ["12_beyond.ipynb"]


@pytest.mark.parametrize("number", ["07", "", "first", "../00", -1])
def test_reset_of_an_unknown_lesson_names_those_there_are(course, number):
    with pytest.raises(ValueError, match="00, 01, 12"):
        lab.reset_notebook(number)


@pytest.mark.parametrize(
    "platform, variables, display",
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"DISPLAY": ":0", "CI": "true"}, False),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_a_browser_is_opened_where_there_is_a_display(monkeypatch, platform, variables, display):
    monkeypatch.setattr(sys, "platform", platform)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "CI"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert lab._has_display() is display


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """JupyterLab as `make lab` starts it, with nothing of the user's own; yields its (address, token)."""
    folder = tmp_path_factory.mktemp("lab")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {"CI": "true", "MPLBACKEND": "Agg", "GAN_COURSE_NOTEBOOKS": str(folder / "my_notebooks")}
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        own[name] = str(folder / name)
    for name in ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"):
        own[name] = str(folder / name)
    command = f"from gan_course.lab import start_lab; start_lab(['--port={port}'])"
    printed = folder / "printed.txt"
    with open(printed, "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", command], cwd=ROOT, env=os.environ | own, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + 120
        while "token=" not in (text := printed.read_text(encoding="utf-8")):
            assert process.poll() is None and time.monotonic() < deadline, f"The server did not start:\n{text}"
            time.sleep(0.1)
        address = next(word for word in text.split() if word.startswith("http"))
        yield address, parse_qs(urlsplit(address).query)["token"][0]
    finally:
        process.terminate()
        process.wait(timeout=60)


def ask(server, path, token=True, **options):
    address, secret = server
    url = urlsplit(address)._replace(path=path, query="").geturl()
    headers = {"Authorization": f"token {secret}"} if token else {}
    with urlopen(Request(url, headers=headers, **options), timeout=60) as answer:
        return answer.read()


def test_the_server_has_notebook_00(server):
    answer = json.loads(ask(server, "/api/contents/my_notebooks/00_start_here.ipynb"))
    shipped = json.loads((ROOT / "notebooks" / "00_start_here.ipynb").read_text(encoding="utf-8"))
    assert [cell["source"] for cell in answer["content"]["cells"]] == [
        "".join(cell["source"]) for cell in shipped["cells"]
    ]


def test_the_printed_address_opens_jupyterlab_at_notebook_00(server):
    address, _ = server
    assert urlsplit(address).hostname == "127.0.0.1"
    assert urlsplit(address).path == "/lab/tree/my_notebooks/00_start_here.ipynb"
    with urlopen(address, timeout=60) as page:
        text = page.read().decode()
    assert "<title>JupyterLab</title>" in text
    assert '"news": {"disabled": true}' in text


def test_the_server_asks_for_the_token(server):
    with pytest.raises(HTTPError, match="403"):
        ask(server, "/api/contents/my_notebooks/00_start_here.ipynb", token=False)


def kernel_says(server, question, content, metadata):
    """What a new kernel answers to a message; None if the server closed the connection instead."""
    from tornado.websocket import websocket_connect

    address, token = server
    kernel = json.loads(ask(server, "/api/kernels", method="POST", data=b"{}"))["id"]
    channels = urlsplit(address)._replace(scheme="ws", path=f"/api/kernels/{kernel}/channels", query=f"token={token}")
    header = {"msg_id": "mine", "msg_type": f"{question}_request", "session": "me", "username": "me", "version": "5.4"}
    message = {"channel": "shell", "header": header, "parent_header": {}, "metadata": metadata, "content": content}

    async def reply():
        connection = await websocket_connect(channels.geturl())
        await connection.write_message(json.dumps(message))
        while (received := await connection.read_message()) is not None:
            answer = json.loads(received)
            if answer["parent_header"].get("msg_id") == "mine" and answer["msg_type"] == f"{question}_reply":
                return answer["content"]

    return asyncio.run(asyncio.wait_for(reply(), timeout=90))


def test_a_photo_of_40_megabytes_reaches_the_kernel(server):
    """A widget sends an uploaded file over the kernel's connection as one message."""
    answer = kernel_says(server, "kernel_info", {}, metadata={"photo": "x" * 40_000_000})
    assert answer and answer["status"] == "ok"


def test_pictures_are_shown_whatever_plot_backend_the_terminal_was_set_to(server):
    backend = {"user_expressions": {"backend": "matplotlib.get_backend()"}}
    answer = kernel_says(server, "execute", {"code": "import matplotlib", **backend}, metadata={})
    assert "inline" in answer["user_expressions"]["backend"]["data"]["text/plain"]
