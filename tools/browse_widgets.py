"""Uses every widget once in JupyterLab, in a headless Chromium, as a learner does: with keyboard and mouse.

    python -m pip install playwright    # into any environment, it is no dependency of the course
    python tools/browse_widgets.py --python .venv/bin/python screenshots

It needs a Chromium (Debian: apt install chromium). `--python` is the interpreter that has the course; JupyterLab and
the kernel run with it, on a notebook, settings and a port of their own. The script stops at the first thing that does
not work; what it prints are the measured times. Look at the screenshots: nobody else judges how the widgets look.
"""

import argparse
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
CELLS = [
    "from gan_course import datasets, stylize, widgets\nfrom gan_course.pretrained import load_stylizer",
    "widgets.show_photo_booth()",
    "widgets.show_playground()",
    """photo = datasets.picture("photos/monuments/neuschwanstein_castle.jpg")
painting = stylize.stylize(load_stylizer("van_gogh"), photo)
widgets.show_comparison(photo, painting, ["photo", "painting"], alt="A castle, photo and painting.")""",
    """runs = [
    {"rate": rate, "momentum": momentum, "seed": seed, "step": step, "loss": (1 + seed / 9) * 0.9 ** (rate * step)}
    for rate in (0.1, 0.3, 1.0) for momentum in ("none", "some") for seed in range(3) for step in range(30)
    if (rate, momentum) != (1.0, "some")
]
draw = widgets.curves("step", ["loss"], line="seed", limits=(0, 1.3))
widgets.show_explorer(runs, ["rate", "momentum"], draw, alt="Three falling curves.")""",
    """birds = [{"bird": name, "kind": kind, "picture": picture} for name in ("owl", "duck", "chicken")
         for kind, picture in (("file", f"photos/animals/{name}.jpg"),
                               ("mirrored", datasets.picture(f"photos/animals/{name}.jpg")[:, ::-1]))]
widgets.show_explorer(birds, ["bird"], widgets.grid("picture", title="kind"), alt="An owl, twice.", size=(7, 3))""",
]
BOOTH, PLAYGROUND, COMPARISON, CURVES, GRID = range(1, 6)
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-sync".split()
)

START = re.compile(r"\bStart$")  # the icon before it is part of a button's name; "Restart" is another button
# JupyterLab takes the arrow keys from a list that is not open (ipywidgets issue 3912).
NEXT_IN_LIST = ("Space", "ArrowDown", "Enter")
PATIENCE = 60  # seconds

FINGERPRINT = """async image => {
    const bytes = new Uint8Array(await (await fetch(image.src)).arrayBuffer());
    return bytes.length + ":" + bytes.reduce((hash, byte) => (hash * 31 + byte) | 0, 0); }"""
# Clicks a button and waits for a text; returns the milliseconds, measured in the page.
CLICK_AND_WAIT = """([button, place, text]) => new Promise(resolve => {
    const begun = performance.now();
    const look = () => place.innerText.includes(text)
        ? resolve(performance.now() - begun) : setTimeout(look, 5);
    button.click(); look(); })"""
# Presses of a key change "Steps per picture"; returns the milliseconds until the numbers go up in strides of `stride`.
WAIT_FOR_STRIDE = """([place, stride]) => new Promise(resolve => {
    const begun = performance.now(), step = () => parseInt(place.innerText.match(/Step ([\\d,]+)/)[1].replace(",", ""));
    let last = step();
    const look = () => { const now = step(), gone = now - last; last = now;
        gone === stride ? resolve(performance.now() - begun) : setTimeout(look, 5); };
    look(); })"""
COUNT_PICTURES = """([image, seconds]) => new Promise(resolve => {
    let count = 0; const observer = new MutationObserver(() => count++);
    observer.observe(image, {attributes: true, attributeFilter: ["src"]});
    setTimeout(() => { observer.disconnect(); resolve(count / seconds); }, seconds * 1000); })"""


class Browsing:
    """One notebook in one page."""

    def __init__(self, page, folder, theme):
        self.page, self.folder, self.theme = page, folder, theme

    def cell(self, index):
        return self.page.locator(".jp-NotebookPanel .jp-Cell").nth(index)

    def photograph(self, index, name):
        cell = self.cell(index)
        cell.scroll_into_view_if_needed()
        cell.screenshot(path=self.folder / f"{self.theme}_{name}.png")

    def picture(self, index, which=0):
        """The content of a widget's picture, as a short text."""
        image = self.cell(index).locator("img.widget-image").nth(which).element_handle()
        return self.page.evaluate(FINGERPRINT, image)

    def press(self, index, label, *keys):
        """Goes to the control with this label and presses keys."""
        row = self.cell(index).locator(".widget-inline-hbox", has=self.page.locator(f'label:text-is("{label}")'))
        row.locator(".noUi-handle, select, input").first.focus()
        for key in keys:
            self.page.keyboard.press(key)

    def expect_new_picture(self, index, before, which=0):
        """Waits until a widget's picture is another one."""
        deadline = time.monotonic() + PATIENCE
        while self.picture(index, which) == before:
            assert time.monotonic() < deadline, f"the picture of cell {index} stayed as it was"
            self.page.wait_for_timeout(20)

    def expect_text(self, index, text):
        self.cell(index).locator(f"text={text}").first.wait_for(timeout=PATIENCE * 1000)


def use_photo_booth(on):
    before = on.picture(BOOTH, which=1)
    on.press(BOOTH, "Strength", *["ArrowLeft"] * 4)
    on.expect_new_picture(BOOTH, before, which=1)
    upload = on.cell(BOOTH).locator(".widget-upload")
    before = on.picture(BOOTH)
    with on.page.expect_file_chooser() as chooser:
        upload.focus()
        on.page.keyboard.press("Enter")
    chooser.value.set_files(ROOT / "data/photos/animals/duck.jpg")
    on.expect_text(BOOTH, "407 × 384 pixels painted")
    assert on.picture(BOOTH) != before
    on.cell(BOOTH).get_by_role("button", name="Save").focus()
    on.page.keyboard.press("Enter")
    on.expect_text(BOOTH, "Saved as")
    on.photograph(BOOTH, "photo_booth")


def use_playground(on):
    cell, page = on.cell(PLAYGROUND), on.page
    image = cell.locator("img.widget-image").element_handle()
    numbers = cell.locator(".widget-html-content:not(:has([role=status]))").element_handle()
    message = cell.locator(".widget-html-content:has([role=status])").element_handle()
    on.photograph(PLAYGROUND, "playground_before")
    before = on.picture(PLAYGROUND)
    page.wait_for_timeout(1000)
    assert on.picture(PLAYGROUND) == before, "it trained before Start"

    cell.get_by_role("button", name=START).focus()
    page.keyboard.press("Enter")
    on.expect_new_picture(PLAYGROUND, before)
    print(f"  playground: {page.evaluate(COUNT_PICTURES, [image, 5]):.1f} pictures/s in the browser")
    on.press(PLAYGROUND, "Steps per picture", "ArrowRight")
    print(f"  a slider acted after {page.evaluate(WAIT_FOR_STRIDE, [numbers, 20]):.0f} ms, its message's way included")
    on.press(PLAYGROUND, "Loss", *NEXT_IN_LIST)
    page.wait_for_timeout(4000)
    assert cell.locator("select").last.evaluate("list => list.selectedOptions[0].text") == "non-saturating"
    on.photograph(PLAYGROUND, "playground_training")

    for _ in range(5):
        button = cell.get_by_role("button", name="Pause").element_handle()
        waited = page.evaluate(CLICK_AND_WAIT, [button, message, "Paused"])
        print(f"  Pause answered after {waited:.0f} ms")
        assert waited < 500
        stopped = on.picture(PLAYGROUND), numbers.inner_text()
        page.wait_for_timeout(700)
        assert (on.picture(PLAYGROUND), numbers.inner_text()) == stopped, "it went on after Pause"
        cell.get_by_role("button", name=START).click()
        on.expect_new_picture(PLAYGROUND, stopped[0])
    cell.get_by_role("button", name="Pause").click()
    on.expect_text(PLAYGROUND, "Paused")
    cell.get_by_role("button", name="One step").focus()
    before = on.picture(PLAYGROUND)
    page.keyboard.press("Space")
    on.expect_new_picture(PLAYGROUND, before)
    on.press(PLAYGROUND, "Data", *NEXT_IN_LIST)
    on.expect_text(PLAYGROUND, "Step 0.")
    on.expect_text(PLAYGROUND, "Back at the beginning")
    on.photograph(PLAYGROUND, "playground_other_data")


def use_comparison(on):
    before = on.picture(COMPARISON)
    on.press(COMPARISON, "Border (%)", *["ArrowRight"] * 10)
    on.expect_new_picture(COMPARISON, before)
    on.photograph(COMPARISON, "comparison")
    before = on.picture(COMPARISON)
    track = on.cell(COMPARISON).locator(".noUi-target").bounding_box()
    handle = on.cell(COMPARISON).locator(".noUi-handle").bounding_box()
    on.page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    on.page.mouse.down()
    on.page.mouse.move(track["x"] + track["width"] * 0.2, handle["y"], steps=10)
    on.page.mouse.up()
    on.expect_new_picture(COMPARISON, before)


def use_explorers(on):
    before = on.picture(CURVES)
    on.press(CURVES, "rate", "ArrowRight")
    on.expect_new_picture(CURVES, before)
    on.photograph(CURVES, "explorer_curves")
    on.press(CURVES, "rate", "ArrowRight")
    on.press(CURVES, "momentum", *NEXT_IN_LIST)
    on.expect_text(CURVES, "There is no record of")
    on.photograph(CURVES, "explorer_no_record")
    before = on.picture(GRID)
    on.press(GRID, "bird", *NEXT_IN_LIST)
    on.expect_new_picture(GRID, before)
    on.photograph(GRID, "explorer_grid")


def write_notebook(path):
    """The cells above as a notebook that was never run."""
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{i}",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": source,
        }
        for i, source in enumerate(CELLS)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook), encoding="utf-8")


def write_settings(folder, theme):
    """No question about news at the first start, all cells in the page at all times, and the theme."""
    settings = {
        "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        "@jupyterlab/apputils-extension/themes": {"theme": theme},
        "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    }
    for name, values in settings.items():
        path = folder / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")


def start_server(python, folder):
    """Starts JupyterLab on a folder. Returns the process and the address of the notebook."""
    places = {"SETTINGS": "JUPYTERLAB_SETTINGS_DIR", "WORKSPACES": "JUPYTERLAB_WORKSPACES_DIR"}
    places |= {"CONFIG": "JUPYTER_CONFIG_DIR", "RUNTIME": "JUPYTER_RUNTIME_DIR"}
    environment = os.environ | {variable: str(folder / name) for name, variable in places.items()}
    environment.pop("MPLBACKEND", None)
    token = secrets.token_hex(16)
    arguments = ["--no-browser", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", f"--ServerApp.root_dir={folder}"]
    arguments += [f"--IdentityProvider.token={token}", "--allow-root"]
    arguments += ["--ServerApp.tornado_settings={'websocket_max_message_size': 67108864}"]
    server = subprocess.Popen(
        [python, "-m", "jupyterlab", *arguments],
        env=environment,
        cwd=folder,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    for line in server.stderr:
        if found := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
            return server, f"http://127.0.0.1:{found[1]}/lab/tree/widgets.ipynb?token={token}"
    raise SystemExit(f"JupyterLab did not start; try: {python} -m jupyterlab")


def browse(python, screenshots, theme):
    """Runs the notebook in one theme and uses every widget."""
    print(f"{theme}:")
    folder = Path(tempfile.mkdtemp(prefix="widgets-"))
    write_notebook(folder / "widgets.ipynb")
    write_settings(folder / "SETTINGS", theme)
    server, address = start_server(python, folder)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            page = browser.new_page(viewport={"width": 1400, "height": 1000})
            page.goto(address)
            page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for(timeout=90_000)
            page.get_by_text("| Idle").first.wait_for(timeout=90_000)
            page.click("text=Run >> nth=0")
            page.click('.lm-Menu-item[data-command="runmenu:run-all"]')
            on = Browsing(page, screenshots, theme.split()[-1].lower())
            on.cell(GRID).locator("img.widget-image").wait_for(timeout=180_000)
            for use in (use_photo_booth, use_playground, use_comparison, use_explorers):
                use(on)
                print(f"  {use.__name__}: ok")
            assert page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0, "a cell complained"
            page.screenshot(path=screenshots / f"{on.theme}_page.png")
            browser.close()
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def main():
    """Browses in both themes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("screenshots", type=Path, help="folder to write the screenshots to")
    parser.add_argument("--python", default=sys.executable, help="interpreter that has the course")
    options = parser.parse_args()
    options.screenshots.mkdir(parents=True, exist_ok=True)
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        browse(str(Path(options.python).absolute()), options.screenshots, theme)
    print(f"Everything worked. Now look at the pictures in {options.screenshots}.")


if __name__ == "__main__":
    main()
