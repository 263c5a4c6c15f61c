"""What a sweep costs when there is much that is not due, and what the engine adds to rendering and sending.

A small and a large database take turns in one run, so that whatever else the machine does slows both alike. On SQLite;
with DATABASE_URL on PostgreSQL as well.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings
from django.core.mail import get_connection
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test.runner import DiscoverRunner
from django.test.utils import CaptureQueriesContext, override_settings

from reminders.channels.email import write_email
from reminders.delivery import deliver
from reminders.kinds import OccasionKind, register_kind
from reminders.models import Notice, Occasion, OccasionPerson
from reminders.sweeping import OCCASIONS_AT_ONCE, sweep
from teams.models import Person
from tests.factories import NOW
from tests.kill.nursery import ROOT, session_of
from tests.kill.scratch import environment_for, migrate

SMALL, LARGE = 10_000, 1_000_000
DUE = 5_000  # of both; one falls due each second after NOW
FAR = timedelta(days=100)
SLICE = 1_000  # letters that the engine and the bare loop send in turn
IDLE_SECONDS = 20
KIND = OccasionKind(key="bench", title="Bench", sentence="{title} is due.", action="Look", ladder=(timedelta(),))


def main() -> None:
    """Measure here, and on SQLite first where here is PostgreSQL."""
    if connection.vendor != "sqlite":
        without = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        subprocess.run([sys.executable, "-m", "tests.bench", "reminders"], env=without, check=True)
        print("   and on PostgreSQL", flush=True)
    register_kind(KIND)
    settings.DATABASES["default"].get("OPTIONS", {}).pop("pool", None)  # two databases take turns on one alias
    connection.settings_dict.get("OPTIONS", {}).pop("pool", None)
    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        with sizes() as (small, large):
            measure_sweeps(small, large)
            count_queries(large)
            measure_sending(large)
    finally:
        runner.teardown_databases(databases)
    measure_idle()


def judge(what: str, ratio: float, limit: float) -> None:
    print(f"{ratio:8.2f} ×  {what} (≤ {limit} ×{'' if ratio <= limit else ': MISSED'})", flush=True)


# Two databases


@contextmanager
def sizes() -> Iterator[tuple[BaseDatabaseWrapper, BaseDatabaseWrapper]]:
    """The database of the tests with few occasions, and a copy of it with many."""
    small = connections["default"]
    small.close()  # what is copied is complete
    small.creation.clone_test_db(suffix="large", verbosity=0)
    aside = deepcopy(small.settings_dict) | small.creation.get_test_db_clone_settings("large")
    large = type(small)(aside, alias="default")
    try:
        for one, count in ((small, SMALL), (large, LARGE)):
            with on(one), progress(f"{count:,} occasions"):
                fill(count)
        yield small, large
    finally:
        large.close()
        small.creation.destroy_test_db(suffix="large", verbosity=0)


@contextmanager
def on(database: BaseDatabaseWrapper) -> Iterator[None]:
    """Let Django use this one."""
    before = connections["default"]
    connections["default"] = database
    try:
        yield
    finally:
        connections["default"] = before


@contextmanager
def progress(what: str) -> Iterator[None]:
    started = time.perf_counter()
    print(f"   {what} …", end="", flush=True)
    yield
    print(f" {time.perf_counter() - started:.1f} s", flush=True)


def fill(count: int) -> None:
    """So many occasions, the first of them due a second apart, the others in months; each of the first has a person."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(*insert_many(count))
    due = Occasion.objects.order_by("id")[:DUE]
    for number, occasion in enumerate(due):
        occasion.due_at = occasion.next_step_at = NOW + timedelta(seconds=number + 1)
    Occasion.objects.bulk_update(due, ["due_at", "next_step_at"], batch_size=500)
    every_day = list(range(1, 8))
    people = Person.objects.bulk_create(
        Person(name=f"Person {n}", email=f"p{n}@example.org", password="!", working_days=every_day, timezone="UTC")
        for n in range(DUE)
    )
    OccasionPerson.objects.bulk_create(
        [OccasionPerson(occasion=one, person=person, why="You do.") for one, person in zip(due, people, strict=True)],
        batch_size=500,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def insert_many(count: int) -> tuple[str, list[Any]]:
    """One statement that makes them all from one."""
    one = Occasion(kind=KIND.key, title="Bench", url="/inbox/", due_at=NOW + FAR, next_step_at=NOW + FAR)
    fields = [field for field in Occasion._meta.concrete_fields if not field.primary_key]
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    values = ["'bench:' || n" if field.name == "key" else "%s" for field in fields]
    given = [
        field.get_db_prep_save(field.pre_save(one, add=True), connection) for field in fields if field.name != "key"
    ]
    numbers = (
        f"generate_series(1, {count}) AS numbers(n)"
        if connection.vendor == "postgresql"
        else f"(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {count}) SELECT n FROM c)"
    )
    casts = [
        f"CAST({value} AS {field.db_type(connection)})" if connection.vendor == "postgresql" else value
        for field, value in zip(fields, values, strict=True)
    ]
    return f"INSERT INTO {Occasion._meta.db_table} ({names}) SELECT {', '.join(casts)} FROM {numbers}", given


# Sweeps


def measure_sweeps(small: BaseDatabaseWrapper, large: BaseDatabaseWrapper) -> None:
    """None due and a hundred due, small and large in turn."""
    for due, rounds, limit in ((0, 300, 1.25), (100, 30, 1.6)):
        times: dict[str, list[float]] = {"small": [], "large": []}
        turns = [("small", small), ("large", large)]
        for _ in range(rounds + 3):
            turns.reverse()  # who comes second finds warmer caches
            for name, database in turns:
                with on(database):
                    times[name].append(seconds_of_sweep(due))
        medians = {name: statistics.median(taken[3:]) * 1000 for name, taken in times.items()}
        what = f"a sweep with {due or 'none'} due of {LARGE:,} against {SMALL:,}"
        said = f"{medians['large']:.2f} ms against {medians['small']:.2f} ms"
        judge(f"{what}: {said}", medians["large"] / medians["small"], limit)


def seconds_of_sweep(due: int) -> float:
    """How long it takes; what it did is taken back."""
    with transaction.atomic():
        started = time.perf_counter()
        swept = sweep(now=NOW + timedelta(seconds=due))
        taken = time.perf_counter() - started
        assert swept.occasions == due, swept
        transaction.set_rollback(True)
    return taken


def count_queries(large: BaseDatabaseWrapper) -> None:
    """Queries by what is due, of a million."""
    counts = {}
    with on(large):
        for due in (0, 1, 500, 501, 2500, 5000):
            with transaction.atomic(), CaptureQueriesContext(connection) as queries:
                sweep(now=NOW + timedelta(seconds=due))
                transaction.set_rollback(True)
            counts[due] = len(queries)
    each = counts[500] - counts[0]
    said = ", ".join(f"{due}: {count}" for due, count in counts.items())
    print(f"         queries of a sweep by what is due of {LARGE:,}: {said}")
    batches = ceil(5000 / OCCASIONS_AT_ONCE)
    ratio = (counts[5000] - counts[0]) / (each * batches)
    judge(f"queries for {batches} batches against {batches} times those for one", ratio, 1.1)


# Sending


def measure_sending(large: BaseDatabaseWrapper) -> None:
    """The engine from the sweep to the last letter against a loop that only renders and sends, slice by slice."""
    engine, bare = [], []
    with on(large), mail_server() as port, smtp(port):
        letters = prepared()
        for start in range(0, DUE, SLICE):
            with progress(f"letters {start + 1:,} to {start + SLICE:,}"):
                bare.append(seconds(lambda start=start: render_and_send(letters[start : start + SLICE])))
                moment = NOW + timedelta(seconds=start + SLICE)
                engine.append(seconds(lambda moment=moment: sweep_and_deliver(moment)))
        sent = Notice.objects.filter(channel="email", state="sent").count()
        assert sent == DUE, sent
    each = [statistics.median(taken) / SLICE * 1000 for taken in (engine, bare)]
    said = f"{each[0]:.2f} ms against {each[1]:.2f} ms a letter"
    judge(f"{DUE:,} due of {LARGE:,} swept, rendered and sent against a bare loop: {said}", each[0] / each[1], 1.15)


def prepared() -> list[Notice]:
    """What the bare loop sends: everything it needs is in memory."""
    rows = OccasionPerson.objects.select_related("occasion", "person").order_by("occasion")
    return [
        Notice(
            key=f"bare:{row.pk}", occasion=row.occasion, recipient=row.person, channel="email", due_at=NOW, step="0d"
        )
        for row in rows
    ]


def render_and_send(letters: list[Notice]) -> None:
    backend = get_connection()
    backend.open()
    for letter in letters:
        backend.send_messages([write_email(letter, why="You do.", now=NOW)])
    backend.close()


def sweep_and_deliver(moment: Any) -> None:
    sweep(now=moment)
    deliver(clock=lambda: moment)


def seconds(act: Callable[[], None]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


@contextmanager
def mail_server() -> Iterator[int]:
    """A mail server in a process of its own; gives its port."""
    command = [sys.executable, "-m", "tests.kill.sink"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield int(server.stdout.readline())
        server.communicate()


@contextmanager
def smtp(port: int) -> Iterator[None]:
    backend = "django.core.mail.backends.smtp.EmailBackend"
    with override_settings(EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
        yield


# Doing nothing


def measure_idle() -> None:
    """CPU and memory of the processes while nothing is due."""
    with tempfile.TemporaryDirectory(prefix="remit-idle-") as folder:
        environment = environment_for(Path(folder), prefix="remit-idle:", redis_url=os.environ.get("REDIS_URL", ""))
        environment |= {"DJANGO_SETTINGS_MODULE": "config.settings"}
        migrate(environment)
        celery = [sys.executable, "-m", "celery", "-A", "config"]
        programs = {"engine without a broker": [sys.executable, "manage.py", "engine"]}
        if os.environ.get("REDIS_URL"):
            programs |= {
                "worker of two processes": [*celery, "worker", "--concurrency", "2", "--loglevel", "ERROR"],
                "beat": [*celery, "beat", "--pidfile=", "--loglevel", "ERROR"],
            }
        else:
            print("   beat and worker are left out: name a Redis with REDIS_URL")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
        running = {
            name: subprocess.Popen(command, cwd=ROOT, env=environment, **quiet) for name, command in programs.items()
        }
        try:
            with progress(f"idle for {IDLE_SECONDS} s"):
                time.sleep(8)  # they start
                before = {name: cpu_of(process.pid) for name, process in running.items()}
                time.sleep(IDLE_SECONDS)
            for name, process in running.items():
                used = (cpu_of(process.pid) - before[name]) / IDLE_SECONDS
                print(f"{used:8.2%}    of one CPU, {memory_of(process.pid):.0f} MB: {name}, idle")
        finally:
            for process in running.values():
                process.terminate()
            for process in running.values():
                process.wait(timeout=30)


def family_of(pid: int) -> list[psutil.Process]:
    return [psutil.Process(one) for one in psutil.pids() if session_of(one) == pid]


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a program and its children have used."""
    return sum(sum(one.cpu_times()[:2]) for one in family_of(pid))


def memory_of(pid: int) -> float:
    """Megabytes that are theirs alone, added up: what is shared counts once for each share."""
    return sum(one.memory_full_info().pss for one in family_of(pid)) / 1e6
