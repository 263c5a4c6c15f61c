"""A database that is locked, full, or cut off in the middle: the loop goes on, and no letter is lost or unexplained."""

import resource
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction

from reminders import delivery, engine
from reminders.channels import EmailChannel
from reminders.models import Notice, Occasion
from tests.factories import NOW, OccasionFactory, OccasionPersonFactory
from tests.faults.conftest import Clock, make_letters, states

pytestmark = pytest.mark.django_db(transaction=True)

LETTERS = 40


class Rounds:
    """Real rounds of the real loop, one after the other, on a clock that moves on with each."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.stop = Event()

    def run(self, *, until: Callable[[], bool], most: int = 200) -> None:
        """Round after round until something is so; what a round raises is the loop's own business."""
        real, count = engine.run_round, 0

        def counted(**options: object) -> object:
            nonlocal count
            count += 1
            self.clock.at += delivery.LEASE / 2
            if count > most or (count > 1 and self._is(until)):
                self.stop.set()
                return delivery.Delivered()
            return real(**options)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine, "run_round", counted)
            engine.run(stop=self.stop, tick=0.005, clock=self.clock)
        assert count <= most, states()
        self.stop.clear()

    def _is(self, until: Callable[[], bool]) -> bool:
        try:
            return until()
        except Exception:  # noqa: BLE001  the database is what is broken here
            return False


@pytest.fixture
def rounds(clock) -> Rounds:
    return Rounds(clock)


def is_settled() -> bool:
    return set(states()) <= {"sent", "in_doubt"} and not Occasion.objects.filter(next_step_at__lte=NOW).exists()


def once(act: Callable[[], None], *, at: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Do something right after the so-manieth letter was taken; gives how many were."""
    taken: list[int] = []
    real = EmailChannel.send

    def send(self, message):
        result = real(self, message)
        taken.append(1)
        if len(taken) == at:
            act()
        return result

    monkeypatch.setattr(EmailChannel, "send", send)
    return taken


def copies(sink) -> Counter[str]:
    return Counter(letter.message_id for letter in sink.letters)


def hold_against(sink, *, doubtful: int) -> None:
    """Every letter arrived; twice only what was on the wire when it broke, and the second copy says so."""
    found = copies(sink)
    assert states() == {"sent": LETTERS}
    assert len(found) == LETTERS
    assert max(found.values()) <= 2
    assert sum(found.values()) - LETTERS <= doubtful
    marked = [letter.message_id for letter in sink.letters if letter.is_marked]
    assert {one for one, count in found.items() if count == 2} <= set(marked)


@pytest.mark.postgres
@pytest.mark.usefixtures("_fresh_connections_afterwards")
def test_postgres_that_cuts_off_between_two_letters_loses_nothing(mail_server, rounds, monkeypatch):
    make_letters(LETTERS)
    once(cut_everybody_off, at=3, monkeypatch=monkeypatch)
    rounds.run(until=is_settled)
    hold_against(mail_server, doubtful=delivery.TRAIN)
    assert sum(copies(mail_server).values()) > LETTERS  # or nothing was cut


@pytest.mark.postgres
@pytest.mark.usefixtures("_fresh_connections_afterwards")
def test_postgres_that_cuts_off_in_the_middle_of_the_commit_that_says_sent_loses_nothing(
    mail_server, rounds, monkeypatch
):
    make_letters(LETTERS)
    plain, cut = delivery._settle, []

    def settle(*args, **options):
        with transaction.atomic():
            plain(*args, **options)
            if not cut:
                cut.append(1)
                cut_everybody_off()

    monkeypatch.setattr(delivery, "_settle", settle)
    rounds.run(until=is_settled)
    assert cut
    hold_against(mail_server, doubtful=delivery.TRAIN)


@pytest.mark.postgres
@pytest.mark.usefixtures("_fresh_connections_afterwards")
def test_postgres_that_cuts_off_in_the_middle_of_a_sweep_tells_everybody_once(mail_server, rounds, monkeypatch):
    rows = [OccasionPersonFactory(occasion=OccasionFactory(due_at=NOW, next_step_at=NOW)) for _ in range(5)]
    plain, cut = Notice.objects.bulk_create.__func__, []

    def bulk_create(self, objects, *args, **options):
        made = plain(self, objects, *args, **options)
        if not cut:
            cut.append(1)
            cut_everybody_off()
        return made

    monkeypatch.setattr(type(Notice.objects), "bulk_create", bulk_create)
    rounds.run(until=lambda: is_settled() and Notice.objects.exists())
    assert cut
    assert Counter(Notice.objects.values_list("recipient", "channel")) == {
        (row.person_id, channel): 1 for row in rows for channel in ("inbox", "email")
    }
    assert set(copies(mail_server).values()) == {1}


@pytest.fixture
def _fresh_connections_afterwards(transactional_db: None) -> Iterator[None]:
    """What the pool still holds was cut off as well: the next test begins with connections of its own."""
    yield
    connection.close()
    connection.close_pool()


def cut_everybody_off() -> None:
    """pg_terminate_backend for every connection to the database of the tests."""
    said = connection.get_connection_params()
    with psycopg.connect(
        host=said.get("host"),
        port=said.get("port"),
        user=said.get("user"),
        password=said.get("password"),
        dbname="postgres",
        autocommit=True,
    ) as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [said["dbname"]])


@pytest.mark.sqlite
def test_sqlite_that_is_locked_for_a_while_is_waited_for(mail_server, rounds):
    make_letters(LETTERS)
    with locked() as unlock:
        threading.Timer(0.5, unlock).start()
        rounds.run(until=is_settled)
    assert set(copies(mail_server).values()) == {1}
    hold_against(mail_server, doubtful=0)


@pytest.mark.sqlite
def test_sqlite_that_is_locked_for_too_long_loses_nothing(mail_server, rounds, monkeypatch):
    """The lock comes while letters are on the wire: what they became cannot be written, so it is in doubt."""
    make_letters(LETTERS)
    monkeypatch.setattr(engine, "close_old_connections", lambda: None)  # keeps the patience that we set
    impatient()
    with locked(at_once=False) as unlock:
        once(unlock.lock, at=3, monkeypatch=monkeypatch)
        threading.Timer(1.0, unlock).start()
        rounds.run(until=is_settled)
    hold_against(mail_server, doubtful=delivery.TRAIN)
    assert sum(copies(mail_server).values()) > LETTERS  # or nothing was broken


@pytest.mark.sqlite
def test_disk_that_is_full_while_letters_are_on_the_wire_loses_nothing(mail_server, rounds, monkeypatch):
    make_letters(LETTERS)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    once(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1])), at=3, monkeypatch=monkeypatch)
    relief = threading.Timer(0.5, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits))
    relief.start()
    try:
        rounds.run(until=is_settled)
    finally:
        relief.join()
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    hold_against(mail_server, doubtful=delivery.TRAIN)
    assert sum(copies(mail_server).values()) > LETTERS  # or the disk was never full


@pytest.mark.sqlite
def test_disk_that_is_full_during_a_sweep_tells_everybody_once_when_there_is_room(mail_server, rounds):
    occasions = [OccasionFactory(due_at=NOW, next_step_at=NOW) for _ in range(20)]
    rows = [OccasionPersonFactory(occasion=occasion, why="y" * 300) for occasion in occasions for _ in range(5)]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages}")
    room = Event()

    def is_full_then_not() -> bool:
        if not room.is_set():
            room.set()
            assert not Notice.objects.exists()
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA max_page_count = 1073741823")
        return is_settled() and Notice.objects.exists()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "close_old_connections", lambda: None)  # the limit is one of the connection
        rounds.run(until=is_full_then_not)
    assert room.is_set()
    assert Counter(Notice.objects.values_list("recipient", "channel")) == {
        (row.person_id, channel): 1 for row in rows for channel in ("inbox", "email")
    }


class Lock:
    """The write lock of the tests' database, held by somebody else."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(
            django_settings.DATABASES["default"]["NAME"], isolation_level=None, check_same_thread=False, timeout=10
        )

    def lock(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __call__(self) -> None:
        """Let go."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        self()
        self._connection.close()


@contextmanager
def locked(*, at_once: bool = True) -> Iterator[Lock]:
    lock = Lock()
    if at_once:
        lock.lock()
    try:
        yield lock
    finally:
        lock.close()


def impatient() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
