"""Where the course keeps its data and notebooks. Found from this file, so the current folder does not matter."""

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def data_path(name=""):
    """Path of a shipped data file.

    The folder is `data/` beside the package, or the one named by the environment variable `GAN_COURSE_DATA`.

    Args:
        name: path below the data folder, with forward slashes, `"photos/animals/owl.jpg"` for instance.

    Returns:
        `pathlib.Path` of an existing file or folder.

    Raises:
        FileNotFoundError: if it is not there.
    """
    folder = Path(os.environ.get("GAN_COURSE_DATA") or ROOT / "data")
    path = folder / name
    if not path.exists():
        raise FileNotFoundError(
            f"The course data file {name or 'folder'} was expected at {path} and is not there. Clone the course again, "
            f"or set GAN_COURSE_DATA to its data folder."
        )
    return path


def checksums():
    """Checksums of the shipped data.

    Returns:
        Dictionary from name below the data folder to its SHA-256 in hexadecimal.
    """
    lines = data_path("SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: checksum for checksum, name in (line.split(maxsplit=1) for line in lines)}


def is_intact(name):
    """Whether a shipped data file is the one that shipped.

    Args:
        name: path below the data folder, with forward slashes.

    Returns:
        True if its checksum is the recorded one; False, too, if none is recorded.
    """
    return hashlib.sha256(data_path(name).read_bytes()).hexdigest() == checksums().get(name)
