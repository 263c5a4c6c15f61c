"""Keeps programs running under one parent, and ends them together.

A program that ends by itself is started again, a little later each time; after a few failures in a row the supervisor
gives up, because a half-running Remit looks like a whole one.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

from config.processes import Child, Program, end_all

TICK = 0.1  # seconds between two looks at the programs
PATIENCE = 10.0  # seconds that programs have to end
STEADY_AFTER = 60.0  # seconds of running after which earlier failures are forgotten
MOST_FAILURES = 5


class GivingUp(Exception):
    """Everything must go down; the message says why."""


class StopRequested(Exception):
    """Somebody asked for the end, with Ctrl-C or a signal."""


def say(text: str) -> None:
    """A line on the console, while there is one: whoever reads us may have gone."""
    with suppress(OSError):
        print(text, flush=True)


def doubling(failures: int) -> float:
    """Seconds to wait after so many failures in a row: 1, 2, 4, 8."""
    return 2.0 ** (failures - 1)


class Supervisor:
    """Starts programs, looks after them, ends them."""

    def __init__(self, *, log_dir: Path, directory: Path, delay_after: Callable[[int], float] = doubling) -> None:
        self.log_dir = log_dir
        self.directory = directory
        self.delay_after = delay_after
        self.children: list[Child] = []
        self._failures: dict[Child, int] = {}
        self._restart_at: dict[Child, float] = {}
        self._stop_signals = 0
        log_dir.mkdir(parents=True, exist_ok=True)

    def heed_signals(self) -> None:
        """From now on Ctrl-C, SIGTERM and a closed terminal ask for the end."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop_signals += 1

    def start(self, program: Program) -> Child:
        """Start a program and look after it from now on."""
        child = Child(program, log_dir=self.log_dir, directory=self.directory)
        self.children.append(child)
        child.start()
        return child

    def run_step(self, command: Sequence[str | Path]) -> int:
        """Run something that ends by itself and speaks on the console; its exit code."""
        process = subprocess.Popen(command, cwd=self.directory, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            while process.poll() is None:
                self.look_after()
                time.sleep(TICK)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        return process.returncode

    def wait_until(self, is_ready: Callable[[], bool], *, within: float, what: str) -> None:
        """Look after the programs until something is so. Raises GivingUp when it takes too long."""
        deadline = time.monotonic() + within
        while not is_ready():
            self.look_after()
            if time.monotonic() > deadline:
                raise GivingUp(f"{what} did not happen within {within:.0f} seconds; the logs are in {self.log_dir}.")
            time.sleep(TICK)

    def watch(self) -> None:
        """Look after the programs until somebody asks for the end. Raises StopRequested, GivingUp."""
        while True:
            self.look_after()
            time.sleep(TICK)

    def look_after(self) -> None:
        """Once: pass on what is important, start again what has ended. Raises StopRequested, GivingUp."""
        if self._stop_signals:
            raise StopRequested
        for child in self.children:
            for line in child.important_lines():
                say(f"{child.program.name}: {line}")
            if not child.is_running:
                self._start_again(child)

    def _start_again(self, child: Child) -> None:
        due = self._restart_at.get(child)
        if due is None:
            self._note_failure(child)
        elif time.monotonic() >= due:
            del self._restart_at[child]
            child.start()

    def _note_failure(self, child: Child) -> None:
        child.kill_group()  # what it leaves behind would be in the way of its successor
        failures = 1 if child.uptime > STEADY_AFTER else self._failures.get(child, 0) + 1
        self._failures[child] = failures
        name = child.program.name
        if failures >= MOST_FAILURES:
            said = "\n".join(f"  {line}" for line in child.last_lines())
            raise GivingUp(
                f"{name} ended {failures} times in a row, the last time {ending(child.exit_code)}. "
                f"Its log, {child.log}, closes with:\n{said}"
            )
        delay = self.delay_after(failures)
        say(f"{name} ended {ending(child.exit_code)}; starting it again in {delay:g} s")
        self._restart_at[child] = time.monotonic() + delay

    def stop(self) -> None:
        """End everything; what the others need until their own end comes last. A second signal hurries."""
        before = self._stop_signals
        for is_last in (False, True):
            group = [child for child in self.children if child.program.ends_last is is_last]
            end_all(group, patience=PATIENCE, is_hurried=lambda: self._stop_signals > max(before, 1))


def ending(exit_code: int | None) -> str:
    """How a process ended, in words."""
    if exit_code is not None and exit_code < 0:
        return f"by {signal.Signals(-exit_code).name}"
    return f"with exit code {exit_code}"
