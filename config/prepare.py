"""Brings the data of an installation up to date before it serves: database, static files, demonstration.

`python -m config.prepare`; quick where there is nothing to do.
"""

import hashlib
import io
import os
import shutil
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import django
import psycopg
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from config.serve import WELCOME

CONNECT_TIMEOUT = 5  # seconds


def main() -> None:
    """Do what is left to do. Exits with a sentence where it cannot go on."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    if problem := database_problem():
        sys.exit(f"Remit cannot use its database {database_name()}: {problem}")
    migrate()
    collect_static_files()
    try:
        accounts = load_demonstration() if settings.DEMO else ""
    except CommandError as error:
        sys.exit(f"The demonstration organisation could not be loaded: {error}")
    Path(settings.DATA_DIR, WELCOME).write_text(accounts)


def database_name() -> str:
    """How the database is called in a message: without its password."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return str(values["NAME"])
    return f"{values['NAME']} at {values['HOST'] or 'localhost'}:{values['PORT'] or 5432}"


def database_problem() -> str | None:
    """Why the database does not answer; None where it does."""
    try:
        if connection.vendor == "postgresql":
            # Not through the pool, which would keep trying and keep the reason to itself.
            parameters = connection.get_connection_params()
            psycopg.connect(**{**parameters, "connect_timeout": CONNECT_TIMEOUT}).close()
        else:
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM sqlite_master")
    except (DatabaseError, psycopg.Error) as error:
        return " ".join(str(error).split())
    return None


def migrate() -> None:
    """Bring the tables to what the code expects."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        with step(f"Preparing the database ({len(plan)} migrations)"):
            call_command("migrate", verbosity=0, interactive=False)


def collect_static_files() -> None:
    """Copy the static files to where they are served from, under names that carry a digest."""
    root = Path(settings.STATIC_ROOT)
    stamp = root / ".stamp"
    wanted = static_digest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    with step("Collecting static files"):
        shutil.rmtree(root, ignore_errors=True)
        call_command("collectstatic", verbosity=0, interactive=False)
        stamp.write_text(wanted)


def static_digest() -> str:
    """Changes whenever a static file of ours or of a package does."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def load_demonstration() -> str:
    """Load the demonstration organisation into an empty database; the accounts that one can sign in with."""
    call_command("load_demo", if_empty=True)
    accounts = io.StringIO()
    call_command("load_demo", accounts=True, stdout=accounts)
    return accounts.getvalue()


@contextmanager
def step(text: str) -> Generator[None]:
    """Say what takes a while, and how long it took."""
    print(f"{text} …", flush=True)
    started = time.monotonic()
    yield
    print(f"  done in {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    main()
