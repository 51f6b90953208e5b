"""Every notebook again, with outputs compared, without a network: a part of `make test-slow`."""

import os
import subprocess
import sys

import pytest

from gan_course.paths import ROOT

pytestmark = pytest.mark.slow

NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))

# In a network namespace of its own a process reaches nothing. Kernels talk over the loopback device, which is there
# but switched off; this switches it on (ioctl SIOCSIFFLAGS with IFF_UP | IFF_RUNNING) and becomes the command.
WITH_LOOPBACK_ONLY = """
import fcntl, os, socket, struct, sys
with socket.socket() as device:
    fcntl.ioctl(device, 0x8914, struct.pack("16sH14x", b"lo", 0x41))
os.execvp(sys.argv[1], sys.argv[1:])
"""

NO_NETWORK = ["unshare", "--map-root-user", "--net", sys.executable, "-c", WITH_LOOPBACK_ONLY]


def run(command, **variables):
    """Runs a command from the root of the course; a failure shows what it printed."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("MPLBACKEND", "PYTEST"))}
    done = subprocess.run(
        command, cwd=ROOT, env=inherited | variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout[-20_000:]
    return done.stdout


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_notebook_without_a_network(name):
    try:
        subprocess.run([*NO_NETWORK, sys.executable, "-c", ""], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"this system does not let a user switch the network off for one process: {error}")
    reach_out = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)"
    with pytest.raises(AssertionError, match="Network is unreachable"):
        run([*NO_NETWORK, sys.executable, "-c", reach_out])
    run([*NO_NETWORK, sys.executable, "-m", "pytest", "-q", f"notebooks/{name}"])
