"""One process under the supervisor: started, watched through its log, ended with all its descendants.

Standard library only. A program runs in a session of its own: a Ctrl-C in the terminal reaches the supervisor alone,
which then ends the programs in order. Its output goes to a file and never to a pipe of whoever called `make run`.
"""

import ctypes
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LOG_ROTATED_AT = 10 * 1024 * 1024
IMPORTANT = re.compile(r"\b(CRITICAL|ERROR|FATAL)\b|^[\w.]+(Error|Exception): ")
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Program:
    """What to run. `name` names its log and its lines on the console; `ends_last` where others need it to the end."""

    name: str
    command: Sequence[str | Path]
    pass_fds: Sequence[int] = ()
    ends_last: bool = False


class Child:
    """A program and its current process, if any."""

    def __init__(self, program: Program, *, log_dir: Path, directory: Path) -> None:
        self.program = program
        self.directory = directory
        self.log = log_dir / f"{program.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self._read_to = 0

    def start(self) -> None:
        """Run the program; what it says is appended to its log."""
        rotate(self.log)
        with self.log.open("ab") as log:
            self._read_to = log.tell()
            self.process = subprocess.Popen(
                [str(part) for part in self.program.command],
                cwd=self.directory,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=tuple(self.program.pass_fds),
                preexec_fn=_die_with_parent,  # noqa: PLW1509 (this process has one thread)
                start_new_session=True,
            )
        self.started_at = time.monotonic()

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.process.poll() if self.process else None

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    @property
    def uptime(self) -> float:
        """Seconds since the last start."""
        return time.monotonic() - self.started_at

    def important_lines(self) -> list[str]:
        """What it has logged since the last call that an operator should see."""
        with self.log.open("rb") as log:
            log.seek(self._read_to)
            text = log.read()
        whole, _, rest = text.rpartition(b"\n")
        self._read_to += len(text) - len(rest)
        return [line for line in whole.decode(errors="replace").splitlines() if IMPORTANT.search(line)]

    def last_lines(self, count: int = 10) -> list[str]:
        """The end of its log."""
        return self.log.read_text(errors="replace").splitlines()[-count:]

    def terminate(self) -> None:
        """Ask it to end; it ends its own children."""
        if self.process and self.is_running:
            self.process.send_signal(signal.SIGTERM)

    def kill_group(self) -> None:
        """End it and all its descendants at once; quiet where they have ended already."""
        if self.process is None:
            return
        with suppress(ProcessLookupError, PermissionError):  # nobody is left; macOS says so with PermissionError
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def end_all(children: Sequence[Child], *, patience: float, is_hurried: Callable[[], bool]) -> None:
    """Ask all to end, wait so many seconds for them, then end what is left of them and of their descendants."""
    for child in children:
        child.terminate()
    deadline = time.monotonic() + patience
    while any(child.is_running for child in children) and time.monotonic() < deadline and not is_hurried():
        time.sleep(0.05)
    for child in children:
        child.kill_group()


def rotate(log: Path) -> None:
    """Put a log that has grown large aside; one earlier log is kept."""
    if log.exists() and log.stat().st_size > LOG_ROTATED_AT:
        log.replace(log.with_suffix(".log.1"))


def _die_with_parent() -> None:
    """Runs in the child: where the supervisor is killed without a chance to end its children, Linux ends them."""
    if LIBC:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
