"""Names and hashed passwords in a file of their own, as a class on the hub needs them."""

import hashlib
import json
import os
import secrets
from pathlib import Path

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look like another
LENGTH = 12
# Work and memory of a guess: 2**14 rounds of 16 MB, some hundredths of a second.
SCRYPT = {"n": 2**14, "r": 8, "p": 1}


def new_password():
    """A password to hand out, about 60 bits of chance."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def hashed(password, salt=None):
    """Salt and hash of a password, as they are kept.

    Args:
        password: text.
        salt: bytes; drawn if None.

    Returns:
        Text, "salt:hash" in hexadecimal.
    """
    salt = secrets.token_bytes(16) if salt is None else salt
    return f"{salt.hex()}:{hashlib.scrypt(password.encode(), salt=salt, **SCRYPT).hex()}"


def is_right(password, kept):
    """Whether a password is the one that was kept; it takes as long for a name that is not known.

    Args:
        password: text.
        kept: what `hashed` returned; None for an unknown name.
    """
    salt = bytes.fromhex(kept.split(":")[0]) if kept else bytes(16)
    return secrets.compare_digest(hashed(password, salt), kept or "")


def read(file):
    """Dictionary from name to what is kept of the password; empty if there is no file yet."""
    return json.loads(Path(file).read_text(encoding="utf-8")) if Path(file).exists() else {}


def write(file, kept):
    """Writes all of them or nothing; nobody but the owner may read."""
    new = Path(file).with_suffix(".new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
        json.dump(kept, opened, indent=1, sort_keys=True)
    new.replace(file)
