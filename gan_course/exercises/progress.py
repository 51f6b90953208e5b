"""What a learner has done: `progress.json`, one small file in the user's data folder.

The environment variable `GAN_COURSE_PROGRESS` is "off" to record nothing, or the absolute path of another folder.
Several notebooks may write at once, a damaged file is moved aside, and where nothing can be written nothing is kept.
Nothing here raises: no lesson stops because of its record.
"""

import contextlib
import json
import os
import tempfile
import time
from pathlib import Path

from platformdirs import user_data_path

from gan_course.images import write_atomically
from gan_course.locks import take_lock

VARIABLE = "GAN_COURSE_PROGRESS"
OFF = ("off", "0", "no", "false")
OUTCOMES = ("not yet", "correct")  # the better one comes last
LOCK_SECONDS = 5.0


def is_off():
    """Whether the user has turned the record off."""
    return os.environ.get(VARIABLE, "").strip().lower() in OFF


def progress_folder():
    """Where the file is: `pathlib.Path`, or None if the record is off or there is no home folder."""
    if is_off():
        return None
    setting = os.environ.get(VARIABLE, "").strip()
    try:
        folder = Path(setting) if os.path.isabs(setting) else user_data_path("gan-course", appauthor=False)
    except RuntimeError:  # a user without a home
        return None
    return folder if folder.is_absolute() else None


def record(lesson, item, outcome, tell=print):
    """Notes an outcome, unless a better one is there already.

    Args:
        lesson: "lesson_00" for instance.
        item: the exercise's name, or "quiz 1" for the first question.
        outcome: "correct" or "not yet"; any other is not worth a note.
        tell: function that shows a sentence to the learner. It is called if the file turns out to be damaged.
    """
    folder = progress_folder()
    if folder is None or outcome not in OUTCOMES:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder):
            content, notice = _read(folder)
            items = content["lessons"].setdefault(lesson, {})
            if _is_better(outcome, items.get(item)):
                items[item] = outcome
                write_atomically(_file(folder), json.dumps(content, indent=1).encode())
    except (OSError, ValueError):
        return  # a read-only or missing home; progress() says so
    if notice:
        tell(notice)


def load():
    """Reads what is recorded.

    Returns:
        Dictionary from lesson to a dictionary from item to outcome, and a sentence for the learner: why nothing is
        kept, or that the file was damaged; empty if all is well.
    """
    if is_off():
        return {}, f"Progress is not being recorded ({VARIABLE}=off)."
    folder = progress_folder()
    if folder is None:
        return {}, f"Nothing is kept, because no home folder was found. {VARIABLE} can name a folder to keep it in."
    content, notice = _empty(), ""
    try:
        with _locked(folder):
            content, notice = _read(folder)
        # To write is the only test that tells the truth on every system.
        nearest = next((place for place in (folder, *folder.parents) if place.exists()), None)
        if nearest is None:  # a drive of Windows that is gone
            raise FileNotFoundError(f"{folder.anchor} does not exist")
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except (OSError, ValueError) as error:
        notice = f"Nothing new is kept: {_failure(folder, error)}"
    return content["lessons"], notice


def reset():
    """Begins a new record and keeps the old one beside it.

    Returns:
        A sentence that says what was removed and where it is.
    """
    folder = progress_folder()
    if folder is None:
        return "Nothing was reset."
    try:
        with _locked(folder):
            content, notice = _read(folder)
            if notice or not _file(folder).exists():
                return notice or "Nothing was recorded yet, so nothing was reset."
            kept = _move_aside(folder, "old")
    except (OSError, ValueError) as error:
        return f"Nothing was reset: {_failure(folder, error)}"
    items = [item for items in content["lessons"].values() for item in items]
    questions = sum(item.startswith("quiz ") for item in items)
    return (
        f"Your progress was reset: exercises {len(items) - questions}, quiz questions {questions}. The old record is "
        f"kept as {kept}; renamed to {_file(folder).name}, it counts again."
    )


def _file(folder):
    return folder / "progress.json"


def _failure(folder, error):
    reason = getattr(error, "strerror", None) or error
    return f"the folder {folder} cannot be used ({reason}). {VARIABLE} can name another folder."


def _empty():
    return {"version": 1, "lessons": {}}


def _is_better(outcome, known):
    """An outcome that a newer version wrote cannot be compared, so it stays."""
    if known is None:
        return True
    return known in OUTCOMES and OUTCOMES.index(outcome) > OUTCOMES.index(known)


def _read(folder):
    """Content of the file, whatever a newer version has put there included, and a sentence if it was damaged."""
    try:
        content = json.loads(_file(folder).read_bytes())
        if all(isinstance(items, dict) for items in content["lessons"].values()):
            return content, ""
    except FileNotFoundError:
        return _empty(), ""
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass  # no JSON, or JSON of another shape
    kept = _move_aside(folder, "damaged")
    return _empty(), f"The record of your progress was damaged. It was moved to {kept}, and a new one begins."


def _move_aside(folder, word):
    count = 1
    while (kept := folder / f"progress.{word}-{count}.json").exists():
        count += 1
    os.rename(_file(folder), kept)
    return kept


@contextlib.contextmanager
def _locked(folder):
    """Lets one process at a time read, change and write.

    The system frees the lock of a process that dies. A file system without locks, or one that is read-only, does not
    stop us: the file is replaced in one step, so the worst is a lost entry.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            _wait_for_lock(stack.enter_context(open(folder / "progress.lock", "ab")))
        yield


def _wait_for_lock(file):
    deadline = time.monotonic() + LOCK_SECONDS
    while time.monotonic() < deadline:
        try:
            return take_lock(file)
        except BlockingIOError:  # another process has it
            time.sleep(0.01)
        except OSError:
            return
