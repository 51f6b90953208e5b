"""Installs the course from this folder, without a network.

    python3 install.py [FOLDER] [--classroom]

FOLDER is made, `gan-course` in the current one by default; where it holds a course already, that is brought up to
date and your notebooks in it stay. `--classroom` adds what a teacher needs. Python's own modules are enough.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path("gan-course"), help="default: gan-course")
    parser.add_argument("--classroom", action="store_true", help="what a teacher needs, too")
    options = parser.parse_args(arguments)
    check_computer()
    folder = options.folder.absolute()
    if folder.exists() and any(folder.iterdir()) and not (folder / "gan_course").is_dir():
        stop(f"{folder} exists already and holds no course; nothing in it was changed. Name another folder.")
    shutil.copytree(HERE / "course", folder, dirs_exist_ok=True)
    if os.name == "nt":
        install_with_pip(folder, options.classroom)
    else:
        install_with_the_courses_own_script(folder, options.classroom)
    command = Path(".venv", "Scripts" if os.name == "nt" else "bin", "gan-course")
    print(f"The course is in {folder}. Open it there with: {command} lab")


def check_computer():
    """Stops where the packages do not fit. Old Pythons get as far as this, too."""
    made_for = json.loads((HERE / "made_for.json").read_text(encoding="utf-8"))
    version = ".".join(platform.python_version_tuple()[:2])
    here = {"python": version, "system": platform.system(), "machine": platform.machine()}
    if here != made_for:
        stop(
            "these packages are for Python {python} on {system} {machine}; ".format(**made_for)
            + "this is Python {python} on {system} {machine}. ".format(**here)
            + "If this computer has the other Python, run: python{python} install.py. ".format(**made_for)
            + "If not, make the folder with `make wheelhouse` on a computer like this one."
        )


def install_with_the_courses_own_script(folder, classroom):
    """Lets tools/setup.sh do what it does for everyone, with this folder in the place of the network.

    So `make lab` finds a finished environment later. Addresses, because pip divides a list of paths at spaces.
    """
    wheels = (HERE / "wheels").as_uri()
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": wheels, "UV_OFFLINE": "1", "UV_NO_INDEX": "1"}
    environment = dict(os.environ, PYTHON=sys.executable, UV_FIND_LINKS=wheels, **offline)
    command = ["sh", str(folder / "tools" / "setup.sh"), *(["classroom"] if classroom else [])]
    if subprocess.run(command, env=environment).returncode:
        sys.exit(1)  # its last line has said why


def install_with_pip(folder, classroom):
    """The same on Windows, which has no `sh`."""
    subprocess.run([sys.executable, "-m", "venv", str(folder / ".venv")], check=True)
    pip = [str(folder / ".venv" / "Scripts" / "python"), "-m", "pip", "install", "--disable-pip-version-check"]
    pip += ["--no-index", "--find-links", (HERE / "wheels").as_uri()]
    for name in ["requirements.txt"] + ["requirements-classroom.txt"] * classroom:
        subprocess.run([*pip, "-r", str(folder / name)], check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "-e", str(folder)], check=True)


def stop(reason):
    sys.exit("Nothing was installed: " + reason)


if __name__ == "__main__":
    main()
