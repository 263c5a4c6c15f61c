"""The supervisor, on small programs."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from config.processes import LOG_ROTATED_AT, Program, rotate
from config.supervisor import MOST_FAILURES, GivingUp, StopRequested, Supervisor, doubling

SLEEPS = "import time; time.sleep(60)"
IGNORES_SIGTERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); " + SLEEPS
HAS_A_CHILD = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEPS!r}]); print('up'); {SLEEPS}"


def program(code: str, name: str = "toy") -> Program:
    return Program(name, [sys.executable, "-c", code])


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(log_dir=tmp_path / "log", directory=tmp_path, delay_after=lambda failures: 0.01)
    yield supervisor
    for child in supervisor.children:
        child.kill_group()


def look_after_until(supervisor: Supervisor, is_so: Callable[[], bool], *, within: float = 10) -> None:
    deadline = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < deadline
        supervisor.look_after()
        time.sleep(0.02)


def is_soon_gone(pid: int) -> bool:
    """Whether a process that was killed has ended; the kernel takes a moment."""
    try:
        process = psutil.Process(pid)
        deadline = time.monotonic() + 5
        while process.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
            time.sleep(0.02)
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_program_that_dies_is_started_again(supervisor, capsys):
    child = supervisor.start(program(SLEEPS))
    first = child.process.pid
    os.kill(first, signal.SIGKILL)

    look_after_until(supervisor, lambda: child.is_running and child.process.pid != first)

    assert "toy ended by SIGKILL; starting it again in 0.01 s" in capsys.readouterr().out


def test_descendants_of_a_dead_program_are_gone_before_it_starts_again(supervisor):
    child = supervisor.start(program(HAS_A_CHILD))
    look_after_until(supervisor, lambda: "up" in child.log.read_text())
    [grandchild] = psutil.Process(child.process.pid).children()
    first = child.process.pid
    os.kill(first, signal.SIGKILL)

    look_after_until(supervisor, lambda: child.process.pid != first)

    assert is_soon_gone(grandchild.pid)


def test_program_that_keeps_failing_takes_everything_down_with_its_last_words(supervisor, capsys):
    steady = supervisor.start(program(SLEEPS, "steady"))
    supervisor.start(program("import sys; sys.exit('no such table: everything')", "hapless"))

    with pytest.raises(GivingUp) as reason:
        look_after_until(supervisor, lambda: False)
    supervisor.stop()

    assert f"hapless ended {MOST_FAILURES} times in a row, the last time with exit code 1" in str(reason.value)
    assert "no such table: everything" in str(reason.value)
    assert capsys.readouterr().out.count("starting it again") == MOST_FAILURES - 1
    assert not steady.is_running


def test_failures_long_ago_are_forgotten(supervisor):
    child = supervisor.start(program(SLEEPS))
    for _ in range(MOST_FAILURES + 2):
        child.started_at -= 120
        pid = child.process.pid
        os.kill(pid, signal.SIGKILL)
        look_after_until(supervisor, lambda pid=pid: child.process.pid != pid)

    assert child.is_running


def test_delays_grow():
    assert [doubling(failures) for failures in (1, 2, 3, 4)] == [1, 2, 4, 8]


def test_stop_ends_programs_and_their_descendants(supervisor):
    child = supervisor.start(program(HAS_A_CHILD))
    look_after_until(supervisor, lambda: "up" in child.log.read_text())
    family = [child.process.pid, *(one.pid for one in psutil.Process(child.process.pid).children(recursive=True))]

    supervisor.stop()

    assert len(family) == 2
    assert all(is_soon_gone(pid) for pid in family)


def test_stop_does_not_wait_for_ever_for_a_deaf_program(supervisor, monkeypatch):
    monkeypatch.setattr("config.supervisor.PATIENCE", 0.3)
    child = supervisor.start(program(IGNORES_SIGTERM))
    look_after_until(supervisor, lambda: "deaf" in child.log.read_text())

    supervisor.stop()

    assert child.exit_code == -signal.SIGKILL


def test_stop_ends_last_what_the_others_need(supervisor, tmp_path):
    notes_its_end = (
        "import signal, sys, time, pathlib\n"
        "def end(*_):\n"
        "    with open('ends', 'a') as file: file.write(sys.argv[1] + ' ')\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "print('up', flush=True)\n"
        "while True: time.sleep(0.05)\n"
    )
    broker = supervisor.start(Program("broker", [sys.executable, "-c", notes_its_end, "broker"], ends_last=True))
    worker = supervisor.start(Program("worker", [sys.executable, "-c", notes_its_end, "worker"]))
    look_after_until(supervisor, lambda: all("up" in child.log.read_text() for child in (broker, worker)))

    supervisor.stop()

    assert (tmp_path / "ends").read_text() == "worker broker "


def test_signal_asks_for_the_end(supervisor):
    earlier = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        supervisor.heed_signals()
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(StopRequested):
            supervisor.watch()
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def test_important_lines_reach_the_console_under_the_name_of_the_program(supervisor, capsys):
    said = "2026-11-20 INFO all is well\\n2026-11-20 ERROR something broke\\nValueError: bad\\nhalf a line ERROR"
    child = supervisor.start(program(f"print('{said}', end='', flush=True); {SLEEPS}"))

    look_after_until(supervisor, lambda: "half" in child.log.read_text())
    supervisor.look_after()

    assert capsys.readouterr().out.splitlines() == [
        "toy: 2026-11-20 ERROR something broke",
        "toy: ValueError: bad",
    ]


def test_step_gives_its_exit_code_while_the_programs_are_looked_after(supervisor):
    assert supervisor.run_step([sys.executable, "-c", "import sys; sys.exit(3)"]) == 3


def test_waiting_too_long_gives_up(supervisor):
    with pytest.raises(GivingUp, match="A miracle did not happen within 0 seconds"):
        supervisor.wait_until(lambda: False, within=0.1, what="A miracle")


def test_large_log_is_put_aside(tmp_path):
    log = tmp_path / "web.log"
    with log.open("wb") as file:
        file.truncate(LOG_ROTATED_AT + 1)

    rotate(log)

    assert not log.exists()
    assert (tmp_path / "web.log.1").stat().st_size == LOG_ROTATED_AT + 1
