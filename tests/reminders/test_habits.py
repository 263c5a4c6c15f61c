"""When an e-mail goes out: at once, in the digest, and never in quiet hours or on a free day."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.habits import Habits, Plan, load_habits
from reminders.kinds import Group
from reminders.models import Preferences
from tests.factories import NOW, PersonFactory, SeatFactory, TeamFactory
from tests.reminders.conftest import GATHERING

BERLIN = Habits(timezone="Europe/Berlin", working_days=(1, 2, 3, 4, 5), work_starts=time(9))
QUIET = replace(BERLIN, quiet_from=time(20), quiet_until=time(7))
FAR = NOW + timedelta(days=30)


def berlin(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    offset = 2 if 4 <= month <= 9 else 1
    return datetime(2026, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=offset)


@pytest.mark.parametrize(
    ("habits", "at", "goes"),
    [
        (BERLIN, berlin(20, 3), berlin(20, 3)),  # Friday night, no quiet hours
        (BERLIN, berlin(21, 12), berlin(23, 9)),  # Saturday
        (BERLIN, berlin(22, 23, 59), berlin(23, 9)),
        (replace(BERLIN, waits_on_free_days=False), berlin(21, 12), berlin(21, 12)),
        (replace(BERLIN, working_days=()), berlin(21, 12), berlin(21, 12)),
        (QUIET, berlin(19, 19, 59), berlin(19, 19, 59)),
        (QUIET, berlin(19, 20), berlin(20, 7)),
        (QUIET, berlin(19, 6, 59), berlin(19, 7)),
        (QUIET, berlin(19, 7), berlin(19, 7)),
        (QUIET, berlin(20, 21), berlin(23, 9)),  # Friday evening: first quiet, then the weekend
        (replace(QUIET, quiet_from=time(8), quiet_until=time(10)), berlin(21, 12), berlin(23, 10)),
        (replace(QUIET, quiet_from=time(12), quiet_until=time(13)), berlin(19, 12, 30), berlin(19, 13)),
        (replace(BERLIN, holidays=("DE",)), berlin(25, 9, month=12), berlin(28, 9, month=12)),  # Christmas, a Friday
        (replace(BERLIN, holidays=("DE", "US")), berlin(3, 12), berlin(3, 12)),
    ],
)
def test_email_waits_for_the_next_allowed_moment(habits, at, goes):
    assert habits.plan(GATHERING, due_at=FAR, at=at) == Plan(goes)


def test_holiday_of_one_of_several_teams_is_a_working_day():
    thanksgiving = berlin(26, 15)
    assert replace(BERLIN, holidays=("US",)).next_allowed(thanksgiving) == berlin(27, 9)
    assert replace(BERLIN, holidays=("DE", "US")).next_allowed(thanksgiving) == thanksgiving


def test_urgent_heeds_nothing():
    urgent = replace(GATHERING, urgency=0)
    habits = replace(QUIET, ways=dict.fromkeys(Group.values, "off"))
    assert habits.plan(urgent, due_at=FAR, at=berlin(21, 3)) == Plan(berlin(21, 3))


def test_what_falls_due_on_a_free_day_is_told_that_day_but_not_in_quiet_hours():
    saturday = berlin(21, 15)
    assert QUIET.plan(GATHERING, due_at=saturday, at=berlin(21, 9)) == Plan(berlin(21, 9))
    assert QUIET.plan(GATHERING, due_at=saturday, at=berlin(21, 5)) == Plan(berlin(21, 7))
    assert QUIET.plan(GATHERING, due_at=saturday, at=berlin(22, 9)) == Plan(berlin(23, 9))


def test_digest_comes_once_a_working_day_at_its_hour():
    habits = replace(BERLIN, ways={GATHERING.group: "digest"}, digest_at=time(10))
    assert habits.plan(GATHERING, due_at=FAR, at=berlin(19, 9)) == Plan(berlin(19, 10), for_digest=True)
    assert habits.plan(GATHERING, due_at=FAR, at=berlin(19, 10)) == Plan(berlin(19, 10), for_digest=True)
    assert habits.plan(GATHERING, due_at=FAR, at=berlin(20, 10, 1)) == Plan(berlin(23, 10), for_digest=True)


def test_who_wants_no_email_of_a_group_gets_none_of_it_only():
    habits = replace(BERLIN, ways={Group.MEETINGS: "off"})
    assert habits.plan(replace(GATHERING, group=Group.MEETINGS), due_at=FAR, at=NOW) is None
    assert habits.plan(replace(GATHERING, group=Group.DECISIONS), due_at=FAR, at=NOW) == Plan(NOW)


def test_quiet_hours_that_fill_every_working_day_count_alone():
    habits = replace(QUIET, working_days=(1,), quiet_from=time(8), quiet_until=time(7))
    assert habits.next_allowed(berlin(19, 12)) == berlin(20, 7)


@given(
    hours=st.integers(0, 2 * 366 * 24),
    quiet=st.tuples(st.times(), st.times()),
    days=st.sets(st.integers(1, 7)),
    zone=st.sampled_from(["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
)
def test_next_allowed_moment_is_allowed_and_never_before(hours, quiet, days, zone):
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    habits = replace(QUIET, timezone=zone, working_days=tuple(days), quiet_from=quiet[0], quiet_until=quiet[1])
    allowed = habits.next_allowed(at)
    assert at <= allowed <= at + timedelta(days=80)
    assert habits._after_quiet_hours(allowed) == allowed


@pytest.mark.django_db
def test_habits_of_many_take_two_queries(django_assert_num_queries):
    people = {}
    for code in ("DE", "", "nowhere"):
        seat = SeatFactory(team=TeamFactory(holidays=code))
        Preferences.objects.create(person=seat.person, quiet_from=time(22), quiet_until=time(6))
        people[seat.person.pk] = seat.person
    stranger = PersonFactory(timezone="Mars/Olympus", working_days=[7])
    with django_assert_num_queries(2):
        habits = load_habits({**people, stranger.pk: stranger}, NOW)
    assert [habits[pk].holidays for pk in people] == [("DE",), (), ()]
    assert {habits[pk].quiet_from for pk in people} == {time(22)}
    assert (habits[stranger.pk].timezone, habits[stranger.pk].quiet_from) == ("UTC", None)
