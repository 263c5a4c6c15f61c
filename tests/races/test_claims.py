"""Many claimers, one notice each: whoever has the token is alone. With the lock off, the same race fails."""

import threading
import time
from collections import Counter
from contextlib import nullcontext
from functools import partial
from types import SimpleNamespace

import pytest
from django.core import mail
from django.db import connection, connections

from reminders import delivery, kinds
from reminders.delivery import Batch, claim, claimable, deliver
from reminders.kinds import OccasionKind
from reminders.models import Notice, Occasion
from reminders.occasions import make_due_occasions
from reminders.scheduling import stop_schedule
from reminders.sweeping import sweep
from tests.factories import NOW, NoticeFactory, OccasionFactory, OccasionPersonFactory, ScheduleFactory

pytestmark = pytest.mark.django_db(transaction=True)

CLAIMERS = 6
ROUNDS = 15
NOTICES = 12


def race(act, times: int = CLAIMERS) -> list:
    """Run the same act in so many threads, started together; gives what they returned. Raises what they raised."""
    start = threading.Barrier(times)
    results: list = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            connection.ensure_connection()
            start.wait(timeout=20)
            results.append(act())
        except BaseException as error:  # noqa: BLE001  raised again in the test's own thread
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    if errors:
        raise errors[0]
    return results


def claims_in_a_race() -> Counter[int]:
    """How often each notice was claimed."""
    Notice.objects.update(state="due", fence=0, leased_until=None)
    batches: list[Batch] = race(lambda: claim(now=NOW))
    return Counter(pk for batch in batches for pk in batch.ids)


@pytest.fixture(autouse=True)
def known_kind(monkeypatch):
    kind = OccasionKind(key="retrospective", title="Retrospective", sentence="Look back.", action="Add notes")
    monkeypatch.setattr(kinds, "_kinds", {kind.key: kind})


@pytest.fixture
def notices():
    rows = [OccasionPersonFactory() for _ in range(NOTICES)]
    return [NoticeFactory(occasion=row.occasion, recipient=row.person) for row in rows]


def candidates_seen_by_all(now, limit, *_more):
    """Candidates without SKIP LOCKED, so late that everybody has seen the same."""
    found = list(claimable(now).order_by("urgency", "due_at", "id").values_list("pk", "channel")[:limit])
    time.sleep(0.05)
    return found


def lease_without_asking(notices, *, fence, now):
    """An update that does not ask whether somebody was faster."""
    return notices.update(state=Notice.State.LEASED, fence=fence, leased_until=now + delivery.LEASE)


@pytest.fixture
def no_lock(monkeypatch):
    """Neither SKIP LOCKED nor a transaction around the claim: only the conditional update is left."""
    monkeypatch.setattr(delivery, "_candidates", candidates_seen_by_all)
    monkeypatch.setattr(delivery, "transaction", SimpleNamespace(atomic=nullcontext))


def test_each_notice_is_claimed_by_one(notices):
    for _ in range(ROUNDS):
        assert claims_in_a_race() == dict.fromkeys((notice.pk for notice in notices), 1)


def test_each_notice_is_claimed_by_one_through_the_conditional_update_alone(notices, no_lock):
    for _ in range(ROUNDS):
        assert claims_in_a_race() == dict.fromkeys((notice.pk for notice in notices), 1)


def test_control_without_the_condition_claims_twice(notices, no_lock, monkeypatch):
    monkeypatch.setattr(delivery, "lease", lease_without_asking)
    assert any(max(claims_in_a_race().values()) > 1 for _ in range(ROUNDS))


def test_many_workers_send_each_letter_once(notices):
    race(lambda: deliver(clock=lambda: NOW))
    ids = [message.extra_headers["Message-ID"] for message in mail.outbox]
    assert len(ids) == len(set(ids)) == NOTICES
    assert set(Notice.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_many_who_sweep_tell_each_person_once():
    for _ in range(8):
        OccasionPersonFactory(occasion=OccasionFactory(next_step_at=NOW, due_at=NOW))
    race(lambda: sweep(now=NOW))
    assert Notice.objects.filter(channel="inbox").count() == Notice.objects.filter(channel="email").count() == 8


def test_many_schedulers_make_each_occasion_once():
    ScheduleFactory.create_batch(5)
    race(lambda: make_due_occasions(now=NOW))
    counts = Counter(Occasion.objects.values_list("schedule", flat=True))
    assert sorted(counts.values()) == [4] * 5


def test_stopped_schedule_keeps_no_occasion_that_a_maker_was_about_to_make():
    for number in range(ROUNDS):
        schedule = ScheduleFactory()
        acts = iter([partial(make_due_occasions, now=NOW), partial(stop_schedule, key=schedule.key, by=None, now=NOW)])
        race(lambda acts=acts: next(acts)(), times=2)
        assert not schedule.occasions.filter(state="open").exists(), number
