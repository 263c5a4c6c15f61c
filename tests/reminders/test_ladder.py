from datetime import UTC, datetime, timedelta

from reminders.kinds import OccasionKind
from reminders.ladder import first_step_at, name_of, position, rungs
from tests.reminders.conftest import BALLOT, GATHERING

DUE = datetime(2026, 11, 26, 14, tzinfo=UTC)  # 15:00 in Berlin
BERLIN = {"due_at": DUE, "timezone": "Europe/Berlin"}


def moments(kind: OccasionKind) -> dict[str, str]:
    return {rung.name: rung.at.isoformat() for rung in rungs(kind.ladder, **BERLIN)}


def test_steps_of_whole_days_come_in_the_local_morning():
    assert moments(GATHERING) == {
        "-7d": "2026-11-19T08:00:00+00:00",
        "-1d": "2026-11-25T08:00:00+00:00",
        "0d": "2026-11-26T08:00:00+00:00",
        "+2d": "2026-11-28T08:00:00+00:00",
    }


def test_morning_stays_nine_across_a_change_of_clocks():
    due = datetime(2026, 10, 27, 14, tzinfo=UTC)
    (week_before, *_) = rungs(GATHERING.ladder, due_at=due, timezone="Europe/Berlin")
    assert week_before.at == datetime(2026, 10, 20, 7, tzinfo=UTC)  # still summer time


def test_day_step_is_not_later_than_what_is_due_at_dawn():
    due = datetime(2026, 11, 26, 5, tzinfo=UTC)
    assert {rung.at.hour for rung in rungs(GATHERING.ladder, due_at=due, timezone="UTC")} == {5}


def test_steps_of_hours_count_exactly():
    assert moments(BALLOT)["-4h"] == "2026-11-26T10:00:00+00:00"


def test_names_say_the_distance():
    offsets = [timedelta(days=-7), timedelta(0), timedelta(hours=3), timedelta(minutes=-90), timedelta(days=2)]
    assert [name_of(offset) for offset in offsets] == ["-7d", "0d", "+3h", "-90m", "+2d"]


def test_position_counts_missed_steps_as_the_last_one():
    stand = position(GATHERING, **BERLIN, now=DUE)
    assert (stand.step, stand.is_overdue) == ("0d", False)
    assert stand.next_at == datetime(2026, 11, 28, 8, tzinfo=UTC)


def test_position_after_everything_is_overdue_and_final():
    stand = position(GATHERING, **BERLIN, now=DUE + timedelta(days=30))
    assert (stand.step, stand.next_at, stand.is_overdue) == ("+2d", None, True)


def test_first_step_of_a_late_start_is_at_once():
    assert first_step_at(GATHERING, **BERLIN, now=DUE - timedelta(days=3)) == DUE - timedelta(days=3)
    assert first_step_at(GATHERING, **BERLIN, now=DUE - timedelta(days=30)) == datetime(2026, 11, 19, 8, tzinfo=UTC)
    assert first_step_at(BALLOT, **BERLIN, now=DUE - timedelta(days=30)) == DUE - timedelta(days=30)
