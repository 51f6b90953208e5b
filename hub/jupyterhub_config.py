"""JupyterHub's settings for a class on one server; docs/hub.md says how to set it up.

    jupyterhub -f hub/jupyterhub_config.py

Accounts, passwords, homes and what is handed in lie in one folder, `GAN_COURSE_HUB`. The course is only read.
"""

import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821  JupyterHub brings it

COURSE = Path(__file__).resolve().parent.parent
CLASS = Path(os.environ.get("GAN_COURSE_HUB", "/srv/gan-course-class"))
TEACHERS = set(os.environ.get("GAN_COURSE_TEACHERS", "teacher").split())
BIN = Path(sys.executable).parent
STATE = CLASS / "state"
STATE.mkdir(mode=0o700, parents=True, exist_ok=True)  # passwords and cookies are nobody else's to read

# ---- Who runs a learner's code: one of these two lines.
# "simple": the hub's own user, for everyone. No walls between learners, no limits: for a class that trusts itself.
# "systemd": an account for each learner, with limits; the hub has to run as root. Read docs/hub.md first.
c.JupyterHub.spawner_class = "simple"
# c.JupyterHub.spawner_class = "systemd"

simple = c.JupyterHub.spawner_class == "simple"
as_root = os.geteuid() == 0
if simple and as_root and not os.environ.get("GAN_COURSE_HUB_TRIAL"):
    sys.exit(
        "With the simple spawner, code of learners runs as the user who starts the hub, which must not be root. Start "
        "the hub as a user of its own (docs/hub.md), or choose the systemd spawner."
    )

c.SimpleLocalProcessSpawner.home_dir_template = str(CLASS / "homes" / "{username}")
c.SystemdSpawner.username_template = "{USERNAME}"
c.SystemdSpawner.isolate_tmp = True
c.SystemdSpawner.isolate_devices = True
c.SystemdSpawner.disable_user_sudo = True
c.SystemdSpawner.readonly_paths = [str(COURSE)]
c.Spawner.mem_limit = "4G"  # the heaviest lesson's kernel and a training beside it; only systemd enforces it
c.Spawner.cpu_limit = 2.0

# ---- Who may come in: whoever has a name and a password from hub/add_users.py. Nobody signs up, no door without a key.
sys.path.insert(0, str(COURSE / "hub"))
c.JupyterHub.authenticator_class = "class_passwords.ClassPasswords"
c.ClassPasswords.file = str(STATE / "passwords.json")
c.ClassPasswords.wrong_passwords = 10  # then ten minutes of rest
c.ClassPasswords.rest_seconds = 600
c.Authenticator.allow_all = True  # of those whose password is right
c.Authenticator.admin_users = TEACHERS

# ---- Where the hub listens: this computer only. A web server with a certificate stands before it (docs/hub.md).
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.JupyterHub.db_url = f"sqlite:///{STATE / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(STATE / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(STATE / "proxy.pid")

# ---- What a learner gets: JupyterLab on a home of their own, with a copy of every lesson.
c.Spawner.cmd = [sys.executable, str(COURSE / "hub" / "student_server.py")]
c.Spawner.args = ["--allow-root"] if simple and as_root else []
c.Spawner.notebook_dir = "~"
c.Spawner.default_url = "/lab/tree/my_notebooks"
c.Spawner.start_timeout = 180  # thirty at once take their time
c.Spawner.http_timeout = 120
c.Spawner.environment = {
    "PATH": f"{BIN}:/usr/local/bin:/usr/bin:/bin",
    "JUPYTER_CONFIG_PATH": str(COURSE / "hub" / "student_settings"),
    "GAN_COURSE_EXCHANGE": str(CLASS / "exchange"),
    "GAN_COURSE_SPAWNER": c.JupyterHub.spawner_class,
    "GAN_COURSE_STUDENT": lambda spawner: "" if spawner.user.name in TEACHERS else spawner.user.name,
    # Two threads for each kernel: with thirty learners, a thread for every core of each would only stand in line.
    **dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"), "2"),
}

# ---- What is not used gives its memory back: kernels after half an hour, servers after two hours. In seconds:
IDLE_KERNEL = os.environ.get("GAN_COURSE_IDLE_KERNEL", "1800")
IDLE_SERVER = os.environ.get("GAN_COURSE_IDLE_SERVER", "7200")
LOOK_EVERY = os.environ.get("GAN_COURSE_IDLE_LOOK", "300")
c.Spawner.environment |= {"GAN_COURSE_IDLE_KERNEL": IDLE_KERNEL, "GAN_COURSE_IDLE_LOOK": LOOK_EVERY}
c.JupyterHub.shutdown_on_logout = True
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [
            *(sys.executable, "-m", "jupyterhub_idle_culler"),
            *(f"--timeout={IDLE_SERVER}", f"--cull-every={LOOK_EVERY}"),
        ],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    }
]
