"""Parked letters: seen by who runs the installation, sent again by an act."""

import pytest
from django.urls import reverse

from ledger.errors import Forbidden
from ledger.models import Entry
from reminders.delivery import parked
from reminders.models import Notice
from reminders.resending import LetterNotParked, resend_letter, resend_letters
from tests.factories import NOW, NoticeFactory, OccasionFactory, PersonFactory
from tests.pages import own_queries

pytestmark = pytest.mark.django_db
LETTERS = "/operations/letters/"


@pytest.fixture
def admin(client):
    person = PersonFactory(admin=True)
    client.force_login(person)
    return person


def parked_letter(**changes) -> Notice:
    refused = {"state": "failed", "failure_kind": "refused", "failure": "550 unknown mailbox", "attempts": 1}
    return NoticeFactory(**{**refused, **changes})


def in_doubt(**changes) -> Notice:
    return NoticeFactory(state="in_doubt", doubts=2, failure="The connection broke off.", **changes)


def test_page_says_what_to_whom_and_why(admin, client):
    letter = parked_letter(occasion=OccasionFactory(title="Retrospective of Fraud detection"))
    in_doubt()
    NoticeFactory(state="failed", failure_kind="withdrawn", occasion=OccasionFactory(title="Nobody waits for it"))
    page = client.get(LETTERS).text
    assert "<strong>2 letters</strong> could not be delivered" in page
    for said in ("Retrospective of Fraud detection", letter.recipient.name, "Refused for good. 550 unknown mailbox",
                 "It broke off under way 2 times and may have arrived."):  # fmt: skip
        assert said in page
    assert "Nobody waits for it" not in page


def test_without_parked_letters_it_says_what_would_come_here(admin, client):
    page = client.get(LETTERS).text
    assert "None: every letter is delivered or on its way." in page
    assert "Send all again" not in page


def test_one_is_sent_again_and_that_is_on_record(admin, client):
    letter, other = parked_letter(), parked_letter()
    assert client.post(reverse("reminders:resend", args=[letter.pk])).status_code == 302
    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.failure_kind) == ("retry", 0, "")
    assert list(parked()) == [other]
    entry = Entry.objects.get(key="reminders.notice.resent")
    assert (entry.actor_id, entry.object_id, entry.change) == (admin.pk, str(letter.pk), {"state": ["failed", "retry"]})
    assert client.post(reverse("reminders:resend", args=[letter.pk])).status_code == 409


def test_all_are_sent_again_each_with_its_entry(admin, client):
    letters = [parked_letter(), in_doubt()]
    client.post(LETTERS)
    assert not parked().exists()
    resent = Entry.objects.filter(key="reminders.notice.resent").order_by("object_id")
    assert {(entry.object_id, entry.change["state"][0]) for entry in resent} == {
        (str(letters[0].pk), "failed"),
        (str(letters[1].pk), "in_doubt"),
    }


def test_letter_in_doubt_still_says_that_it_may_be_a_repeat(admin):
    letter = in_doubt()
    resend_letter(notice_id=letter.pk, by=admin, now=NOW)
    letter.refresh_from_db()
    assert letter.doubts == 2


@pytest.mark.parametrize("who", [{}, {"auditor": True}])
def test_nobody_else_sends(who):
    letter = parked_letter()
    by = PersonFactory(**who)
    with pytest.raises(Forbidden):
        resend_letter(notice_id=letter.pk, by=by, now=NOW)
    with pytest.raises(Forbidden):
        resend_letters(by=by, now=NOW)
    assert parked().count() == 1


def test_letter_on_its_way_is_left_alone(admin):
    with pytest.raises(LetterNotParked):
        resend_letter(notice_id=NoticeFactory().pk, by=admin, now=NOW)


def test_page_takes_the_same_queries_for_one_and_for_three(admin, client):
    parked_letter()
    few = own_queries(client, LETTERS)
    parked_letter()
    in_doubt()
    assert own_queries(client, LETTERS) == few <= 2
