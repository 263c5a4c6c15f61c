"""Where engine processes come from: a process that has imported everything forks, and the child runs the command.

So a start takes milliseconds instead of seconds, and a thousand kills take minutes. What runs in the child is the
command as an operator starts it: `manage.py engine`, `celery worker`, `celery beat`.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import psutil

if TYPE_CHECKING:
    from tests.kill.plan import Plan

ROOT = Path(__file__).parents[2]
PR_SET_PDEATHSIG = 1


class Engine:
    """A process of the engine, the head of a session in which all that it starts lives too."""

    def __init__(self, pid: int, name: str) -> None:
        self.pid = pid
        self.name = name

    def is_alive(self) -> bool:
        try:
            return psutil.Process(self.pid).status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def pool(self) -> list[int]:
        """The processes that it has started."""
        return [pid for pid in psutil.pids() if pid != self.pid and session_of(pid) == self.pid]

    def kill(self) -> list[int]:
        """SIGKILL for it and all it started; gives whom it met."""
        return [pid for pid in [self.pid, *self.pool()] if kill(pid)]

    def behead(self, *, patience: float = 0.3) -> list[int]:
        """SIGKILL for the head alone; whoever of its pool has not noticed soon follows it. Gives whom it met."""
        met = [self.pid] if kill(self.pid) else []
        time.sleep(patience)
        return met + [pid for pid in self.pool() if kill(pid)]

    def end(self, *, patience: float = 15) -> bool:
        """SIGTERM; whether it ended by itself."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + patience
        while self.is_alive() and time.monotonic() < deadline:
            time.sleep(0.02)
        return not self.kill()


def session_of(pid: int) -> int:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return 0


def kill(pid: int) -> bool:
    """SIGKILL; whether there was somebody."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


class Nursery:
    """The process that forks, seen from the harness."""

    def __init__(self, environment: Mapping[str, str], *, log: Path) -> None:
        self.log = log
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kill.nursery"],
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log.open("ab"),
            text=True,
        )
        self.engines: list[Engine] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for engine in self.engines:
            engine.kill()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=20)

    def start(self, *command: str, plan: "Plan", environment: Mapping[str, str] | None = None) -> Engine:
        """Start `engine …`, `worker …` or `beat …`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"command": command, "plan": asdict(plan), "log": str(self.log), "environment": dict(environment or {})}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        engine = Engine(int(self._process.stdout.readline()), command[0])
        self.engines = [one for one in self.engines if one.is_alive()] + [engine]
        return engine


def main() -> None:
    """Import everything, then fork at each line."""
    import django

    django.setup()
    from django.core.management import load_command_class
    from django.template.loader import get_template

    import reminders.tasks  # noqa: F401
    import tests.kill.plan  # noqa: F401

    load_command_class("reminders", "engine")
    get_template("reminders/emails/notice.html")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            become(json.loads(line))
        print(pid, flush=True)


def become(order: dict[str, Any]) -> None:
    """In the child: run the command and never come back."""
    from tests.kill.plan import Plan

    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND)
    null = os.open(os.devnull, os.O_RDONLY)
    for descriptor, number in ((null, 0), (log, 1), (log, 2)):
        os.dup2(descriptor, number)
    os.environ.update(order["environment"])
    Plan(**order["plan"]).apply()
    name, *rest = order["command"]
    code = 1
    try:
        if name == "engine":
            from django.core.management import execute_from_command_line

            execute_from_command_line(["manage.py", "engine", *rest])
        else:
            from celery.__main__ import main as celery

            sys.argv = ["celery", "-A", "config", name, *rest]
            celery()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
