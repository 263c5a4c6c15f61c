from datetime import timedelta

import pytest

from reminders.auditing import GRACE, Overdue, check_reminders, overdue_beyond_grace
from reminders.occasions import make_due_occasions
from tests.factories import NOW, NoticeFactory, OccasionFactory, ScheduleFactory

pytestmark = pytest.mark.django_db

LATE = NOW - GRACE
ALMOST = LATE + timedelta(seconds=1)


def test_nothing_is_overdue_where_nothing_is_due():
    assert overdue_beyond_grace(NOW) == Overdue(steps=0, notices=0, schedules=0)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda at: OccasionFactory(next_step_at=at), "steps"),
        (lambda at: NoticeFactory(due_at=at), "notices"),
        (lambda at: NoticeFactory(due_at=at, state="retry"), "notices"),
        (lambda at: NoticeFactory(state="leased", leased_until=at), "notices"),
        (lambda at: NoticeFactory(state="on_wire", leased_until=at), "notices"),
    ],
)
def test_what_is_late_beyond_its_grace_shows(make, expected):
    make(ALMOST)
    assert not overdue_beyond_grace(NOW)
    make(LATE)
    assert getattr(overdue_beyond_grace(NOW), expected) == 1


def test_what_is_closed_or_parked_is_nobodys_delay():
    OccasionFactory(next_step_at=LATE, state="done", closed_at=NOW)
    NoticeFactory(due_at=LATE, state="failed")
    NoticeFactory(due_at=LATE, state="in_doubt")
    assert not overdue_beyond_grace(NOW)


def test_schedule_that_nobody_looks_at_shows():
    ScheduleFactory(cadence="FREQ=DAILY")
    ScheduleFactory(is_active=False)
    assert overdue_beyond_grace(NOW).schedules == 1
    make_due_occasions(now=NOW)
    assert not overdue_beyond_grace(NOW).schedules
    assert overdue_beyond_grace(NOW + timedelta(days=2)).schedules == 1


def test_readyz_shows_it(client, time_machine):
    time_machine.move_to(NOW, tick=False)
    assert check_reminders().ok
    NoticeFactory(due_at=LATE)
    assert not check_reminders().ok
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["auditor"]["detail"].startswith("Overdue beyond their grace: 0 steps, 1 notices")
