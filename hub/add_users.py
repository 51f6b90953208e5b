"""Gives names a password on the hub, and writes a list to hand out.

    python hub/add_users.py names.txt passwords.csv [--renew]

`names.txt` has a name in each line: small letters, digits, `-` and `_`. Who has a password already keeps it; with
`--renew` everyone in the list gets a new one. The hub keeps hashes only, in the file `state/passwords.json` of
GAN_COURSE_HUB; taking a line out of it locks that name out. The hub need not be restarted.
"""

import argparse
import os
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import password_file

NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", type=Path, help="file with a name in each line")
    parser.add_argument("passwords", type=Path, help="file to write: name,password")
    parser.add_argument("--renew", action="store_true", help="also for those who have a password")
    options = parser.parse_args(arguments)
    names = read_names(options.names)
    state = Path(os.environ.get("GAN_COURSE_HUB", "/srv/gan-course-class"), "state")
    if not state.is_dir():
        sys.exit(f"There is no {state}. Start the hub once, or set GAN_COURSE_HUB to its folder, and try again.")
    if (owner := state.stat().st_uid) != os.geteuid():
        sys.exit(
            f"{state} belongs to user {owner} and you are {os.geteuid()}: the hub could not read what you write there. "
            f"Run this as that user, with sudo -u '#{owner}' in front."
        )
    kept = password_file.read(state / "passwords.json")
    new = {name: password_file.new_password() for name in names if options.renew or name not in kept}
    try:
        with open(os.open(options.passwords, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.writelines(f"{name},{password}\n" for name, password in new.items())
    except FileExistsError:
        sys.exit(f"{options.passwords} exists already and was not changed. Name another file.")
    except OSError as error:
        sys.exit(f"{options.passwords} could not be written ({error.strerror}). Name another file, or another folder.")
    hashes = {name: password_file.hashed(password) for name, password in new.items()}
    password_file.write(state / "passwords.json", kept | hashes)
    print(f"{len(new)} new passwords, {len(names) - len(new)} kept. Written: {options.passwords}")


def read_names(file):
    """Names from a file, each once; stops at one that is no account's name."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()  # some editors begin a file with a mark
    except OSError as error:
        sys.exit(f"{file} could not be read ({error.strerror}). A text file with a name in each line was expected.")
    except UnicodeDecodeError:
        sys.exit(f"{file} is no text in UTF-8. A name in each line was expected: save it as plain text in UTF-8.")
    names = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    for name in names:
        if not NAME.fullmatch(name):
            sys.exit(f"{name!r} is no name for an account: small letters, digits, - and _, a letter first, at most 32.")
    return names


if __name__ == "__main__":
    main()
