"""Five hundred races of two schedulers and three claimers: no occasion, no notice and no claim comes twice."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from django.db import connection, connections

from reminders import delivery, kinds
from reminders.delivery import claim
from reminders.kinds import OccasionKind
from reminders.models import Notice, Occasion, Schedule
from reminders.occasions import make_due_occasions
from reminders.sweeping import sweep
from tests.factories import NOW, OccasionFactory, OccasionPersonFactory, ScheduleFactory
from tests.races.test_claims import candidates_seen_by_all, lease_without_asking, no_lock

__all__ = ["candidates_seen_by_all", "no_lock"]  # fixtures and what they need

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

TRIES = 500
SCHEDULERS = 2
CLAIMERS = 3
OCCASIONS = 4


class Runners:
    """Threads that run the same race again and again, each on a connection of its own."""

    def __init__(self) -> None:
        self.count = SCHEDULERS + CLAIMERS
        self.pool = ThreadPoolExecutor(self.count)
        self.line = threading.Barrier(self.count)

    def race(self, *acts: Callable[[], object]) -> list[object]:
        """Start them together; gives what they returned. Raises what one of them raised."""

        def run(act: Callable[[], object]) -> object:
            connection.ensure_connection()
            self.line.wait(timeout=60)
            return act()

        return [future.result(timeout=120) for future in [self.pool.submit(run, act) for act in acts]]

    def close(self) -> None:
        self.race(*[connections.close_all] * self.count)
        self.pool.shutdown()


@pytest.fixture
def runners() -> Iterator[Runners]:
    some = Runners()
    yield some
    some.close()


@pytest.fixture(autouse=True)
def world(monkeypatch):
    kind = OccasionKind(key="retrospective", title="Retrospective", sentence="Look back.", action="Add notes")
    monkeypatch.setattr(kinds, "_kinds", {kind.key: kind})
    ScheduleFactory()
    for _ in range(OCCASIONS):
        OccasionPersonFactory(occasion=OccasionFactory(due_at=NOW, next_step_at=NOW))


def begin_again() -> None:
    """As if nothing had happened yet."""
    Notice.objects.all().delete()
    Occasion.objects.filter(schedule__isnull=False).delete()
    Schedule.objects.update(made_until=None)
    Occasion.objects.update(next_step_at=NOW)


def claims_of(runners: Runners) -> Counter[int]:
    """One race: two make occasions and sweep while three claim. How often each letter was claimed."""
    begin_again()
    finished = SimpleNamespace(schedulers=0)
    lock = threading.Lock()

    def schedule() -> list[int]:
        try:
            make_due_occasions(now=NOW)
            sweep(now=NOW)
        finally:
            with lock:
                finished.schedulers += 1
        return []

    def take() -> list[int]:
        mine: list[int] = []
        while True:
            is_last = finished.schedulers == SCHEDULERS
            batch = claim(now=NOW, limit=3)
            mine += batch.ids
            if is_last and not batch:
                return mine
            time.sleep(0.001)  # who spins keeps SQLite's writers from their turn

    taken = runners.race(*[schedule] * SCHEDULERS, *[take] * CLAIMERS)
    return Counter(pk for some in taken for pk in some)


def test_schedulers_and_claimers_never_do_a_thing_twice(runners):
    for number in range(TRIES):
        claims = claims_of(runners)
        letters = Notice.objects.filter(channel="email").values_list("pk", flat=True)
        assert claims == dict.fromkeys(letters, 1), number
        told = Counter(Notice.objects.values_list("occasion", "recipient", "channel"))
        assert set(told.values()) == {1}, number
        assert len(told) == OCCASIONS * 2, number
        assert Occasion.objects.filter(schedule__isnull=False).count() == 4, number


def test_control_without_the_lock_does_things_twice(runners, no_lock, monkeypatch):
    monkeypatch.setattr(delivery, "lease", lease_without_asking)
    assert any(max(claims_of(runners).values()) > 1 for _ in range(TRIES))
