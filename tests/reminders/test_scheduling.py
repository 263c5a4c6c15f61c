"""Schedules and the occasions that follow from them."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.errors import Invalid
from ledger.models import Entry
from reminders.models import Occasion, Schedule
from reminders.occasions import HORIZON, complete_occasion, make_due_occasions
from reminders.scheduling import set_schedule, stop_schedule, stop_schedules_except
from tests.factories import NOW, PersonFactory, ScheduleFactory, TeamFactory

pytestmark = pytest.mark.django_db

KEY = "charter:fraud-detection:retro"


@pytest.fixture
def team():
    return TeamFactory(key="fraud-detection", timezone="Europe/Berlin")


def schedule(team, **changes):
    said = {
        "key": KEY,
        "kind": "retrospective",
        "team": team,
        "title": "Retrospective of Fraud detection",
        "url": "/teams/fraud-detection/",
        "cadence": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH",
        "starts_on": date(2026, 1, 8),
        "at": time(15),
        "timezone": "Europe/Berlin",
        "subject": {"ritual": "retro"},
        "by": None,
        "now": NOW,
    }
    return set_schedule(**said | changes)


def open_days() -> list[str]:
    occasions = Occasion.objects.filter(state="open").order_by("due_at")
    return [key.removeprefix(f"{KEY}:") for key in occasions.values_list("key", flat=True)]


def test_schedule_makes_its_occasions_ahead(team):
    schedule(team)
    assert open_days() == ["2026-11-26", "2026-12-10", "2026-12-24", "2027-01-07"]
    first = Occasion.objects.earliest("due_at")
    assert (first.title, first.for_team, first.subject) == (
        "Retrospective of Fraud detection",
        True,
        {"ritual": "retro"},
    )
    assert first.due_at.isoformat() == "2026-11-26T14:00:00+00:00"


def test_schedule_said_again_changes_nothing(team):
    schedule(team)
    before = list(Occasion.objects.values())
    schedule(team, now=NOW + timedelta(hours=1))
    assert list(Occasion.objects.values()) == before
    assert Entry.objects.filter(key="reminders.schedule.set").count() == 1


def test_new_day_cancels_the_old_ones_and_going_back_opens_them_again(team):
    schedule(team)
    schedule(team, cadence="FREQ=WEEKLY;INTERVAL=2;BYDAY=FR")
    assert open_days() == ["2026-11-27", "2026-12-11", "2026-12-25", "2027-01-08"]
    assert set(Occasion.objects.filter(state="cancelled").values_list("sequence", flat=True)) == {0}

    schedule(team)
    assert open_days() == ["2026-11-26", "2026-12-10", "2026-12-24", "2027-01-07"]
    assert set(Occasion.objects.filter(state="open").values_list("sequence", flat=True)) == {1}


def test_new_time_moves_what_is_ahead(team):
    schedule(team)
    schedule(team, at=time(9))
    moved = Occasion.objects.earliest("due_at")
    assert (moved.due_at.isoformat(), moved.sequence) == ("2026-11-26T08:00:00+00:00", 1)
    assert Entry.objects.filter(key="reminders.occasion.moved").count() == 4


def test_what_is_done_stays_done(team):
    schedule(team)
    complete_occasion(key=f"{KEY}:2026-11-26", by=None, now=NOW)
    schedule(team, at=time(9))
    assert Occasion.objects.get(key=f"{KEY}:2026-11-26").state == "done"


def test_new_title_reaches_what_is_ahead(team):
    schedule(team)
    schedule(team, title="Looking\r\nback")
    assert set(Occasion.objects.values_list("title", "sequence")) == {("Looking back", 0)}


def test_stopped_schedule_cancels_what_is_ahead_and_makes_no_more(team):
    schedule(team)
    by = PersonFactory()
    assert stop_schedule(key=KEY, by=by, now=NOW)
    make_due_occasions(now=NOW + timedelta(days=30))

    assert set(Occasion.objects.values_list("state", flat=True)) == {"cancelled"}
    assert Entry.objects.filter(key="reminders.schedule.stopped", actor_id=by.pk).count() == 1
    assert not stop_schedule(key=KEY, by=by, now=NOW)


def test_superseded_charter_stops_all_but_the_schedules_it_keeps(team):
    for ritual in ("retro", "demo", "retro-2"):
        schedule(team, key=f"charter:fraud-detection:{ritual}")
    schedule(TeamFactory(), key="charter:fraud-detection-2:retro")

    stopped = stop_schedules_except(
        prefix="charter:fraud-detection:", keep=["charter:fraud-detection:demo"], by=None, now=NOW
    )

    assert stopped == 2
    assert set(Schedule.objects.filter(is_active=True).values_list("key", flat=True)) == {
        "charter:fraud-detection:demo",
        "charter:fraud-detection-2:retro",
    }


@pytest.mark.parametrize(
    ("changes", "field"), [({"cadence": "FREQ=SECONDLY"}, "cadence"), ({"timezone": "Europe/Nowhere"}, "timezone")]
)
def test_schedule_that_cannot_be_kept_is_refused(team, changes, field):
    with pytest.raises(Invalid) as refused:
        schedule(team, **changes)
    assert [pointer for pointer, _ in refused.value.errors] == [field]
    assert not Schedule.objects.exists()


def test_schedule_without_future_is_kept_and_makes_nothing(team):
    schedule(team, cadence="FREQ=WEEKLY;UNTIL=20260201")
    assert open_days() == []


def test_making_again_and_again_makes_each_occasion_once(team):
    schedule(team)
    for day in range(90):
        make_due_occasions(now=NOW + timedelta(days=day))
        Schedule.objects.update(made_until=None)  # as if nobody remembered
        make_due_occasions(now=NOW + timedelta(days=day))
    keys = list(Occasion.objects.values_list("key", flat=True))
    assert len(keys) == len(set(keys)) == 11
    assert max(Occasion.objects.values_list("due_at", flat=True)) <= NOW + timedelta(days=89) + HORIZON


def test_clock_that_jumps_back_makes_nothing_twice(team):
    schedule(team)
    before = Occasion.objects.count()
    make_due_occasions(now=NOW - timedelta(days=1))
    make_due_occasions(now=NOW)
    assert Occasion.objects.count() == before


def test_making_asks_as_much_for_three_schedules_as_for_one(team):
    counts = []
    for more in (1, 2):
        ScheduleFactory.create_batch(more, team=team)
        Schedule.objects.update(made_until=None)
        with CaptureQueriesContext(connection) as queries:
            make_due_occasions(now=NOW)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("broken", [{"cadence": "nonsense"}, {"timezone": "Mars/Olympus"}, {"kind": "gone"}])
def test_broken_schedule_keeps_no_other_waiting(broken):
    ScheduleFactory(**broken)
    good = ScheduleFactory()
    assert make_due_occasions(now=NOW) == 2
    assert set(Occasion.objects.values_list("schedule", flat=True)) == {good.pk}
