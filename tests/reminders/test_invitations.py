"""Invitations: what an e-mail about a meeting carries."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
import vobject

from reminders.channels.email import write_email
from reminders.invitations import invitation_of
from tests.factories import NOW, NoticeFactory, OccasionFactory, PersonFactory
from tests.reminders.conftest import BALLOT, GATHERING, replaced

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def meeting(monkeypatch):
    replaced(replace(GATHERING, lasts=timedelta(hours=1)), monkeypatch)


@pytest.fixture
def ada():
    return PersonFactory(name='Ada "Countess"; Brandt', email="ada@example.org")


def event_in(invitation):
    return vobject.readOne(invitation.content).vevent


def test_invitation_names_the_guest_and_wants_no_answer(ada, settings):
    settings.DEFAULT_FROM_EMAIL = "Remit <remit@example.org>"
    occasion = OccasionFactory(key="charter:fraud:retro:2026-11-26", sequence=2)
    event = event_in(invitation_of(occasion, person=ada, why="You facilitate.", now=NOW))
    assert (event.uid.value, event.sequence.value) == ("charter:fraud:retro:2026-11-26@remit", "2")
    assert event.dtstart.value == datetime(2026, 11, 26, 14, tzinfo=UTC)
    assert event.organizer.value == "mailto:remit@example.org"
    assert event.attendee.value == "mailto:ada@example.org"
    assert event.attendee.params["RSVP"] == ["FALSE"]
    assert event.attendee.params["CN"] == ["Ada 'Countess'; Brandt"]
    assert event.description.value.startswith("You facilitate.")


def test_deadlines_and_meetings_that_began_invite_nobody(ada):
    assert invitation_of(OccasionFactory(kind=BALLOT.key), person=ada, now=NOW) is None
    assert invitation_of(OccasionFactory(due_at=NOW), person=ada, now=NOW) is None


def test_email_about_a_meeting_carries_it_as_the_richest_alternative(ada):
    notice = NoticeFactory(recipient=ada)
    message = write_email(notice, why="You facilitate.", now=NOW)
    sent = message_from_bytes(message.message().as_bytes(), policy=policy.default)
    parts = [part.get_content_type() for part in sent.walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html", "text/calendar"]
    part = list(sent.walk())[-1]
    assert part["Content-Type"].params["method"] == "REQUEST"
    calendar = vobject.readOne(part.get_content())
    assert calendar.method.value == "REQUEST"
    assert calendar.vevent.uid.value == f"{notice.occasion.key}@remit"


def test_email_about_a_deadline_carries_none(ada):
    notice = NoticeFactory(recipient=ada, occasion=OccasionFactory(kind=BALLOT.key))
    message = write_email(notice, why="", now=NOW)
    assert [alternative.mimetype for alternative in message.alternatives] == ["text/html"]
