#!/bin/sh
# Makes .venv, the Python environment of this course, or brings it up to date. `make lab` and `make test` begin with it.
# `sh tools/setup.sh classroom` adds what a teacher needs, and the tests of grading: nbgrader.
# Any POSIX shell will do. PYTHON=... names the Python to use; otherwise the usual names are tried.
# Whatever goes wrong, the last line printed says what it was and what to try.
set -u
unset CDPATH
cd "$(dirname "$0")/.." || exit 1

env_python=.venv/bin/python
stamp=.venv/course-setup # written last: where it is missing, the environment is not complete
classroom=.venv/course-classroom # the same for the packages on top

stop() {
    printf 'Set-up stopped: %s\n' "$1" >&2
    exit 1
}

# Prints "3.12 Linux x86_64". The interpreter is run: a name on the PATH may be a shim with nothing behind it.
describe() {
    "$1" -c 'import platform, sys
print("%d.%d %s %s" % (sys.version_info[0], sys.version_info[1], platform.system(), platform.machine()))' 2>/dev/null
}

classroom_is_ready() {
    [ "${1:-}" != classroom ] || [ "$(cat "$classroom" 2>/dev/null)" = "$(cksum <requirements-classroom.txt)" ]
}

have_uv() { uv --version >/dev/null 2>&1; }

# What an environment depends on. When the folder or the Python changes it has to be made anew (its scripts hold
# absolute paths); when only the requirements change, packages are installed into it.
place() { printf '%s\n' "$(pwd -P)" "$1"; }
wanted() { cat requirements.txt pyproject.toml | cksum; }

# Sets $python, or stops with the reason why nothing fits. A reason nearer to success wins over the others.
find_python() {
    too_old='' too_new='' intel_mac='' no_venv=''
    if [ -n "${PYTHON:-}" ]; then
        set -- "$PYTHON"
    else
        set -- python3.12 python3.13 python3.11 python3 python
        if have_uv; then # uv knows of Pythons that are not on the PATH
            set -- "$@" "$(uv python find --system --no-python-downloads '>=3.11,<3.14' 2>/dev/null)"
        fi
    fi
    for python in "$@"; do
        [ -n "$python" ] || continue
        found=$(describe "$python") || continue
        version=${found%% *}
        case $found in
            3.11' '* | 3.12' '* | 3.13' '*) ;;
            [0-2].* | 3.[0-9]' '* | 3.10' '*) too_old="$python is Python $version" && continue ;;
            [3-9].*) too_new="$python is Python $version" && continue ;;
            *) continue ;;
        esac
        case $found in *'Darwin x86_64') intel_mac=$python && continue ;; esac
        if have_uv || "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
            return
        fi
        no_venv="$python (Python $version)"
    done
    if [ -n "$no_venv" ]; then
        stop "$no_venv has no venv module. Install it (on Debian and Ubuntu: apt install python3-venv), or uv."
    elif [ -n "$intel_mac" ]; then
        stop "$intel_mac is built for Intel Macs, for which TensorFlow is no longer made. On an Apple silicon Mac install a Python for arm64; on an Intel Mac use Linux in a virtual machine, or another computer."
    elif [ -n "$too_old" ]; then
        stop "$too_old, which is too old. Install Python 3.11, 3.12 or 3.13, or name one: make lab PYTHON=/path/to/python3.12"
    elif [ -n "$too_new" ]; then
        stop "$too_new, which is too new for TensorFlow. Install Python 3.11, 3.12 or 3.13, or name one: make lab PYTHON=/path/to/python3.12"
    elif [ -n "${PYTHON:-}" ]; then
        stop "PYTHON=$PYTHON does not run. Give the path of a Python 3.11, 3.12 or 3.13."
    fi
    stop "no Python was found. Install Python 3.11, 3.12 or 3.13, or name one: make lab PYTHON=/path/to/python3.12"
}

check_disk() {
    kilobytes=$(df -Pk . 2>/dev/null | awk 'NR == 2 { for (i = 2; i <= NF; i++) if ($i ~ /^[0-9]+%$/) print $(i - 1) }')
    case $kilobytes in '' | *[!0-9]*) return ;; esac # a file system that does not tell
    if [ "$kilobytes" -lt 4194304 ]; then
        stop "$((kilobytes / 1024)) MB of disk are free here and 4 GB (4096 MB) are needed. Free some, or put the course on another disk."
    fi
}

# Runs a command of pip or uv: shows its larger downloads, keeps everything in a log, and on failure says why.
install() {
    rm -f .venv/failed
    { "$@" 2>&1 || : >.venv/failed; } | tee -a .venv/install.log |
        sed -n -e '/Mi*B)/s/^ *Downloading /    downloading /p' -e 's/^Installing collected packages.*/    unpacking/p'
    [ -e .venv/failed ] || return 0
    tail -n 15 .venv/install.log >&2
    if grep -qi 'no space left' .venv/install.log; then
        stop "the disk is full. The course needs 4 GB, some of it in the folder for temporary files. Free some and run the same command again."
    elif grep -qiE 'connect|dns error|name resolution|timed out|unreachable|failed to fetch|retrying|from versions: none' .venv/install.log; then
        stop "the packages could not be downloaded. Check the network connection (and the proxy, if there is one) and run the same command again."
    fi
    stop "the packages could not be installed; the lines above say why. Run the same command again, or try another Python: make lab PYTHON=/path/to/python3.12"
}

python='' ready=''
environment=$(describe "$env_python")
if [ -f "$stamp" ] && [ -n "$environment" ]; then
    if [ -z "${PYTHON:-}" ] || [ "$(describe "$PYTHON")" = "$environment" ]; then
        here=$(place "$environment")
        [ "$(cat "$stamp")" = "$(printf '%s\n' "$here" "$(wanted)")" ] && ready=yes
        [ -n "$ready" ] && classroom_is_ready "$@" && exit 0
        [ "$(sed '$d' "$stamp")" = "$here" ] && python=$env_python
    fi
fi

# Two set-ups at once would spoil each other's work. After a crash the file stays, but its process is gone.
lock=.venv.lock
other=$(cat "$lock" 2>/dev/null) && kill -0 "$other" 2>/dev/null &&
    stop "another set-up is at work in this folder (process $other). Wait for it to end, then run the same command again."
echo $$ >"$lock"
trap 'rm -f "$lock"' EXIT

install_requirements() {
    if have_uv; then
        install uv pip install --python "$env_python" -r "$1"
    else
        install "$env_python" -m pip install --disable-pip-version-check --progress-bar off -r "$1"
    fi
}

make_environment() {
    if [ -n "$python" ]; then
        echo "The requirements have changed: bringing the environment up to date."
        rm -f "$stamp" .venv/install.log
    else
        find_python
        rm -f "$stamp" # first, so that half of an environment never passes for a whole one
        rm -rf .venv
        check_disk
        echo "Making the environment .venv with Python $version."
        if have_uv; then
            uv venv --quiet --no-project --python "$python" .venv
        else
            "$python" -m venv .venv
        fi || stop "the environment .venv could not be made; the lines above say why."
    fi

    echo "Installing the packages: up to 700 MB to download, and some minutes of work, the first time."
    install_requirements requirements.txt
    if have_uv; then
        install uv pip install --python "$env_python" --no-deps --no-build-isolation -e .
    else
        install "$env_python" -m pip install --disable-pip-version-check --no-deps --no-build-isolation -e .
    fi

    echo "Starting matplotlib and TensorFlow once, so that the first notebook does not have to wait."
    MPLBACKEND=Agg "$env_python" -c 'import matplotlib.pyplot; from gan_course import startup
startup.import_tensorflow()' >>.venv/install.log 2>&1 || {
        tail -n 15 .venv/install.log >&2
        stop "the packages are installed, but matplotlib or TensorFlow does not start; the lines above say why."
    }

    place "$(describe "$env_python")" >"$stamp.new" && wanted >>"$stamp.new" && mv "$stamp.new" "$stamp" ||
        stop "the folder .venv cannot be written to."
}

[ -n "$ready" ] || make_environment
if ! classroom_is_ready "$@"; then
    echo "Installing what a classroom needs: nbgrader and what it brings along."
    install_requirements requirements-classroom.txt
    cksum <requirements-classroom.txt >"$classroom"
fi
echo "The environment is ready."
