"""`gan-course doctor`: is everything there, and does it work?"""

import os
import platform
import re
import sys
import time
from importlib import metadata

import psutil

from gan_course.paths import ROOT, checksums, is_intact


def examine(details=True):
    """Runs every check and says what to do where one fails.

    Args:
        details: whether to print a line for each check that passed, too.

    Returns:
        True if every check passed.
    """
    passed = True
    for check in (check_python, check_packages, check_machine, check_data, check_painting):
        try:
            result = check()
        except Exception as error:  # a doctor tells what is wrong with anything
            passed = False
            print(f"WRONG {error}")
        else:
            if details:
                print(f"ok    {result}")
    return passed


def check_environment():
    """The doctor's one line for a notebook: all is well, or what is not."""
    if examine(details=False):
        print("Everything the course needs is here and works.")


def check_python():
    """Python 3.11 to 3.13."""
    version = platform.python_version()
    if not (3, 11) <= sys.version_info < (3, 14):
        raise RuntimeError(f"Python {version}; 3.11 to 3.13 is needed. Install one, then run make lab again.")
    return f"Python {version} on {platform.system()} {platform.machine()}"


def check_packages():
    """The pinned versions of all that the course requires."""
    import tomllib  # here, because an older Python lacks it and is to be told so by `check_python`

    # From the file itself: the metadata of an editable installation are as old as the installation.
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [re.match(r"[\w.-]+", requirement)[0].lower() for requirement in project["dependencies"]]
    pins = {}
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        name, _, version = line.split(";")[0].strip().partition("==")
        pins[name.lower()] = version
    different = []
    for name in names:
        installed, pin = _installed_version(name), pins.get(name) or pins.get(f"{name}-cpu")
        if installed != pin:
            different.append(f"{name} is {installed or 'missing'}, tested with {pin}")
    if different:
        raise RuntimeError(f"{'; '.join(different)}. Repair with: {sys.executable} -m pip install -r requirements.txt")
    return ", ".join(f"{name} {_installed_version(name)}" for name in names)


def _installed_version(name):
    for candidate in (name, "tensorflow-cpu") if name == "tensorflow" else (name,):
        try:
            return metadata.version(candidate)
        except metadata.PackageNotFoundError:
            continue
    return None


def check_machine():
    """Cores and memory."""
    memory = psutil.virtual_memory()
    gigabytes = memory.total / 2**30
    if memory.available < 1.5 * 2**30:
        raise RuntimeError(
            f"{memory.available / 2**30:.1f} GB of memory are free of {gigabytes:.0f}; a lesson needs up to 2. Close "
            f"other programs and shut down kernels you no longer use."
        )
    return f"{os.cpu_count()} CPU cores, {gigabytes:.0f} GB of memory, {memory.available / 2**30:.0f} GB free"


def check_data():
    """Every shipped file against its checksum."""
    names = checksums()
    damaged = [name for name in names if not is_intact(name)]
    if damaged:
        raise RuntimeError(
            f"{len(damaged)} data files differ from what shipped, {damaged[0]} first. Restore: git checkout data"
        )
    return f"{len(names)} data files intact"


def check_painting():
    """One small picture, painted."""
    from gan_course.datasets import picture
    from gan_course.pretrained import load_stylizer, shipped_styles
    from gan_course.stylize import stylize

    photo = picture("photos/animals/owl.jpg", short_side=192)
    style = next(iter(shipped_styles()))
    stylizer = load_stylizer(style)
    start = time.perf_counter()
    painting = stylize(stylizer, photo)
    if abs(painting - photo).mean() < 0.02:
        raise RuntimeError(f"the style {style} left the test picture unchanged. Restore it: git checkout data/weights")
    return f"a {photo.shape[1]} × {photo.shape[0]} photo painted with {style} in {time.perf_counter() - start:.1f} s"
