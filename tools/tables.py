"""What a recording leaves behind: a table, a card that says how it was made, and checksums of what ships with it."""

import contextlib
import csv
import hashlib
import io
import json
import os

from gan_course.images import write_atomically
from gan_course.paths import data_path

try:
    import fcntl
except ImportError:  # Windows, where nothing is recorded side by side
    fcntl = None


def write_table(path, columns, rows):
    """Writes dictionaries as CSV, all of the file or nothing."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_atomically(path, text.getvalue().encode())


def read_table(path):
    """The rows of a table as dictionaries of texts."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_card(path, card):
    """Writes a dictionary as JSON, all of the file or nothing."""
    write_atomically(path, (json.dumps(card, indent=2) + "\n").encode())


# A recording is a table and the card beside it, and there is a moment between the writing of one and of the other. The
# card says whose rows these are. So the card of another recipe goes before the first of the new rows is written, and
# the new card comes last: rows without a card are nobody's, and no rows are ever beside the card of another recipe.


def read_recording(path, recipe):
    """Card and rows of a recording made by this recipe; `(None, [])` if there is none.

    Args:
        path: `pathlib.Path` of the table; the card is beside it.
        recipe: what the card's `"recipe"` has to be.
    """
    if path.exists() and path.with_suffix(".json").exists():
        card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if card.get("recipe") == recipe:
            return card, read_table(path)
    return None, []


def write_recording(path, columns, rows, card):
    """Writes a table and its card."""
    retire_card(path.with_suffix(".json"), card["recipe"])
    write_table(path, columns, rows)
    write_card(path.with_suffix(".json"), card)


def retire_card(path, recipe):
    """Removes a card if another recipe is about to replace what it describes."""
    if path.exists() and json.loads(path.read_text(encoding="utf-8")).get("recipe") != recipe:
        path.unlink()


def record_checksum(name):
    """Writes the checksum of a shipped file down, in place of the one it had.

    Args:
        name: path below the data folder, with forward slashes.
    """
    checksum = hashlib.sha256(data_path(name).read_bytes()).hexdigest()
    with alone(data_path()):
        sums = data_path("SHA256SUMS")
        lines = [line for line in sums.read_text(encoding="utf-8").splitlines() if not line.endswith(f"  {name}")]
        write_atomically(sums, "".join(f"{line}\n" for line in [*lines, f"{checksum}  {name}"]).encode())


@contextlib.contextmanager
def alone(folder):
    """Waits until no other recording is inside such a block for the same folder; a killed one holds up nobody."""
    if fcntl is None:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
