"""The sweep: who is told, once, at the right step; what is due is what it costs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reminders.models import Notice, Occasion
from reminders.occasions import complete_occasion, let_pass, open_occasion
from reminders.sweeping import sweep
from tests.factories import NOW, OccasionFactory, OccasionPersonFactory, PersonFactory, SeatFactory, TeamFactory
from tests.reminders.conftest import BALLOT, GATHERING, replaced

pytestmark = pytest.mark.django_db


def told(channel: str = "inbox") -> set[tuple[int, str]]:
    return set(Notice.objects.filter(channel=channel).values_list("recipient", "step"))


def waiting_occasion(**changes) -> Occasion:
    return OccasionFactory(**{"next_step_at": NOW, "due_at": NOW, "timezone": "UTC"} | changes)


def test_each_person_gets_one_inbox_copy_and_one_email():
    occasion = waiting_occasion()
    ada, ben = (OccasionPersonFactory(occasion=occasion).person for _ in range(2))

    sweep(now=NOW)

    rows = Notice.objects.order_by("key").values_list("key", "state", "sent_at")
    assert sorted(rows) == sorted(
        row
        for person in (ada, ben)
        for row in (
            (f"{occasion.pk}:{person.pk}:inbox:0d", "sent", NOW),
            (f"{occasion.pk}:{person.pk}:email:0d", "due", None),
        )
    )


def test_sweeping_again_tells_nobody_again():
    OccasionPersonFactory(occasion=waiting_occasion())
    for minute in range(10):
        sweep(now=NOW + timedelta(minutes=minute))
        Occasion.objects.update(next_step_at=NOW)  # as if nobody remembered
    assert Notice.objects.count() == 2


def test_team_occasion_reaches_everyone_with_a_seat_today():
    team = TeamFactory()
    here = SeatFactory(team=team).person
    SeatFactory(team=team, until=NOW.date() - timedelta(days=1))
    SeatFactory(team=team, since=NOW.date() + timedelta(days=1))
    SeatFactory(team=team, person=PersonFactory(is_active=False))
    SeatFactory(team=TeamFactory())
    waiting_occasion(team=team, for_team=True)

    sweep(now=NOW)

    assert told() == {(here.pk, "0d")}


def test_kind_may_say_whom_it_concerns(monkeypatch):
    ada = PersonFactory()
    kind = replace(GATHERING, people=lambda occasions, now: {one.pk: {ada.pk: "You facilitate."} for one in occasions})
    replaced(kind, monkeypatch)
    OccasionPersonFactory(occasion=waiting_occasion())
    sweep(now=NOW)
    assert told() == {(ada.pk, "0d")}


def test_who_is_not_entitled_is_not_told(monkeypatch):
    occasion = waiting_occasion()
    OccasionPersonFactory(occasion=occasion)
    ben = OccasionPersonFactory(occasion=occasion).person
    replaced(replace(GATHERING, is_entitled=lambda it, person: person == ben), monkeypatch)
    sweep(now=NOW)
    assert told() == {(ben.pk, "0d")}


def test_outage_gives_one_notice_and_not_a_flood():
    occasion = waiting_occasion(next_step_at=NOW - timedelta(days=10), due_at=NOW - timedelta(days=3))
    person = OccasionPersonFactory(occasion=occasion).person
    sweep(now=NOW)
    assert told() == told("email") == {(person.pk, "+2d")}


def test_ladder_is_climbed_step_by_step():
    occasion = waiting_occasion(due_at=NOW + timedelta(days=10), next_step_at=NOW)
    person = OccasionPersonFactory(occasion=occasion).person  # swept too early: nothing is said before its time
    for hour in range(24 * 16):
        sweep(now=NOW + timedelta(hours=hour))
    assert told() == {(person.pk, step) for step in ("-7d", "-1d", "0d", "+2d")}
    assert Occasion.objects.get().next_step_at is None


def test_closed_occasion_takes_no_step():
    occasion = waiting_occasion()
    OccasionPersonFactory(occasion=occasion)
    complete_occasion(key=occasion.key, by=None, now=NOW)
    assert sweep(now=NOW).occasions == 0


def test_overdue_is_called_once_at_its_time(monkeypatch):
    calls = []
    replaced(replace(GATHERING, on_overdue=lambda occasion, now: calls.append(now)), monkeypatch)
    OccasionPersonFactory(occasion=waiting_occasion())
    for hour in range(24 * 5):
        sweep(now=NOW + timedelta(hours=hour))
    assert calls == [NOW + timedelta(days=3)]


def test_who_joins_late_is_told_and_overdue_is_not_called_again(monkeypatch):
    calls = []
    replaced(replace(BALLOT, on_overdue=lambda occasion, now: calls.append(now)), monkeypatch)
    ada, ben = PersonFactory(), PersonFactory()
    said = {"key": "review:1:vote", "kind": "ballot", "team": None, "title": "Vote", "url": "/inbox/"}
    late = NOW + timedelta(days=2)
    open_occasion(**said, due_at=NOW, people=[(ada, "")], now=NOW)
    sweep(now=late)
    open_occasion(**said, due_at=NOW, people=[(ada, ""), (ben, "")], now=late)
    sweep(now=late + timedelta(minutes=1))
    assert calls == [late]
    assert {person for person, _ in told()} == {ada.pk, ben.pk}
    assert len(told()) == 2


def test_overdue_that_fails_is_tried_again_and_keeps_nobody_waiting(monkeypatch):
    calls = []

    def fail_first(occasion, now):
        calls.append(now)
        if len(calls) == 1:
            raise RuntimeError("no path")

    replaced(replace(BALLOT, on_overdue=fail_first), monkeypatch)
    OccasionPersonFactory(occasion=waiting_occasion(kind="ballot", due_at=NOW - timedelta(days=1)))
    other = OccasionPersonFactory(occasion=waiting_occasion()).person
    sweep(now=NOW)
    assert (other.pk, "0d") in told()
    for minute in range(1, 20):
        sweep(now=NOW + timedelta(minutes=minute))
    assert calls == [NOW, NOW + timedelta(minutes=5)]


def test_meeting_is_over_when_it_has_passed(monkeypatch):
    replaced(replace(GATHERING, on_overdue=let_pass, overdue_after=timedelta(hours=1)), monkeypatch)
    OccasionPersonFactory(occasion=waiting_occasion())
    sweep(now=NOW + timedelta(hours=1))
    assert Occasion.objects.get().state == "done"


@pytest.mark.parametrize(
    "broken",
    [
        {"is_entitled": lambda occasion, person: 1 / 0},
        {"people": lambda occasions, now: 1 / 0},
        {"is_open": lambda occasion: Occasion.objects.raw("SELECT nonsense")[0]},
    ],
)
def test_broken_kind_does_not_stop_the_others(broken, monkeypatch):
    replaced(replace(BALLOT, **broken), monkeypatch)
    bad = waiting_occasion(kind="ballot")
    OccasionPersonFactory(occasion=bad)
    good = OccasionPersonFactory(occasion=waiting_occasion()).person
    sweep(now=NOW)
    assert told() == {(good.pk, "0d")}
    bad.refresh_from_db()
    assert bad.next_step_at == NOW + timedelta(minutes=5)


def test_occasion_of_an_unknown_kind_waits():
    waiting_occasion(kind="gone")
    assert sweep(now=NOW).notices == 0


def test_sweep_asks_as_much_for_many_as_for_one():
    counts = []
    for more in (1, 4):
        for _ in range(more):
            OccasionPersonFactory(occasion=waiting_occasion(team=TeamFactory(), for_team=True))
        with CaptureQueriesContext(connection) as queries:
            sweep(now=NOW)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_sweep_reads_the_index_of_what_is_due():
    with CaptureQueriesContext(connection) as queries:
        sweep(now=NOW)
    select = next(query["sql"] for query in queries if "next_step_at" in query["sql"])
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {select}")
            plan = str(cursor.fetchall())
        assert "reminders_occasion_next_step" in plan
