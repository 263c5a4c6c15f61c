"""How a person says how they want to hear of things."""

from datetime import time

import pytest
from django.urls import reverse

from ledger.models import Entry
from reminders.models import Preferences
from tests.factories import NOW, PersonFactory

pytestmark = pytest.mark.django_db

CHOSEN = {
    "way_meetings": "digest",
    "way_decisions": "at_once",
    "way_work": "off",
    "digest_at": "08:00",
    "quiet_from": "20:00",
    "quiet_until": "07:00",
    "working_days": ["1", "2", "4"],
    "waits_on_free_days": "on",
}


@pytest.fixture
def ada(client, time_machine):
    time_machine.move_to(NOW, tick=False)
    person = PersonFactory(timezone="Europe/Berlin")
    client.force_login(person)
    return person


def test_page_saves_what_was_chosen_and_shows_it(ada, client):
    address = reverse("reminders:notices")
    assert "<strong>at once</strong>" in client.get(address).text
    assert client.post(address, CHOSEN).status_code == 302
    stored = Preferences.objects.get(person=ada)
    assert stored.ways == {"meetings": "digest", "decisions": "at_once", "work": "off"}
    assert (stored.digest_at, stored.quiet_from, stored.quiet_until) == (time(8), time(20), time(7))
    ada.refresh_from_db()
    assert ada.working_days == [1, 2, 4]
    page = client.get(address).text
    assert "e-mails wait until <strong>Mon 23 Nov</strong>" in page  # Friday is free now
    change = Entry.objects.get(key="reminders.preferences.changed").change
    assert change["quiet_from"] == [None, "20:00"]
    assert change["working_days"] == [[1, 2, 3, 4, 5], [1, 2, 4]]


def test_saying_the_same_again_is_no_act(ada, client):
    client.post(reverse("reminders:notices"), CHOSEN)
    client.post(reverse("reminders:notices"), CHOSEN)
    assert Entry.objects.filter(key="reminders.preferences.changed").count() == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"quiet_until": ""}, "a start and an end, or neither"),
        ({"quiet_until": "20:00"}, "never end"),
        ({"quiet_from": "late"}, "Enter a valid time"),
        ({"way_work": "pigeon"}, "Select a valid choice"),
        ({"working_days": ["8"]}, "Select a valid choice"),
        ({"digest_at": "25:00"}, "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(ada, client, change, says):
    answer = client.post(reverse("reminders:notices"), {**CHOSEN, **change})
    assert answer.status_code == 422
    assert says in answer.text
    assert not Preferences.objects.exists()


def test_without_working_days_every_day_is_one(ada, client):
    client.post(reverse("reminders:notices"), {**CHOSEN, "working_days": []})
    ada.refresh_from_db()
    assert ada.working_days == []
    assert client.get(reverse("reminders:notices")).status_code == 200
