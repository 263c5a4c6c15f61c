"""`python -m config.serve` as an operator meets it: real processes, real signals, a data directory of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from config.environment import BASE_DIR

SETTINGS = {"ALLOWED_HOSTS", "BASE_URL", "DATABASE_URL", "DEBUG", "DJANGO_SETTINGS_MODULE", "EMAIL_URL", "REDIS_URL"}

# The embedded default is what is served here, whatever database the other tests run on.
pytestmark = pytest.mark.sqlite


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(data_dir: Path, port: int, **values: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in SETTINGS | {"SECRET_KEY"}}
    return {**kept, "REMIT_DATA_DIR": str(data_dir), "PORT": str(port), "HOST": "", "DEMO": "0", **values}


@contextmanager
def serving(data_dir: Path, port: int, **values: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Serve; gives the process and the file with what it says on the console."""
    console = data_dir.with_suffix(".console")
    with console.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.serve"],
            cwd=BASE_DIR,
            env=environment(data_dir, port, **values),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    family: list[psutil.Process] = []
    try:
        yield process, console
    finally:
        with_descendants = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        family.extend(with_descendants)
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
        for one in family:
            if one.is_running():
                one.kill()


def run_serve(data_dir: Path, port: int, **values: str) -> tuple[int, str]:
    """Serve where it cannot work: the exit code and all that was said."""
    result = subprocess.run(
        [sys.executable, "-m", "config.serve"],
        cwd=BASE_DIR,
        env=environment(data_dir, port, **values),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return result.returncode, result.stdout + result.stderr


def get(port: int, path: str) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def wait_until(is_so: Callable[[], bool], console: Path, *, within: float = 60) -> None:
    deadline = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < deadline, console.read_text()
        time.sleep(0.1)


def is_ready(port: int) -> bool:
    try:
        return get(port, "/readyz")[0] == 200
    except OSError:
        return False


def program_of(process: subprocess.Popen[bytes], word: str) -> psutil.Process | None:
    """The direct child with this word in its command line."""
    return next((child for child in psutil.Process(process.pid).children() if word in child.cmdline()), None)


def test_installation_serves_survives_the_death_of_a_program_and_ends_whole(tmp_path):
    port, data_dir = free_port(), tmp_path / "data"
    with serving(data_dir, port) as (process, console):
        wait_until(lambda: "Remit is at" in console.read_text(), console)
        assert f"http://127.0.0.1:{port}/" in console.read_text()
        wait_until(lambda: is_ready(port), console)
        status, body = get(port, "/readyz")
        assert status == 200
        assert {"database", "queue"} <= set(json.loads(body)["checks"])

        code, said = run_serve(data_dir, free_port())
        assert code == 1
        assert f"Remit runs already on the data in {data_dir}" in said
        assert f"process {process.pid}" in said
        assert "Traceback" not in said

        worker = program_of(process, "worker")
        worker.kill()
        wait_until(lambda: "worker ended by SIGKILL; starting it again in 1 s" in console.read_text(), console)
        wait_until(lambda: program_of(process, "worker") not in {None, worker}, console)

        wait_until(lambda: len(program_of(process, "gunicorn").children()) == 2, console)
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert "Ending" in console.read_text()
        _, alive = psutil.wait_procs(family, timeout=3)
        assert alive == []

    with serving(data_dir, port) as (process, console):
        started = time.monotonic()
        wait_until(lambda: is_ready(port), console)
        assert "Preparing" not in console.read_text(), "a second start prepares nothing again"
        assert "Collecting" not in console.read_text()
        assert time.monotonic() - started < 20
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def test_port_that_is_taken_is_said(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        code, said = run_serve(tmp_path / "data", port)

    assert code == 1
    assert f"Remit cannot listen at 127.0.0.1, port {port}: Address already in use" in said
    assert "PORT=8001" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"PORT": "http"}, "PORT is a number from 1 to 65535, not 'http'."),
        ({"HOST": "192.0.2.1"}, "Remit cannot listen at 192.0.2.1"),
        ({"HOST": "no such host"}, "HOST=no such host is no address of this machine"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL does not start with postgres://"),
        ({"REMIT_DATA_DIR": "/dev/null/data"}, "Remit cannot write to its data directory /dev/null/data"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "Remit cannot use the Redis of REDIS_URL"),
    ],
)
def test_what_cannot_work_is_said_in_a_sentence(tmp_path, values, sentence):
    code, said = run_serve(tmp_path / "data", free_port(), **values)

    assert code == 1
    assert sentence in said
    assert "Traceback" not in said


def test_database_that_is_away_is_said_in_a_sentence(tmp_path):
    url = "postgres://remit:geheim@127.0.0.1:1/remit"
    code, said = run_serve(tmp_path / "data", free_port(), DATABASE_URL=url, SECRET_KEY="s" * 40)

    assert code == 1
    assert "Remit cannot use its database remit at 127.0.0.1:1" in said
    assert "geheim" not in said
    assert "Traceback" not in said


def test_database_file_that_is_none_is_said_in_a_sentence(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "remit.sqlite3").write_text("not a database " * 100)

    code, said = run_serve(tmp_path / "data", free_port())

    assert code == 1
    assert "file is not a database" in said
    assert "Traceback" not in said
