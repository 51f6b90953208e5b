"""A class on the hub, tried out here: students log in, fetch, run and submit; the teacher collects and grades.

    python tools/try_hub.py --students 10 --together 4 --log docs/hub_log.md

Everything happens in a temporary folder and on the loopback device, with hub/jupyterhub_config.py as it is. Measured is
memory as Linux divides it up (proportional set size): pages that processes share count once. `--together` students run
their assignment at the same time; the log says how many learners fit into how much memory.
"""

import argparse
import contextlib
import csv
import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import psutil
import requests
from hub_client import Person

from gan_course import exercises
from gan_course.classroom.own_words import own_words

ROOT = Path(__file__).resolve().parent.parent
COURSE, ASSIGNMENT = "gan-course", "lesson_01"
PERFECT, WITHOUT_FIRST = 17, 14  # of 20; three points are for the answer in words, which a person reads
MEGABYTE = 2**20


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=10)
    parser.add_argument("--together", type=int, default=2, help="how many run their assignment at the same time")
    parser.add_argument("--no-training", action="store_true", help="leave the measured training out")
    parser.add_argument("--log", type=Path, help="Markdown file to write")
    options = parser.parse_args()
    if shutil.which("configurable-http-proxy") is None:
        sys.exit("configurable-http-proxy is not on the PATH: npm install -g configurable-http-proxy")
    log = Log()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        with Hub(Path(folder)) as hub:
            passwords = run_class(hub, options, log)
        times = {"GAN_COURSE_IDLE_KERNEL": "20", "GAN_COURSE_IDLE_SERVER": "60", "GAN_COURSE_IDLE_LOOK": "10"}
        with Hub(Path(folder), times) as hub:
            what_is_idle_ends(hub, passwords, log)
    if options.log:
        options.log.write_text(log.text(), encoding="utf-8")


class Log:
    """What happened, line by line, and what was measured."""

    def __init__(self):
        self.lines, self.measured, self.begun = [], {}, time.monotonic()

    def say(self, line):
        self.lines.append(f"{time.monotonic() - self.begun:6.0f} s  {line}")
        print(self.lines[-1], flush=True)

    def text(self):
        return f"""# A class on the hub, tried out

Written by `python tools/try_hub.py` on {date.today():%d %B %Y}: JupyterHub with `hub/jupyterhub_config.py` on one
computer with {psutil.cpu_count()} cores and {psutil.virtual_memory().total / 2**30:.0f} GB of memory, the simple
spawner, the loopback device. The seconds are those of a busy computer.

```
{chr(10).join(self.lines)}
```

{memory_table(self.measured)}
"""


class Hub:
    """JupyterHub on free ports, with a folder of its own.

    Args:
        folder: where accounts, homes and what is handed in lie.
        settings: environment variables for hub/jupyterhub_config.py.
    """

    def __init__(self, folder, settings=None):
        self.folder, self.settings = folder, settings or {}
        self.ports = free_ports(3)
        self.url = f"http://127.0.0.1:{self.ports[0]}"

    def __enter__(self):
        front, hub, proxy = (f"http://127.0.0.1:{port}" for port in self.ports)
        self.environment = os.environ | {"GAN_COURSE_HUB": str(self.folder), "GAN_COURSE_HUB_TRIAL": "1"}
        self.environment |= self.settings
        self.environment.pop("MPLBACKEND", None)
        (self.folder / "exchange").mkdir(exist_ok=True)
        self.log = open(self.folder / "hub.log", "w")  # noqa: SIM115  closed below
        command = [sys.executable, "-m", "jupyterhub", "-f", str(ROOT / "hub" / "jupyterhub_config.py")]
        command += [f"--JupyterHub.bind_url={front}", f"--JupyterHub.hub_bind_url={hub}"]
        command += [f"--ConfigurableHTTPProxy.api_url={proxy}"]
        self.process = subprocess.Popen(
            command, env=self.environment, cwd=self.folder, stdout=self.log, stderr=subprocess.STDOUT
        )
        for _ in range(240):
            if self.process.poll() is not None:
                break
            with contextlib.suppress(requests.RequestException):
                if requests.get(f"{self.url}/hub/health", timeout=2).status_code == 200:
                    return self
            time.sleep(0.5)
        self.__exit__()
        sys.exit("The hub did not start:\n" + (self.folder / "hub.log").read_text()[-3000:])

    def __exit__(self, *error):
        if error and error[0]:
            print((self.folder / "hub.log").read_text()[-4000:], file=sys.stderr)
        everyone = [self.process, *psutil.Process(self.process.pid).children(recursive=True)] if self.alive() else []
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
        for process in everyone[1:]:
            if process.is_running():
                process.kill()
        self.log.close()

    def alive(self):
        return self.process.poll() is None

    def add_users(self, names):
        """Passwords of new users, as hub/add_users.py writes them."""
        (self.folder / "names.txt").write_text("\n".join(names))
        command = [sys.executable, ROOT / "hub" / "add_users.py", "names.txt", "passwords.csv"]
        subprocess.run(command, env=self.environment, cwd=self.folder, check=True, stdout=subprocess.DEVNULL)
        with open(self.folder / "passwords.csv", newline="") as file:
            return dict(csv.reader(file))

    def megabytes(self, kind=""):
        """Memory of the hub's processes, of those whose command line has this word in it."""
        total = 0
        for process in [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]:
            try:
                if kind in " ".join(process.cmdline()):
                    total += process.memory_full_info().pss
            except psutil.Error:  # it has ended meanwhile
                continue
        return total / MEGABYTE


def run_class(hub, options, log):
    names = [f"student{number:02}" for number in range(1, options.students + 1)]
    passwords = hub.add_users(["teacher", *names])
    log.say(f"the hub is up; {len(passwords)} accounts, each with a password of its own")
    log.measured["hub, proxy and idle culler"] = hub.megabytes()
    nobody_comes_in_without_a_password(hub, passwords)
    log.say("no password, a wrong one, someone else's, an unknown name: refused; there is no page for signing up")

    teacher = Person(hub.url, "teacher")
    assert teacher.log_in(passwords["teacher"])
    teacher.start_server()
    on_the_hub(teacher, f"gan-course classroom export course --lessons {ASSIGNMENT[-2:]}")
    on_the_hub(
        teacher, f"cd course && nbgrader generate_assignment {ASSIGNMENT} && nbgrader release_assignment {ASSIGNMENT}"
    )
    log.say(f"the teacher has made and released {ASSIGNMENT}")

    students = [Person(hub.url, name) for name in names]
    measure_one_learner(hub, students[0], passwords, log, options)
    for number, student in enumerate(students[1:], start=2):
        assert student.log_in(passwords[student.name])
        log.say(f"{student.name} has logged in; the server answered after {student.start_server():.0f} s")
        if number == len(students):
            log.measured[f"idle servers of {number} students and the teacher"] = hub.megabytes("jupyterhub.singleuser")
    the_course_is_there(students[-1])
    with Peak(hub, "ipykernel") as peak, ThreadPoolExecutor(options.together) as pool:
        errors = list(pool.map(do_assignment, students, range(len(students))))
    log.measured[f"kernels of {options.together} students at work"] = peak.megabytes
    log.say(f"{len(students)} students, {options.together} at a time, fetched, ran and submitted {ASSIGNMENT}")

    on_the_hub(teacher, f"cd course && nbgrader collect {ASSIGNMENT}")
    on_the_hub(teacher, f"gan-course classroom grade course {ASSIGNMENT}")
    table, _ = run_cell(teacher, f"print(open('course/grades/{ASSIGNMENT}.csv', encoding='utf-8-sig').read())")
    rows = {row["student"]: row for row in csv.DictReader(io.StringIO(table))}
    assert sorted(rows) == names, sorted(rows)
    for number, name in enumerate(names):
        wanted = WITHOUT_FIRST if number % 3 == 2 else PERFECT
        assert rows[name]["points"] == str(wanted) and not rows[name]["look at it"], rows[name]
        assert bool(errors[number]) == (wanted != PERFECT), "a student saw while working what grading found"
    log.say(
        f"collected and graded: {', '.join(rows[name]['points'] for name in names)} of 20; three of them are for the "
        "answer in words, given by hand"
    )
    return passwords


def what_is_idle_ends(hub, passwords, log):
    """With short times: an idle kernel ends, then the idle server; whoever comes back finds their files."""
    student = Person(hub.url, "student01")
    assert student.log_in(passwords["student01"])
    student.start_server()
    kernel = student.call("POST", "api/kernels", json={"name": "python3"})["id"]
    path = student.call("POST", "api/contents/my_notebooks", json={"type": "notebook"})["path"]
    pages = {"kernel": f"{hub.url}/user/student01/api/kernels/{kernel}", "server": f"{hub.url}/hub/api/users/student01"}
    there = {
        "kernel": lambda answer: answer.status_code == 200,
        "server": lambda answer: bool(answer.json()["servers"]),
    }
    for what, page in pages.items():
        begun = time.monotonic()
        while there[what](requests.get(page, headers=student.token)):
            assert time.monotonic() < begun + 300, f"the idle {what} was not ended"
            time.sleep(5)
        log.say(f"idle for long enough (here {'20 s' if what == 'kernel' else 'a minute'}): the {what} was ended")
    student.start_server()
    assert student.read(path)["cells"] == []
    log.say("a student whose server was ended starts it again and finds the files")


def nobody_comes_in_without_a_password(hub, passwords):
    tries = [
        ("student01", ""),
        ("student01", "wrong"),
        ("teacher", passwords["student01"]),
        ("mallory", "mallory123456"),
    ]
    for name, password in tries:
        assert not Person(hub.url, name).log_in(password), f"{name} came in with {password!r}"
    assert requests.get(f"{hub.url}/hub/signup").status_code == 404
    assert requests.get(f"{hub.url}/hub/api/users").status_code == 403
    assert requests.get(f"{hub.url}/user/student01/api/contents", allow_redirects=False).status_code != 200


def measure_one_learner(hub, student, passwords, log, options):
    """Memory of the first student's server, of kernels that do more and more, and of a training."""
    assert student.log_in(passwords[student.name])
    before = hub.megabytes("jupyterhub.singleuser")
    log.say(f"{student.name} has logged in; the server answered after {student.start_server():.0f} s")
    time.sleep(5)
    log.measured["a student's idle server"] = hub.megabytes("jupyterhub.singleuser") - before
    with student.kernel() as kernel:
        kernel.run("1 + 1")
        log.measured["a kernel that has run 1 + 1"] = hub.megabytes("ipykernel")
        lesson = student.read("my_notebooks/00_start_here.ipynb")
        with Peak(hub, "ipykernel") as peak:
            for cell in code_of(lesson):
                said, error = kernel.run(cell["source"])
                assert not error, said[-2000:]
        log.measured["a kernel that has run all of lesson 00"] = hub.megabytes("ipykernel")
        log.measured["the same at its highest"] = peak.megabytes
    if not options.no_training:
        painting = next((ROOT / "data" / "paintings" / "hokusai").glob("*.jpg"))
        with Peak(hub, "train-style") as peak:
            on_the_hub(student, f"gan-course train-style '{painting}' -o mine.npz --minutes 1.5")
        log.measured["a training with train-style, at its highest"] = peak.megabytes
    log.say("measured: one learner's server, kernels" + ("" if options.no_training else " and training"))


def the_course_is_there(student):
    """Every lesson lies in the home, and writes nothing into the course."""
    lessons = {entry["name"] for entry in student.call("GET", "api/contents/my_notebooks")["content"]}
    assert lessons == {file.name for file in (ROOT / "notebooks").glob("[0-9]*.ipynb")}, lessons
    said, _ = run_cell(student, "from gan_course.exercises import progress; import os; print(os.environ['HOME'])")
    assert student.name in said


def do_assignment(student, number):
    """Fetches the assignment with the button's own request, fills it in, runs it and hands it in.

    Every third student leaves the first exercise as it is.

    Returns:
        List of the errors that the student saw.
    """
    of_course = {"course_id": COURSE, "assignment_id": ASSIGNMENT}
    student.call("POST", "assignments/fetch", params=of_course)
    path = f"{ASSIGNMENT}/{ASSIGNMENT}.ipynb"
    notebook = student.read(path)
    answers = right_answers()
    if number % 3 == 2:
        answers.pop(next(iter(answers)))
    for cell in notebook["cells"]:
        cell["source"] = answers.get(cell["id"], cell["source"])
    student.write(path, notebook)
    with student.kernel() as kernel:
        results = [kernel.run(cell["source"]) for cell in code_of(notebook)]
    answer = student.call("POST", "assignments/submit", params=of_course)
    assert answer["success"], answer
    return [error for _, error in results if error]


def right_answers():
    """Source of each answer cell, by its id: the exercises' solutions, the quiz's letters, some own words."""
    lesson = vars(getattr(exercises, ASSIGNMENT)).values()
    answers = {one.name: one.solution_source for one in lesson if hasattr(one, "solution_source")}
    for number, question in enumerate(getattr(exercises, ASSIGNMENT.replace("lesson", "quiz")).questions, start=1):
        options = zip(question.letters, question.options, strict=True)
        right = "".join(letter for letter, option in options if option.right)
        answers[f"question-{number}"] = f'def question_{number}():\n    return "{right}"'
    return answers | {"own-words": own_words(ASSIGNMENT)[1]}


def code_of(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def run_cell(person, source):
    with person.kernel() as kernel:
        said, error = kernel.run(source)
    assert not error, said[-3000:]
    return said, error


def on_the_hub(person, command):
    """Runs a command line where this person's terminal would run it."""
    source = (
        f"import subprocess\ndone = subprocess.run({command!r}, shell=True, capture_output=True, encoding='utf-8')\n"
        "print(done.stdout[-2000:], done.stderr[-2000:])\nassert done.returncode == 0"
    )
    return run_cell(person, source)


class Peak:
    """Highest memory of some processes while a `with` block runs, looked at every second."""

    def __init__(self, hub, kind):
        self.hub, self.kind, self.megabytes, self.over = hub, kind, 0.0, threading.Event()

    def __enter__(self):
        self.watch = threading.Thread(target=self._look)
        self.watch.start()
        return self

    def _look(self):
        while not self.over.wait(1):
            self.megabytes = max(self.megabytes, self.hub.megabytes(self.kind))

    def __exit__(self, *error):
        self.over.set()
        self.watch.join()


def memory_table(measured, system=1500, sizes=(8, 16, 24, 32, 64)):
    """Two tables in Markdown: what was measured, and how many learners fit.

    Args:
        measured: dictionary from what was measured to megabytes.
        system: megabytes for Linux and what else runs.
        sizes: gigabytes of the server.
    """
    lines = ["| what | MB |", "| --- | --- |", *(f"| {what} | {size:.0f} |" for what, size in measured.items())]
    hub, server = measured["hub, proxy and idle culler"], measured["a student's idle server"]
    lesson = measured["the same at its highest"]
    training = measured.get("a training with train-style, at its highest")
    cases = {"all with a lesson open": server + lesson}
    if training:
        cases["the same, and one in four trains"] = server + lesson + training / 4
    lines += ["", f"| memory of the server | {' | '.join(cases)} |", "| --- |" + " --- |" * len(cases)]
    for size in sizes:
        free = size * 1024 - system - hub
        fit = " | ".join(str(int(free // each)) for each in cases.values())
        lines.append(f"| {size} GB | {fit} |")
    return "\n".join(lines)


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


if __name__ == "__main__":
    main()
