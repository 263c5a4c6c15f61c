from datetime import timedelta
from time import monotonic

import pytest
from django.core.cache import cache

from reminders import auditing
from reminders.auditing import GRACE, Overdue, audit, check_reminders, overdue_beyond_grace, trouble
from reminders.occasions import make_due_occasions
from tests.factories import NOW, NoticeFactory, OccasionFactory, PersonFactory, ScheduleFactory

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


# Who hears of it


@pytest.fixture
def late(time_machine):
    time_machine.move_to(NOW, tick=False)
    cache.delete("reminders.trouble")
    cache.delete("reminders.audited")
    return NoticeFactory(due_at=LATE)


@pytest.mark.parametrize(("who", "sees"), [({"admin": True}, True), ({}, False), ({"auditor": True}, False)])
def test_banner_on_every_page_of_an_admin(client, late, who, sees):
    client.force_login(PersonFactory(**who))
    for path in ("/", "/teams/", "/inbox/"):
        assert ("Reminders are late" in client.get(path).text) == sees


def test_banner_goes_when_nothing_is_late_any_more(client, late):
    client.force_login(PersonFactory(admin=True))
    assert "Reminders are late" in client.get("/teams/").text
    late.delete()
    cache.delete("reminders.trouble")  # as after a few seconds
    assert "Reminders are late" not in client.get("/teams/").text


def test_banner_is_looked_up_once_in_a_while(late, django_assert_num_queries):
    assert trouble()
    with django_assert_num_queries(0):
        assert trouble()


@pytest.fixture
def heartbeats(monkeypatch, settings):
    """Addresses that were called; a thread is as good as a call."""
    called = []
    settings.HEARTBEAT_URL = "https://watch.example.org/remit"
    monkeypatch.setattr(auditing, "_beat", called.append)
    monkeypatch.setattr(auditing, "_audited_at", -auditing.AUDIT_EVERY * 2.0)
    cache.delete("reminders.audited")
    return called


def test_sign_of_life_at_most_once_a_minute(heartbeats):
    for _ in range(5):
        audit(now=NOW)
    assert heartbeats == ["https://watch.example.org/remit"]


def test_no_sign_of_life_but_a_line_in_the_log_while_something_is_late(heartbeats, late, caplog):
    audit(now=NOW)
    assert heartbeats == []
    assert "Overdue beyond their grace: 0 steps, 1 notices" in caplog.text


def test_heartbeat_that_fails_or_hangs_stops_nobody(monkeypatch, settings):
    settings.HEARTBEAT_URL = "http://127.0.0.1:9/nobody"
    monkeypatch.setattr(auditing, "_audited_at", -auditing.AUDIT_EVERY * 2.0)
    cache.delete("reminders.audited")
    started = monotonic()
    audit(now=NOW)
    assert monotonic() - started < 1
    auditing._beat(settings.HEARTBEAT_URL)
