"""A learner's progress: the table, and a file that survives whatever happens to it."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

import gan_course
from gan_course import exercises
from gan_course.exercises import progress, progress_table
from gan_course.exercises.quiz import all_quizzes
from gan_course.paths import ROOT


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Turns the record on, in a folder of the test's own."""
    folder = tmp_path / "new" / "folder"
    monkeypatch.setenv("GAN_COURSE_PROGRESS", str(folder))
    return folder


@pytest.fixture
def file(folder):
    folder.mkdir(parents=True)
    return folder / "progress.json"


def stored(folder):
    return json.loads((folder / "progress.json").read_text())["lessons"]


def start_python(code, folder):
    """Another notebook's kernel."""
    return subprocess.Popen(
        [sys.executable, "-c", f"from gan_course.exercises import progress\n{code}"],
        cwd=ROOT,
        env=os.environ | {"GAN_COURSE_PROGRESS": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
    )


# ---------------------------------------------------------------- what is kept


def test_an_outcome_is_kept(folder):
    progress.record("lesson_00", "to_range", "not yet")
    progress.record("lesson_01", "quiz 2", "correct")
    assert progress.load() == ({"lesson_00": {"to_range": "not yet"}, "lesson_01": {"quiz 2": "correct"}}, "")


def test_once_correct_it_stays_correct(folder):
    for outcome in ("not yet", "correct", "not yet"):
        progress.record("lesson_00", "to_range", outcome)
    assert stored(folder) == {"lesson_00": {"to_range": "correct"}}


def test_an_exercise_that_was_not_attempted_leaves_no_trace(folder):
    progress.record("lesson_00", "to_range", "not attempted")
    assert not folder.exists()


def test_looking_leaves_no_trace(folder, capsys):
    gan_course.progress()
    assert not folder.exists()


def test_what_a_newer_version_wrote_is_kept(file, folder):
    newer = {"version": 2, "medals": [1], "lessons": {"lesson_77": {"x": {"y": 1}}, "lesson_00": {"a": "brilliant"}}}
    file.write_text(json.dumps(newer))
    progress.record("lesson_00", "a", "correct")
    progress.record("lesson_00", "b", "correct")
    newer["lessons"]["lesson_00"]["b"] = "correct"
    assert json.loads(file.read_text()) == newer


def test_names_in_any_script_are_kept(folder):
    progress.record("lesson_00", "练习 é", "correct")
    assert progress.load()[0] == {"lesson_00": {"练习 é": "correct"}}


# ---------------------------------------------------------------- two notebooks at once


def test_notebooks_that_write_at_the_same_time_lose_nothing(folder, tmp_path):
    code = """
import sys, time, pathlib
print("ready", flush=True)
while not pathlib.Path({go!r}).exists(): time.sleep(0.001)
for count in range(30): progress.record("lesson_00", f"{name} {{count}}", "correct")
"""
    go = tmp_path / "go"
    kernels = [start_python(code.format(go=str(go), name=name), folder) for name in ("a", "b", "c")]
    for kernel in kernels:
        assert kernel.stdout.readline() == "ready\n"
    go.touch()
    assert [kernel.wait(60) for kernel in kernels] == [0, 0, 0]
    expected = {f"{name} {count}" for name in ("a", "b", "c") for count in range(30)}
    assert set(stored(folder)["lesson_00"]) == expected
    assert {path.name for path in folder.iterdir()} == {"progress.json", "progress.lock"}


SLOW_WRITER = """
import time
def write(path, content):
    print("writing", flush=True)
    time.sleep(60)
progress.write_atomically = write
progress.record("lesson_00", "slow", "correct")
"""


def test_a_kernel_killed_while_it_writes_blocks_nobody(folder):
    progress.record("lesson_00", "before", "correct")
    kernel = start_python(SLOW_WRITER, folder)
    assert kernel.stdout.readline() == "writing\n"
    kernel.kill()
    kernel.wait(10)
    started = time.monotonic()
    progress.record("lesson_00", "after", "correct")
    assert time.monotonic() - started < progress.LOCK_SECONDS / 2
    assert set(stored(folder)["lesson_00"]) == {"before", "after"}


def test_a_kernel_that_hangs_while_it_writes_does_not_stop_the_others(folder, monkeypatch):
    monkeypatch.setattr(progress, "LOCK_SECONDS", 0.2)
    kernel = start_python(SLOW_WRITER, folder)
    try:
        assert kernel.stdout.readline() == "writing\n"
        progress.record("lesson_00", "mine", "correct")
        assert stored(folder) == {"lesson_00": {"mine": "correct"}}
    finally:
        kernel.kill()
        kernel.wait(10)


# ---------------------------------------------------------------- a damaged file


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"version": 1}',
        b'{"lessons": []}',
        b'{"lessons": {"lesson_00": 3}}',
        b"\xff\x00\x13",
    ]
    + [b"[" * 100_000],
    ids=lambda content: repr(content[:30]),
)
def test_a_damaged_file_is_moved_aside_and_said_once(file, content, capsys):
    file.write_bytes(content)
    progress.record("lesson_00", "to_range", "correct")
    printed = capsys.readouterr().out
    aside = file.with_name("progress.damaged-1.json")
    assert "was damaged" in printed and str(aside) in printed
    assert aside.read_bytes() == content
    assert stored(file.parent) == {"lesson_00": {"to_range": "correct"}}
    gan_course.progress()
    assert "damaged" not in capsys.readouterr().out


def test_every_damaged_file_is_kept(file, capsys):
    for count in (1, 2):
        file.write_text(f"damage {count}")
        gan_course.progress()
        assert f"progress.damaged-{count}.json" in capsys.readouterr().out
    assert file.with_name("progress.damaged-1.json").read_text() == "damage 1"
    assert file.with_name("progress.damaged-2.json").read_text() == "damage 2"


# ---------------------------------------------------------------- nowhere to write


def check_that_nothing_is_kept_and_said(reason, capsys):
    progress.record("lesson_00", "to_range", "correct")
    assert capsys.readouterr().out == ""
    gan_course.progress()
    printed = capsys.readouterr().out
    assert "00 Start here" in printed and reason in printed
    gan_course.progress(reset=True)
    assert "was reset" in capsys.readouterr().out


def test_a_home_that_is_a_file(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    monkeypatch.setenv("GAN_COURSE_PROGRESS", str(tmp_path / "file" / "folder"))
    check_that_nothing_is_kept_and_said("Nothing new is kept", capsys)
    assert (tmp_path / "file").read_bytes() == b""


def test_a_drive_that_is_gone(folder, monkeypatch, capsys):
    def refuse(path, *arguments, **options):
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr("pathlib.Path.mkdir", refuse)
    monkeypatch.setattr("pathlib.Path.exists", lambda path: False)  # on Windows even the root may be missing
    progress.record("lesson_00", "to_range", "correct")
    gan_course.progress()
    printed = capsys.readouterr().out
    assert "Nothing new is kept" in printed and f"{folder.anchor} does not exist" in printed


def test_a_read_only_home_still_shows_what_is_there(file, monkeypatch, capsys):
    name = all_quizzes()[0].lesson
    progress.record(name, "quiz 1", "correct")
    before = file.read_bytes()

    def refuse(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(progress, "write_atomically", refuse)
    monkeypatch.setattr(progress.tempfile, "TemporaryFile", refuse)
    progress.record(name, "quiz 2", "correct")
    gan_course.progress()
    printed = capsys.readouterr().out
    assert re.search(r"00 Start here .* 1 of \d\n", printed)
    assert "Nothing new is kept" in printed and "Permission denied" in printed
    assert file.read_bytes() == before


def no_home(*names, **options):
    raise RuntimeError("could not determine the home directory")


def unknown_home(*names, **options):
    return Path("~/.local/share/gan-course")


@pytest.mark.parametrize("answer", [no_home, unknown_home], ids=["platformdirs of today", "platformdirs of yesterday"])
def test_no_home_at_all(answer, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GAN_COURSE_PROGRESS", "")
    monkeypatch.setattr(progress, "user_data_path", answer)
    check_that_nothing_is_kept_and_said("no home folder was found", capsys)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_where_the_file_should_be(file, capsys):
    file.mkdir()
    check_that_nothing_is_kept_and_said("Nothing new is kept", capsys)


# ---------------------------------------------------------------- off, and on again


@pytest.mark.parametrize("word", ["off", "OFF", " off ", "0", "no", "false"])
def test_off_writes_nothing_and_reads_nothing(word, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GAN_COURSE_PROGRESS", word)
    monkeypatch.setattr(progress, "user_data_path", lambda *names, **options: tmp_path)
    check_that_nothing_is_kept_and_said("Progress is not being recorded (GAN_COURSE_PROGRESS=off).", capsys)
    assert list(tmp_path.iterdir()) == []


def test_without_a_setting_the_users_data_folder_is_used(tmp_path, monkeypatch):
    monkeypatch.delenv("GAN_COURSE_PROGRESS")
    monkeypatch.setattr(progress, "user_data_path", lambda *names, **options: tmp_path)
    progress.record("lesson_00", "to_range", "correct")
    assert stored(tmp_path) == {"lesson_00": {"to_range": "correct"}}


def test_tests_and_the_kernels_they_start_record_nothing():
    code = "import os; print(os.environ['GAN_COURSE_PROGRESS'])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "off\n"


def test_a_notebook_is_built_without_the_authors_progress(folder, tmp_path):
    progress.record("lesson_00", "quiz 1", "correct")
    before = (folder / "progress.json").read_bytes()
    lesson = """---
kernelspec: {display_name: Python 3, language: python, name: python3}
---

```{code-cell} ipython3
from gan_course.exercises import progress
print(progress.load())
progress.record("lesson_00", "quiz 1", "not yet")
```
"""
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "00_tiny.md").write_text(lesson)
    command = [sys.executable, "tools/build_notebooks.py", "--lessons", tmp_path / "lessons", "--notebooks", tmp_path]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    cells = json.loads((tmp_path / "00_tiny.ipynb").read_text())["cells"]
    assert "".join(cells[0]["outputs"][0]["text"]) == "({}, '')\n"
    assert (folder / "progress.json").read_bytes() == before


def test_reset_begins_anew_and_keeps_the_old_record(folder, capsys):
    for item in ("to_range", "quiz 1", "quiz 2"):
        progress.record("lesson_00", item, "correct")
    before = (folder / "progress.json").read_bytes()
    gan_course.progress(reset=True)
    printed = capsys.readouterr().out
    aside = folder / "progress.old-1.json"
    assert "exercises 1, quiz questions 2" in printed and str(aside) in printed
    assert aside.read_bytes() == before
    assert progress.load() == ({}, "")
    gan_course.progress(reset=True)
    assert "nothing was reset" in capsys.readouterr().out


# ---------------------------------------------------------------- the table


def test_the_table_counts_what_exists(folder, capsys):
    quiz = all_quizzes()[0]
    exercise = next(one for one in exercises.all_exercises() if one.lesson == quiz.lesson)
    total = len(quiz.questions)
    gan_course.progress()
    assert f"0 of {total}" in capsys.readouterr().out
    progress.record(quiz.lesson, exercise.name, "correct")
    progress.record(quiz.lesson, "quiz 1", "correct")
    progress.record(quiz.lesson, "quiz 2", "not yet")
    progress.record(quiz.lesson, "quiz 99", "correct")
    progress.record("lesson_99", "an exercise of a newer version", "correct")
    gan_course.progress()
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("00 Start here"))
    assert re.search(r"\[#+\.*\] 1 of \d+ ", line)
    assert line.endswith(f"1 of {total}, 1 not yet")


def test_lessons_are_called_as_on_the_map_of_the_course():
    text = (ROOT / "lessons" / "00_start_here.md").read_text(encoding="utf-8")
    on_the_map = re.findall(r"^\| (\d\d [^|]+?) \|", text, flags=re.MULTILINE)
    assert list(progress_table.TITLES.values()) == on_the_map
    assert list(progress_table.TITLES) == [f"lesson_{title[:2]}" for title in on_the_map]


def test_bars_fill_up_and_a_part_that_does_not_exist_has_none():
    part = progress_table.Part
    rows = [
        ("00 Begun", part(0, 1, 4), part(2, 0, 4)),
        ("01 Done", part(3, 0, 3), part(0, 0, 0)),
    ]
    lines = progress_table.as_text(rows).splitlines()
    assert lines[1] == "00 Begun  [..........] 0 of 4, 1 not yet  [#####.....] 2 of 4"
    assert lines[2] == "01 Done   [##########] 3 of 3                          none"
    html = progress_table.as_html(rows)
    assert html.count("<progress") == 3
    assert '<progress max="4" value="2" aria-label="00 Begun: quiz"></progress> 2 of 4' in html
    assert '<th scope="row"' in html and "<caption" in html


def test_the_table_is_plain_ascii_for_any_terminal(folder, capsys):
    gan_course.progress()
    assert capsys.readouterr().out.isascii()
