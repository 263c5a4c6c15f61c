"""The lock files: `locks.py write` makes them anew with uv and npm, `locks.py check` sees that they name no host.

A lock says what, by version and digest; where from is for each machine to say.
"""

import json
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
PYTHON_LOCKS = ("base", "embedded", "assets", "dev")  # each is constrained by base
NPM_LOCK = ROOT / "package-lock.json"
UV_OPTIONS = ("--universal", "--python-version=3.11", "--generate-hashes", "--no-emit-index-url", "--no-header")
HOST = re.compile(r"[a-z]+://|--(?:extra-)?index-url|--find-links|\"resolved\"|@ file:")


def write(*arguments: str) -> None:
    """Make all lock files anew; arguments go to `uv pip compile`, such as --upgrade."""
    with tempfile.TemporaryDirectory(prefix="remit-uv-") as folder:
        venv.create(folder, with_pip=True)
        run(f"{folder}/bin/pip", "install", "--quiet", "--disable-pip-version-check", "uv")
        for name in PYTHON_LOCKS:
            source, lock = f"requirements/{name}.in", f"requirements/{name}.txt"
            run(f"{folder}/bin/uv", "pip", "compile", "--quiet", source, *UV_OPTIONS, "-o", lock, *arguments)
    run("npm", "install", "--package-lock-only", "--ignore-scripts")
    forget_funding()
    check()


def run(*command: str) -> None:
    """Run a program in the repository; its failure is ours."""
    subprocess.run(command, cwd=ROOT, check=True)


def forget_funding() -> None:
    """npm notes where to send money for each package: addresses that a lock has no use for."""
    lock = json.loads(NPM_LOCK.read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)
    NPM_LOCK.write_text(json.dumps(lock, indent=2) + "\n")


def hosts_in(text: str) -> list[tuple[int, str]]:
    """Lines that name a host or a path: (number, line)."""
    return [(number, line) for number, line in enumerate(text.splitlines(), start=1) if HOST.search(line)]


def check() -> None:
    """Exit with the lines that name a host."""
    files = [*(REQUIREMENTS / f"{name}.txt" for name in PYTHON_LOCKS), NPM_LOCK]
    found = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in files
        for number, line in hosts_in(file.read_text())
    ]
    if found:
        sys.exit("\n".join(["Lock files name a host:", *found]))


if __name__ == "__main__":
    {"check": check, "write": write}[sys.argv[1]](*sys.argv[2:])
