"""Gathers all that installs the course without a network: `make wheelhouse` writes the folder `wheelhouse/`.

    python tools/make_wheelhouse.py [FOLDER]

The folder holds the packages (`wheels/`), the course (`course/`), and `install.py`, which makes a course with an
environment of its own out of both. Packages are for the Python and the kind of computer that this runs on.
"""

import argparse
import importlib.util
import json
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ("requirements.txt", "requirements-classroom.txt")
# What a learner or a teacher uses. Named one by one, so that grades or notes in the course's folder stay at home.
FOLDERS = ("data", "docs", "gan_course", "hub", "lessons", "notebooks", "tests", "tools")
FILES = (
    ".gitattributes",
    ".gitignore",
    "CHANGELOG*.md",
    "CITATION.cff",
    "CONTRIBUTING*.md",
    "LICENSE*",
    "Makefile",
    "README*.md",
    "conftest.py",
    "environment.yml",
    "pyproject.toml",
    "requirements*",
)
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "*.pyc", ".DS_Store")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "wheelhouse", help="default: wheelhouse")
    folder = parser.parse_args(arguments).folder
    if folder.exists() and not (folder / "install.py").is_file():
        sys.exit(f"{folder} exists already and is no wheelhouse; nothing in it was changed. Name another folder.")
    new = folder.with_name(folder.name + ".new")  # what is there stays until everything has arrived
    shutil.rmtree(new, ignore_errors=True)
    download(new / "wheels")
    copy_course(new / "course")
    shutil.copy(ROOT / "tools" / "install_offline.py", new / "install.py")
    (new / "made_for.json").write_text(json.dumps(this_computer(), indent=2) + "\n", encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    new.rename(folder)
    megabytes = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
    print(f"Written: {folder}, {megabytes:.0f} MB. Without a network: python{this_computer()['python']} install.py")


def download(wheels):
    """Fetches every pinned package as a wheel, so that nothing has to be compiled where there is no network."""
    if importlib.util.find_spec("pip") is None:  # uv makes environments without pip; Python brings one along
        subprocess.run([sys.executable, "-m", "ensurepip"], check=True, stdout=subprocess.DEVNULL)
    print("Downloading the packages: up to 800 MB.", flush=True)
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--progress-bar", "off"]
    command += ["--quiet", "--only-binary", ":all:", "--dest", str(wheels)]
    for name in REQUIREMENTS:
        command += ["-r", str(ROOT / name)]
    if subprocess.run(command).returncode:
        sys.exit(
            "The packages could not be downloaded; the lines above say why. Check the network and the disk (1 GB), and "
            "run the same command again."
        )


def copy_course(target):
    """Copies the course without its environment, and without what is in its folder besides."""
    target.mkdir(parents=True)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, target / name, ignore=LEFT_OUT)
    for file in files():
        shutil.copy(file, target / file.name)


def files():
    """The course's files that lie in no folder."""
    return sorted(file for pattern in FILES for file in ROOT.glob(pattern))


def this_computer():
    """What packages depend on; `install.py` compares it."""
    version = ".".join(platform.python_version_tuple()[:2])
    return {"python": version, "system": platform.system(), "machine": platform.machine()}


if __name__ == "__main__":
    main()
