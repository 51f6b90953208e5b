"""Who comes in: whoever has a name and a password in the class's file. JupyterHub loads this by its name."""

import asyncio
import time

import password_file
from jupyterhub.auth import Authenticator
from traitlets import Integer, Unicode

LONGEST_PASSWORD = 200


class ClassPasswords(Authenticator):
    """Names and passwords from a file that hub/add_users.py writes. Read at each login, so changes count at once."""

    file = Unicode(help="The file of hashed passwords.").tag(config=True)
    wrong_passwords = Integer(10, help="So many wrong ones, and the account rests.").tag(config=True)
    rest_seconds = Integer(600, help="So long does it rest.").tag(config=True)

    def __init__(self, **settings):
        super().__init__(**settings)
        self._wrong = {}  # times of wrong passwords, by name

    async def authenticate(self, handler, data):
        """The name, if the password is the right one; else None.

        Args:
            handler: JupyterHub's, not used.
            data: dictionary with "username" and "password".
        """
        name, password = self.normalize_username(data["username"]), data["password"]
        kept = password_file.read(self.file).get(name)
        lately = [moment for moment in self._wrong.pop(name, []) if moment > time.monotonic() - self.rest_seconds]
        rests = len(lately) >= self.wrong_passwords
        if kept:  # counted before it is tried, so that many tries at once are many; unknown names leave nothing behind
            self._wrong[name] = lately if rests else [*lately, time.monotonic()]
        if rests or len(password) > LONGEST_PASSWORD:
            return None
        if await asyncio.to_thread(password_file.is_right, password, kept):
            self._wrong.pop(name, None)
            return name
        return None
