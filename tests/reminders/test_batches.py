"""Kinds are asked about many at once: what a sweep and a train cost does not grow with what they hold."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reminders.delivery import deliver
from reminders.models import Notice, Occasion
from reminders.sweeping import sweep
from tests.factories import NOW, NoticeFactory, OccasionFactory, OccasionPersonFactory
from tests.reminders.conftest import GATHERING, replaced

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch):
    """How many occasions, and how many pairs, the kind was asked about each time; each answer takes a query."""
    calls = {"open": [], "entitled": []}

    def still_open(occasions):
        calls["open"].append(len(occasions))
        keys = [occasion.pk for occasion in occasions]
        return set(Occasion.objects.filter(pk__in=keys).exclude(title="Over").values_list("pk", flat=True))

    def still_entitled(pairs):
        calls["entitled"].append(len(pairs))
        return {(occasion.pk, person.pk) for occasion, person in pairs if person.name != "Somebody else"}

    replaced(replace(GATHERING, still_open=still_open, still_entitled=still_entitled), monkeypatch)
    return calls


def due(count: int, **changes) -> None:
    for _ in range(count):
        OccasionPersonFactory(occasion=OccasionFactory(**{"next_step_at": NOW, "due_at": NOW} | changes))


def letters(count: int) -> None:
    for _ in range(count):
        row = OccasionPersonFactory()
        NoticeFactory(occasion=row.occasion, recipient=row.person)


def queries_of(work) -> int:
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


def test_sweep_asks_a_kind_once_a_batch(asked):
    due(1)
    few = queries_of(lambda: sweep(now=NOW))
    due(7)
    many = queries_of(lambda: sweep(now=NOW))
    assert asked == {"open": [1, 7], "entitled": [1, 7]}
    assert few == many


def test_train_asks_a_kind_once(asked):
    letters(1)
    few = queries_of(lambda: deliver(clock=lambda: NOW))
    letters(7)
    many = queries_of(lambda: deliver(clock=lambda: NOW))
    assert asked == {"open": [1, 7], "entitled": [1, 7]}
    assert few == many
    assert len(mail.outbox) == 8


def test_answer_counts_for_each_alone(asked):
    due(2)
    due(1, title="Over")
    stranger = OccasionPersonFactory(occasion=Occasion.objects.first(), person__name="Somebody else").person
    sweep(now=NOW)
    told = Notice.objects.filter(channel="inbox")
    assert told.count() == 2
    assert not told.filter(recipient=stranger).exists()
    assert not told.filter(occasion__title="Over").exists()


def test_one_that_cannot_be_judged_keeps_nobody_else_waiting(monkeypatch):
    due(3)
    bad = Occasion.objects.first()

    def still_open(occasions):
        if bad in occasions:
            raise RuntimeError("no such review")
        return {occasion.pk for occasion in occasions}

    replaced(replace(GATHERING, still_open=still_open), monkeypatch)
    sweep(now=NOW)
    assert Notice.objects.filter(channel="inbox").count() == 2
    bad.refresh_from_db()
    assert bad.next_step_at == NOW + timedelta(minutes=5)


def test_beat_carries_few_entries_however_much_is_due(settings):
    assert len(settings.CELERY_BEAT_SCHEDULE) <= 10
