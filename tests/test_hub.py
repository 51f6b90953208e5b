"""The hub: who comes in, what a learner gets, and a class of three on a real hub where JupyterHub is installed."""

import asyncio
import importlib
import importlib.util
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from traitlets import HasTraits
from traitlets.config import Config

from gan_course.lab import SHIPPED
from gan_course.paths import ROOT

HUB = ROOT / "hub"
WITH_JUPYTERHUB = pytest.mark.skipif(
    importlib.util.find_spec("jupyterhub") is None, reason="JupyterHub is not installed: requirements-hub.txt"
)
pytestmark = pytest.mark.skipif(os.name == "nt", reason="JupyterHub runs on Linux and macOS")


def settings(file, monkeypatch, **environment):
    """What a configuration file asks for, without the program that reads it."""
    for name in ("GAN_COURSE_TEACHERS", "GAN_COURSE_HUB_TRIAL", "GAN_COURSE_STUDENT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    config = Config()
    runpy.run_path(str(file), init_globals={"c": config, "get_config": lambda: config})
    return config


@pytest.fixture
def hub(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return settings(HUB / "jupyterhub_config.py", monkeypatch, GAN_COURSE_HUB=str(tmp_path / "class"))


# Who comes in


def test_nobody_comes_in_without_a_password(hub):
    assert hub.JupyterHub.authenticator_class == "class_passwords.ClassPasswords"
    assert 0 < hub.ClassPasswords.wrong_passwords <= 20 and hub.ClassPasswords.rest_seconds >= 300, (
        "guessing has to end"
    )
    text = (HUB / "jupyterhub_config.py").read_text(encoding="utf-8").lower()
    assert "dummy" not in text and "shared-password" not in text and "signup" not in text


def test_the_hub_listens_on_this_computer_only(hub):
    assert hub.JupyterHub.bind_url.startswith("http://127.0.0.1:")


def test_the_teacher_alone_is_an_admin(hub, monkeypatch):
    assert hub.Authenticator.admin_users == {"teacher"}
    two = settings(HUB / "jupyterhub_config.py", monkeypatch, GAN_COURSE_TEACHERS="ada grace")
    assert two.Authenticator.admin_users == {"ada", "grace"}


# Who runs their code


def test_the_spawner_is_one_line():
    text = (HUB / "jupyterhub_config.py").read_text(encoding="utf-8")
    assert re.findall(r"^(#?) ?c\.JupyterHub\.spawner_class = \"(\w+)\"", text, re.MULTILINE) == [
        ("", "simple"),
        ("#", "systemd"),
    ]


def test_code_of_learners_never_runs_as_root_by_mistake(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("GAN_COURSE_HUB", str(tmp_path))
    with pytest.raises(SystemExit, match="must not be root"):
        settings(HUB / "jupyterhub_config.py", monkeypatch)


def test_with_systemd_everyone_has_an_account_limits_and_a_course_that_is_only_read(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    text = (HUB / "jupyterhub_config.py").read_text(encoding="utf-8")
    other = tmp_path / "hub" / "jupyterhub_config.py"
    other.parent.mkdir()
    line = 'c.JupyterHub.spawner_class = "{}"'
    other.write_text(
        text.replace("\n" + line.format("simple"), "").replace("# " + line.format("systemd"), line.format("systemd"))
    )
    config = settings(other, monkeypatch, GAN_COURSE_HUB=str(tmp_path / "class"))
    assert config.JupyterHub.spawner_class == "systemd"
    assert config.SystemdSpawner.username_template == "{USERNAME}"
    assert config.SystemdSpawner.readonly_paths == [str(tmp_path)]
    assert config.SystemdSpawner.isolate_tmp and config.SystemdSpawner.disable_user_sudo
    assert config.Spawner.mem_limit and config.Spawner.cpu_limit
    assert config.Spawner.args == []


# What a learner gets


def test_everything_of_the_class_lies_in_one_folder_and_passwords_are_closed_off(hub, tmp_path):
    state = tmp_path / "class" / "state"
    assert state.stat().st_mode & 0o777 == 0o700
    secrets = [hub.JupyterHub.db_url.removeprefix("sqlite:///"), hub.JupyterHub.cookie_secret_file]
    secrets.append(hub.ClassPasswords.file)
    assert all(Path(place).parent == state for place in secrets), secrets
    others = [hub.SimpleLocalProcessSpawner.home_dir_template, hub.Spawner.environment["GAN_COURSE_EXCHANGE"]]
    assert all(Path(place).is_relative_to(tmp_path / "class") for place in others), others


def test_idle_servers_are_ended_by_a_service_that_may_do_that_and_no_more(hub):
    (service,), (role,) = hub.JupyterHub.services, hub.JupyterHub.load_roles
    assert {"jupyterhub_idle_culler", "--timeout=7200", "--cull-every=300"} <= set(service["command"])
    assert role["services"] == [service["name"]] and hub.Spawner.environment["GAN_COURSE_IDLE_KERNEL"] == "1800"
    assert set(role["scopes"]) == {"list:users", "read:users:activity", "read:servers", "delete:servers"}
    assert hub.JupyterHub.shutdown_on_logout


def test_a_student_hands_in_under_their_own_name_and_a_teacher_collects_from_all(hub, monkeypatch):
    named = {}
    for name in ("ada", "teacher"):
        spawner = SimpleNamespace(user=SimpleNamespace(name=name))
        named[name] = hub.Spawner.environment["GAN_COURSE_STUDENT"](spawner)
    assert named == {"ada": "ada", "teacher": ""}
    file = HUB / "student_settings" / "nbgrader_config.py"
    of_ada = settings(
        file, monkeypatch, GAN_COURSE_EXCHANGE="/e", GAN_COURSE_STUDENT="ada", GAN_COURSE_SPAWNER="simple"
    )
    assert (of_ada.CourseDirectory.student_id, of_ada.Exchange.root) == ("ada", "/e")
    assert of_ada.ExchangeCollect.check_owner is False
    of_all = settings(file, monkeypatch, GAN_COURSE_EXCHANGE="/e", GAN_COURSE_STUDENT="", GAN_COURSE_SPAWNER="systemd")
    assert "student_id" not in of_all.CourseDirectory and of_all.ExchangeCollect.check_owner is True


def test_a_server_starts_with_every_lesson_in_the_home(tmp_path):
    fake = tmp_path / "fake" / "jupyterhub"
    fake.mkdir(parents=True)
    (fake / "__init__.py").write_text("")
    (fake / "singleuser.py").write_text("import os, sys; print(os.getcwd()); print(*sys.argv[1:], sep='\\n')")
    home = tmp_path / "home of ada"
    (home / "my_notebooks").mkdir(parents=True)
    (home / "my_notebooks" / "00_start_here.ipynb").write_text("hers")
    environment = {name: value for name, value in os.environ.items() if name != "GAN_COURSE_NOTEBOOKS"}
    environment |= {"HOME": str(home), "PYTHONPATH": str(tmp_path / "fake")}
    environment |= {"GAN_COURSE_IDLE_KERNEL": "1800", "GAN_COURSE_IDLE_LOOK": "300"}
    said = subprocess.check_output(
        [sys.executable, str(HUB / "student_server.py"), "--allow-root"], env=environment, encoding="utf-8"
    ).splitlines()
    assert said[0] == str(home) and said[-1] == "--allow-root"
    assert {"--MappingKernelManager.cull_idle_timeout=1800", "--MappingKernelManager.cull_interval=300"} <= set(said)
    assert {file.name for file in (home / "my_notebooks").iterdir()} == {file.name for file in SHIPPED.glob("*.ipynb")}
    assert (home / "my_notebooks" / "00_start_here.ipynb").read_text() == "hers"


# Names and passwords


@pytest.fixture
def tool(monkeypatch):
    """A file of hub/, which is no package, by its name."""
    monkeypatch.syspath_prepend(str(HUB))
    return importlib.import_module


@pytest.fixture
def give_passwords(tool, tmp_path, monkeypatch):
    """Runs hub/add_users.py for some names; returns the passwords that it wrote."""
    (tmp_path / "class" / "state").mkdir(parents=True)
    monkeypatch.setenv("GAN_COURSE_HUB", str(tmp_path / "class"))
    runs = []

    def give(*names, options=()):
        runs.append(names)
        (tmp_path / "names.txt").write_text("\n".join(names))
        out = tmp_path / f"passwords-{len(runs)}.csv"
        tool("add_users").main([str(tmp_path / "names.txt"), str(out), *options])
        assert out.stat().st_mode & 0o777 == 0o600
        return dict(line.split(",") for line in out.read_text().splitlines())

    return give


@pytest.mark.parametrize("name", ["Ada", "ada lovelace", "../ada", "ada+grace", "1ada", "root;", "a" * 40])
def test_a_name_that_is_no_account_is_refused(tool, tmp_path, name):
    (tmp_path / "names.txt").write_text(f"grace\n{name}\n")
    with pytest.raises(SystemExit, match="is no name for an account"):
        tool("add_users").read_names(tmp_path / "names.txt")


def test_a_teacher_who_begins_at_the_wrong_end_learns_what_comes_first(tool, tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_COURSE_HUB", str(tmp_path))
    files = [str(tmp_path / "names.txt"), str(tmp_path / "passwords.csv")]
    (tmp_path / "names.txt").write_text("ada\n\nada\n")
    with pytest.raises(SystemExit, match="Start the hub once"):
        tool("add_users").main(files)
    (tmp_path / "state").mkdir()
    (tmp_path / "passwords.csv").write_text("of last year")
    with pytest.raises(SystemExit, match="was not changed"):
        tool("add_users").main(files)
    assert not (tmp_path / "state" / "passwords.json").exists()


def test_whoever_is_not_the_user_of_the_hub_is_told_before_a_file_that_the_hub_cannot_read(tool, tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_COURSE_HUB", str(tmp_path))
    (tmp_path / "state").mkdir()
    (tmp_path / "names.txt").write_text("ada\n")
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(SystemExit, match=f"belongs to user {owner} and you are {owner + 1}.*sudo -u '#{owner}'"):
        tool("add_users").main([str(tmp_path / "names.txt"), str(tmp_path / "passwords.csv")])
    assert not list((tmp_path / "state").iterdir()) and not (tmp_path / "passwords.csv").exists()


def test_files_that_cannot_be_read_or_written_are_named(tool, tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_COURSE_HUB", str(tmp_path))
    (tmp_path / "state").mkdir()
    names = tmp_path / "names.txt"
    with pytest.raises(SystemExit, match="names.txt could not be read .No such file.* a name in each line"):
        tool("add_users").main([str(names), str(tmp_path / "passwords.csv")])
    names.write_text("zoë\n", encoding="utf-16")
    with pytest.raises(SystemExit, match="names.txt is no text in UTF-8.* save it as plain text"):
        tool("add_users").main([str(names), str(tmp_path / "passwords.csv")])
    names.write_text("ada\n")
    with pytest.raises(SystemExit, match="passwords.csv could not be written .No such file.* another folder"):
        tool("add_users").main([str(names), str(tmp_path / "nowhere" / "passwords.csv")])
    assert not list((tmp_path / "state").iterdir())


def test_the_mark_that_an_editor_puts_first_is_no_part_of_a_name(tool, tmp_path):
    (tmp_path / "names.txt").write_text("ada\ngrace\n", encoding="utf-8-sig")
    assert tool("add_users").read_names(tmp_path / "names.txt") == ["ada", "grace"]


def test_everyone_gets_a_password_of_their_own_and_the_hub_keeps_hashes(give_passwords, tool, tmp_path):
    first = give_passwords("ada", "grace")
    assert len(set(first.values())) == 2 and all(len(password) >= 12 for password in first.values())
    file = tmp_path / "class" / "state" / "passwords.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert not any(password in file.read_text() for password in first.values())
    kept = tool("password_file").read(file)
    assert kept["ada"] != kept["grace"] and tool("password_file").is_right(first["ada"], kept["ada"])
    for wrong in (first["grace"], "", first["ada"].upper(), first["ada"] + "x"):
        assert not tool("password_file").is_right(wrong, kept["ada"])
    assert not tool("password_file").is_right("", None)


def test_who_has_a_password_keeps_it_unless_the_teacher_renews_it(give_passwords, tool, tmp_path):
    first = give_passwords("ada", "grace")
    assert list(give_passwords("ada", "alan")) == ["alan"]
    second = give_passwords("ada", options=["--renew"])
    kept = tool("password_file").read(tmp_path / "class" / "state" / "passwords.json")
    assert sorted(kept) == ["ada", "alan", "grace"]
    assert tool("password_file").is_right(second["ada"], kept["ada"])
    assert not tool("password_file").is_right(first["ada"], kept["ada"])
    assert tool("password_file").is_right(first["grace"], kept["grace"])


@pytest.fixture
def jupyterhub(monkeypatch):
    """JupyterHub, or where it is not installed a stand-in with as much of it as hub/class_passwords.py needs."""
    monkeypatch.delitem(sys.modules, "class_passwords", raising=False)
    if importlib.util.find_spec("jupyterhub"):
        return

    class Authenticator(HasTraits):
        def normalize_username(self, username):
            return username.lower()

    monkeypatch.setitem(sys.modules, "jupyterhub", ModuleType("jupyterhub"))
    monkeypatch.setitem(sys.modules, "jupyterhub.auth", SimpleNamespace(Authenticator=Authenticator))


def test_guessing_comes_to_an_end(jupyterhub, give_passwords, tool, tmp_path):
    password = give_passwords("ada", "grace")
    door = tool("class_passwords").ClassPasswords(
        file=str(tmp_path / "class" / "state" / "passwords.json"), wrong_passwords=3, rest_seconds=600
    )

    def opens(name, word):
        return asyncio.run(door.authenticate(None, {"username": name, "password": word}))

    assert opens("ada", password["ada"]) == opens("Ada", password["ada"]) == "ada"
    assert opens("mallory", "") is None and opens("ada", "") is None and opens("ada", "x" * 10_000) is None
    assert opens("ada", password["ada"]) == "ada", "who comes in begins anew"
    for _ in range(3):
        assert opens("ada", "wrong") is None
    assert opens("ada", password["ada"]) is None, "the account rests"
    assert opens("grace", password["grace"]) == "grace", "and no other does"
    door.rest_seconds = 0
    assert opens("ada", password["ada"]) == "ada"


# Pins and pages


def test_what_the_hub_needs_is_pinned_on_top_of_a_classroom():
    def pins(name):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        return dict(re.fullmatch(r"([a-z0-9-]+)==([0-9a-z.]+)(?: ; .+)?", line).groups() for line in lines)

    hub, classroom = pins("requirements-hub.txt"), pins("requirements-classroom.txt")
    assert {"jupyterhub", "jupyterhub-idle-culler"} <= set(hub)
    assert not set(hub) & set(classroom)


def test_how_many_learners_fit_follows_from_what_was_measured():
    pytest.importorskip("websocket")
    import try_hub

    measured = {"hub, proxy and idle culler": 192, "a student's idle server": 100, "the same at its highest": 900}
    table = try_hub.memory_table(measured, system=1000, sizes=(8,))
    assert "| a student's idle server | 100 |" in table
    assert table.endswith("| 8 GB | 7 |")
    measured["a training with train-style, at its highest"] = 2000
    assert try_hub.memory_table(measured, system=1000, sizes=(8,)).endswith("| 8 GB | 7 | 4 |")


@WITH_JUPYTERHUB
@pytest.mark.slow
@pytest.mark.skipif(shutil.which("configurable-http-proxy") is None, reason="configurable-http-proxy is not installed")
def test_a_class_logs_in_fetches_runs_and_submits_and_the_teacher_grades(tmp_path):
    command = [sys.executable, "tools/try_hub.py", "--students", "3", "--together", "1", "--no-training"]
    environment = {name: value for name, value in os.environ.items() if name != "GAN_COURSE_PROGRESS"}
    done = subprocess.run(
        [*command, "--log", tmp_path / "log.md"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout[-5000:]
    log = (tmp_path / "log.md").read_text(encoding="utf-8")
    assert "collected and graded: 17, 17, 14 of 20" in log and "| 24 GB |" in log
    assert "the kernel was ended" in log and "the server was ended" in log and "finds the files" in log
