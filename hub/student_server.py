"""A learner's server on the hub: fills `my_notebooks/` in their home and becomes JupyterLab. The hub starts it."""

import json
import os
import sys
from pathlib import Path


def main():
    os.environ.setdefault("GAN_COURSE_NOTEBOOKS", str(Path.home() / "my_notebooks"))
    os.chdir(Path.home())

    from gan_course.lab import UPLOAD_LIMIT, fill_my_notebooks
    from gan_course.paths import ROOT

    fill_my_notebooks()
    settings = [
        f"--ServerApp.tornado_settings={json.dumps({'websocket_max_message_size': UPLOAD_LIMIT})}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        f"--LabApp.app_settings_dir={ROOT / 'gan_course' / 'lab_settings'}",
        # A kernel that loaded TensorFlow keeps 0.6 GB or more. One that runs is never ended.
        f"--MappingKernelManager.cull_idle_timeout={os.environ['GAN_COURSE_IDLE_KERNEL']}",
        f"--MappingKernelManager.cull_interval={os.environ['GAN_COURSE_IDLE_LOOK']}",
        "--MappingKernelManager.cull_connected=True",
    ]
    os.execv(sys.executable, [sys.executable, "-m", "jupyterhub.singleuser", *settings, *sys.argv[1:]])


if __name__ == "__main__":
    main()
