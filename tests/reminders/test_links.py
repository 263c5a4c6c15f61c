"""Done, later, fewer: from a message, signed in or not; looking changes nothing."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core import mail, signing
from django.test import Client

from ledger.models import Entry
from reminders import links
from reminders.channels.email import write_email
from reminders.delivery import deliver
from reminders.kinds import Group
from reminders.models import Notice, Occasion, Preferences, Snooze
from reminders.occasions import complete_occasion
from reminders.sweeping import sweep
from tests.factories import NOW, NoticeFactory, OccasionFactory, OccasionPersonFactory, PersonFactory
from tests.reminders.conftest import GATHERING, replaced

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def stranger() -> Client:
    """Nobody is signed in; forms are checked as in the product."""
    return Client(enforce_csrf_checks=False)


@pytest.fixture
def row(settings):
    PersonFactory(admin=True)
    return OccasionPersonFactory(occasion=OccasionFactory(due_at=NOW + timedelta(days=5)))


def done_link(row) -> str:
    return links.act_path(row.person, row.occasion, "done")


def later_link(row) -> str:
    return links.act_path(row.person, row.occasion, "snooze")


def fewer_link(person, group) -> str:
    return urlsplit(links.unsubscribe_address(person, group)).path


def test_looking_changes_nothing_and_the_form_does_it(row, stranger):
    page = stranger.get(done_link(row))
    assert row.occasion.title in page.text
    row.occasion.refresh_from_db()
    assert row.occasion.state == "open"
    stranger.head(done_link(row))

    answer = stranger.post(done_link(row))
    row.occasion.refresh_from_db()
    assert (row.occasion.state, "It is done." in answer.text) == ("done", True)
    assert Entry.objects.get(key="reminders.occasion.done").actor_id == row.person_id
    assert stranger.post(done_link(row)).status_code == 409


def test_form_asks_for_its_token(row):
    assert Client(enforce_csrf_checks=True).post(done_link(row)).status_code == 403


def test_page_shows_nothing_else(row, stranger):
    other = OccasionPersonFactory(person=row.person, occasion=OccasionFactory(title="Somebody's secret"))
    assert other.occasion.title not in stranger.get(done_link(row)).text
    assert row.person.name not in stranger.get(done_link(row)).text
    assert "_auth_user_id" not in stranger.session


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1] + ("a" if token[-1] != "a" else "b"),
        lambda token: "some-key",
        lambda token: signing.dumps([1, 1, "done"], salt="another"),
    ],
)
def test_link_that_nobody_made_opens_nothing(row, stranger, spoil):
    path = done_link(row)
    token = path.split("/")[2]
    for answer in (stranger.get(path.replace(token, spoil(token))), stranger.post(path.replace(token, spoil(token)))):
        assert answer.status_code == 404
    row.occasion.refresh_from_db()
    assert row.occasion.state == "open"


def test_link_for_one_thing_opens_no_other(row, stranger):
    token = done_link(row).split("/")[2]
    assert stranger.post(f"/fewer/{token}/", {"way": "off"}).status_code == 404
    assert not Preferences.objects.exists()


def test_link_ends_after_a_month(row, stranger, now):
    path = done_link(row)
    now.shift(links.VALID_FOR + timedelta(seconds=1))
    assert stranger.post(path).status_code == 410
    row.occasion.refresh_from_db()
    assert row.occasion.state == "open"


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_auditor": True}])
def test_link_of_somebody_who_may_not_changes_nothing(row, stranger, change):
    path = done_link(row)
    type(row.person).objects.filter(pk=row.person_id).update(**change)
    assert stranger.post(path).status_code in {403, 404}
    row.occasion.refresh_from_db()
    assert row.occasion.state == "open"


def test_who_is_not_asked_any_more_cannot_say_done(row, stranger):
    path = done_link(row)
    row.delete()
    assert stranger.post(path).status_code == 403


def test_kind_that_is_done_elsewhere_has_no_link_and_refuses_one(row, stranger, monkeypatch):
    assert "/say/" in letter_to(row).body
    with_done = letter_to(row).body.count("/say/")
    replaced(replace(GATHERING, done_by_hand=False), monkeypatch)
    assert letter_to(row).body.count("/say/") == with_done - 1
    assert stranger.post(done_link(row)).status_code == 403


def letter_to(row):
    return write_email(NoticeFactory(occasion=row.occasion, recipient=row.person), why="", now=NOW)


# Later


def test_snooze_moves_this_persons_next_step_and_nobody_elses(row, stranger):
    other = OccasionPersonFactory(occasion=row.occasion).person
    page = stranger.get(later_link(row)).text
    assert page.count(">Mon 23 Nov<") == 1  # tomorrow is a Saturday, and in three days it is Monday as well
    assert ">Next week, Fri 27 Nov<" in page
    assert not Snooze.objects.exists()
    answer = stranger.post(later_link(row), {"until": "soon"})
    assert "Monday 23 November 2026, 09:00 (Europe/Berlin)" in answer.text

    Occasion.objects.update(next_step_at=NOW)
    for hour in range(24 * 10):
        sweep(now=NOW + timedelta(hours=hour))
    steps = {person: set() for person in (row.person.pk, other.pk)}
    for person, step, due in Notice.objects.filter(channel="inbox").values_list("recipient", "step", "due_at"):
        steps[person].add((step, due.date().isoformat()))
    mine = {("again1", "2026-11-23"), ("-1d", "2026-11-24"), ("0d", "2026-11-25"), ("+2d", "2026-11-27")}
    assert steps[row.person.pk] == mine
    assert {step for step, _day in steps[other.pk]} == {"-7d", "-1d", "0d", "+2d"}


def test_snoozed_letter_that_waited_does_not_go(row, stranger):
    NoticeFactory(occasion=row.occasion, recipient=row.person)
    stranger.post(later_link(row), {"until": "soon"})
    deliver(clock=lambda: NOW)
    assert mail.outbox == []
    deliver(clock=lambda: NOW + timedelta(days=1))
    assert mail.outbox == []


def test_snooze_that_ends_at_a_step_tells_once(row):
    monday = NOW.replace(day=23, hour=8, minute=0)
    Snooze.objects.create(occasion=row.occasion, person=row.person, until=monday, times=1)
    Occasion.objects.update(next_step_at=monday, due_at=NOW.replace(day=24))
    for minute in range(3):
        sweep(now=monday + timedelta(minutes=minute))
    assert list(Notice.objects.filter(channel="inbox").values_list("step", flat=True)) == ["-1d"]


def test_snooze_again_gives_one_notice_each(row, stranger):
    for day in range(3):
        moment = NOW + timedelta(days=2 * day)
        Snooze.objects.update_or_create(
            occasion=row.occasion, person=row.person, defaults={"until": moment, "times": day + 1}
        )
        sweep(now=moment)
        sweep(now=moment)
    steps = list(Notice.objects.filter(channel="inbox", step__startswith="again").values_list("step", flat=True))
    assert sorted(steps) == ["again1", "again2", "again3"]


def test_snooze_of_what_is_done_meanwhile_tells_nothing(row):
    Snooze.objects.create(occasion=row.occasion, person=row.person, until=NOW, times=1)
    complete_occasion(key=row.occasion.key, by=None, now=NOW)
    sweep(now=NOW)
    assert not Notice.objects.exists()
    assert Snooze.objects.get().until is None


@pytest.mark.parametrize("choice", ["", "never", None])
def test_snooze_without_a_moment_is_asked_again(row, stranger, choice):
    answer = stranger.post(later_link(row), {"until": choice} if choice is not None else {})
    assert answer.status_code == 422
    assert not Snooze.objects.exists()


# Fewer


def test_letter_can_be_unsubscribed_by_one_click(row, settings):
    settings.BASE_URL = "https://remit.example.org"
    letter = letter_to(row)
    address = letter.extra_headers["List-Unsubscribe"].strip("<>")
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address.startswith("https://remit.example.org/fewer/")
    assert address in letter.body

    program = Client(enforce_csrf_checks=True)
    path = urlsplit(address).path
    assert program.get(path).status_code == 200
    assert not Preferences.objects.exists()
    assert program.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Preferences.objects.get(person=row.person).ways["work"] == "off"
    entry = Entry.objects.get(key="reminders.preferences.changed")
    assert (entry.actor_id, entry.change) == (row.person_id, {"work": ["at_once", "off"]})


def test_fewer_may_be_the_digest(row, stranger):
    stranger.post(fewer_link(row.person, "work"), {"way": "digest"})
    assert Preferences.objects.get().ways == {"meetings": "at_once", "decisions": "at_once", "work": "digest"}


def test_digest_is_unsubscribed_as_a_whole(row, stranger):
    stranger.post(fewer_link(row.person, links.EVERYTHING), {"way": "off"})
    assert Preferences.objects.get().ways == dict.fromkeys(Group.values, "off")


def test_nonsense_changes_nothing(row, stranger):
    assert stranger.post(fewer_link(row.person, "work"), {"way": "at_once"}).status_code == 422
    assert not Preferences.objects.exists()


def test_urgent_letter_cannot_be_unsubscribed(row, monkeypatch):
    replaced(replace(GATHERING, urgency=0), monkeypatch)
    assert "List-Unsubscribe" not in letter_to(row).extra_headers
