"""Databases that are made for a rehearsal and thrown away after it."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis
from psycopg import sql

from tests.kill.nursery import ROOT


def environment_for(folder: Path, *, database_url: str = "", redis_url: str = "", prefix: str) -> dict[str, str]:
    """What the processes of a rehearsal see of the world."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "tests.kill.settings",
        "REMIT_DATA_DIR": str(folder),
        "REMIT_KILL_PREFIX": prefix,
        "SECRET_KEY": "only for rehearsals",
        "DEMO": "0",
        "DATABASE_URL": database_url or f"sqlite:///{folder / 'scratch.sqlite3'}",
        "REDIS_URL": redis_url or "redis://127.0.0.1:1/0",  # nobody there: the engine's own clock is all there is
    }


@contextmanager
def scratch_postgres(server_url: str) -> Generator[str]:
    """A database of our own on that server; gives its URL."""
    name = f"remit_kill_{os.getpid()}"
    url = urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
    plain = urlunsplit(urlsplit(server_url)._replace(scheme="postgresql"))
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield url
        finally:
            connection.execute(drop)


def sweep_redis(url: str, prefix: str) -> None:
    """Take away what a rehearsal left under its name; killed workers tidy up nothing."""
    with redis.Redis.from_url(url) as connection:
        for key in connection.scan_iter(f"{prefix}*"):
            connection.delete(key)


def migrate(environment: dict[str, str]) -> None:
    """Make the tables."""
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
