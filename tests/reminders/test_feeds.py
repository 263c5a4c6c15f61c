"""Calendar feeds, read with a parser that did not write them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
import vobject
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.errors import Forbidden, Invalid
from ledger.models import Entry
from reminders.feeds import tokens
from reminders.feeds.entries import entry_of
from reminders.feeds.tokens import make_feed, revoke_feed
from reminders.feeds.writing import changes_of, write_feed
from reminders.models import CalendarToken
from reminders.occasions import move_occasion
from tests.factories import NOW, OccasionFactory, OccasionPersonFactory, PersonFactory, SeatFactory, TeamFactory
from tests.reminders.conftest import BALLOT, GATHERING, replaced

pytestmark = pytest.mark.django_db

ZONES_SEEN = vars(vobject.icalendar)["__tzidMap"]
THURSDAY = datetime(2026, 11, 26, 14, tzinfo=UTC)


@pytest.fixture(autouse=True)
def meeting(monkeypatch, time_machine):
    """A retrospective lasts an hour; a ballot is a deadline."""
    replaced(replace(GATHERING, lasts=timedelta(hours=1)), monkeypatch)
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def ada():
    return PersonFactory(name="Ada Brandt")


def due_for(person, **changes):
    occasion = OccasionFactory(**changes)
    OccasionPersonFactory(occasion=occasion, person=person)
    return occasion


def address_of(person, team=None) -> str:
    _token, secret = make_feed(person=person, team=team, now=NOW)
    return reverse("reminders:calendar", args=[secret])


def read(response):
    """The feed as a client reads it; vobject refuses what RFC 5545 does not allow."""
    assert response.status_code == 200
    for zone in [zone for zone in ZONES_SEEN if zone != "UTC"]:
        del ZONES_SEEN[zone]  # else it keeps the rules of the first calendar that named the zone
    calendar = vobject.readOne(response.content.decode())
    calendar.validate(raiseException=True)
    return calendar


def events(response) -> dict:
    return {event.uid.value: event for event in getattr(read(response), "vevent_list", [])}


# What stands in it


def test_meeting_stands_in_local_time_for_an_hour(client, ada):
    occasion = due_for(ada, key="charter:fraud:retro:2026-11-26", due_at=THURSDAY, team=TeamFactory())
    response = client.get(address_of(ada))
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    event = events(response)["charter:fraud:retro:2026-11-26@remit"]
    assert event.dtstart.value == datetime(2026, 11, 26, 15, tzinfo=ZoneInfo("Europe/Berlin"))
    assert event.dtstart.params["X-VOBJ-ORIGINAL-TZID"] == ["Europe/Berlin"]
    assert event.duration.value == timedelta(hours=1)
    assert (event.summary.value, event.status.value, event.sequence.value) == (occasion.title, "CONFIRMED", "0")
    assert event.url.value.endswith(reverse("reminders:open", args=[occasion.pk]))
    assert event.description.value.startswith("You facilitate.\nAdd notes: http")
    assert event.valarm.trigger.value == timedelta(minutes=-15)
    assert event.transp.value == "OPAQUE"


def test_deadline_is_short_and_blocks_nobody(client, ada):
    occasion = due_for(ada, kind=BALLOT.key, due_at=THURSDAY)
    event = events(client.get(address_of(ada)))[f"{occasion.key}@remit"]
    assert event.duration.value == timedelta(minutes=15)
    assert event.transp.value == "TRANSPARENT"
    assert event.valarm.trigger.value == timedelta(hours=-2)
    assert event.valarm.description.value == f"Due: {occasion.title}"


def test_moved_meeting_has_a_higher_sequence_under_the_same_uid(client, ada):
    occasion = due_for(ada)
    move_occasion(key=occasion.key, due_at=THURSDAY + timedelta(days=1), by=None, now=NOW)
    event = events(client.get(address_of(ada)))[f"{occasion.key}@remit"]
    assert event.sequence.value == "1"
    assert event.dtstart.value == THURSDAY + timedelta(days=1)


def test_cancelled_meeting_is_cancelled_and_rings_no_more(client, ada):
    occasion = due_for(ada, state="cancelled", closed_at=NOW)
    event = events(client.get(address_of(ada)))[f"{occasion.key}@remit"]
    assert (event.status.value, event.transp.value) == ("CANCELLED", "TRANSPARENT")
    assert not hasattr(event, "valarm")


def test_feed_looks_back_thirty_days_and_ahead_without_end(client, ada):
    done = {"state": "done", "closed_at": NOW}
    shown = [
        due_for(ada, due_at=NOW - timedelta(days=29), **done),
        due_for(ada, due_at=NOW + timedelta(days=700)),
        due_for(ada, due_at=NOW - timedelta(days=2)),
    ]
    due_for(ada, due_at=NOW - timedelta(days=31), **done)
    due_for(ada, due_at=NOW + timedelta(days=2), **done)  # done early: nothing to come
    assert set(events(client.get(address_of(ada)))) == {f"{occasion.key}@remit" for occasion in shown}


def test_feed_of_a_person_shows_what_concerns_them(client, ada):
    team = SeatFactory(person=ada).team
    mine = [due_for(ada), OccasionFactory(team=team, for_team=True)]
    due_for(PersonFactory())
    OccasionFactory(team=TeamFactory(), for_team=True)
    assert set(events(client.get(address_of(ada)))) == {f"{occasion.key}@remit" for occasion in mine}


def test_feed_of_a_team_shows_what_is_due_in_it(client, ada):
    team = TeamFactory(name="Fraud detection")
    due = [OccasionFactory(team=team, for_team=True), due_for(PersonFactory(), team=team)]
    due_for(ada)
    response = client.get(address_of(ada, team))
    assert set(events(response)) == {f"{occasion.key}@remit" for occasion in due}
    assert read(response).contents["x-wr-calname"][0].value == "Remit: Fraud detection"


def test_empty_feed_is_a_calendar(client, ada):
    assert events(client.get(address_of(ada))) == {}


def test_occasion_of_an_unknown_kind_leaves_the_others_standing(client, ada):
    due_for(ada, kind="gone")
    occasion = due_for(ada)
    assert set(events(client.get(address_of(ada)))) == {f"{occasion.key}@remit"}


# How it is written


def test_long_and_odd_texts_are_folded_and_escaped(client, ada):
    title = "Rückblick; Teil 1, \\ „alles“: " + "ж" * 150
    due_for(ada, title=title)
    response = client.get(address_of(ada))
    lines = response.content.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert b"\n" not in response.content.replace(b"\r\n", b"")
    assert [event.summary.value for event in events(response).values()] == [title]


def test_line_breaks_in_a_title_add_no_line(client, ada):
    due_for(ada, title="Retro\r\nATTENDEE:mailto:mallory@example.org")
    [event] = events(client.get(address_of(ada))).values()
    assert event.summary.value == "Retro ATTENDEE:mailto:mallory@example.org"
    assert not hasattr(event, "attendee")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/New_York", "UTC"])
@pytest.mark.parametrize("month", [1, 3, 4, 7, 10, 12])
def test_moment_is_the_same_on_every_clock(client, ada, zone, month):
    due = [due_for(ada, due_at=datetime(2027, month, day, 6, 30, tzinfo=UTC), timezone=zone) for day in (1, 15, 28)]
    found = events(client.get(address_of(ada)))
    for occasion in due:
        assert found[f"{occasion.key}@remit"].dtstart.value.astimezone(UTC) == occasion.due_at


def test_both_hours_that_a_clock_shows_twice_are_told_apart(client, ada):
    twice = [datetime(2027, 10, 31, hour, 30, tzinfo=UTC) for hour in (0, 1)]  # both half past two in Berlin
    due = [due_for(ada, due_at=moment, timezone="Europe/Berlin") for moment in twice]
    found = events(client.get(address_of(ada)))
    assert [found[f"{occasion.key}@remit"].dtstart.value.astimezone(UTC) for occasion in due] == twice


def test_summer_time_begins_at_the_moment_the_zone_says():
    occasion = OccasionFactory.build(pk=1, due_at=datetime(2027, 7, 1, 12, tzinfo=UTC), timezone="Europe/Berlin")
    text = write_feed("Remit", [entry_of(occasion)], now=NOW).decode()
    assert "BEGIN:DAYLIGHT\r\nDTSTART:20270328T020000\r\n" in text
    assert "BEGIN:STANDARD\r\nDTSTART:20271031T030000\r\n" in text


def test_changes_of_every_zone_are_found_to_the_minute():
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    minute = timedelta(minutes=1)
    for name in available_timezones():
        zone = ZoneInfo(name)
        for at in changes_of(zone, start, end):
            assert at.astimezone(zone).utcoffset() != (at - minute).astimezone(zone).utcoffset()


# Who may read it


@pytest.mark.parametrize("secret", ["unknown", "x" * 500, "%00", "..", "a%2Fb"])
def test_unknown_address_is_not_there(client, ada, secret):
    assert client.get(f"/calendar/{secret}.ics").status_code == 404


def test_feed_asks_nobody_to_sign_in_and_changes_nothing(client, ada):
    address = address_of(ada)
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 405
    assert "sessionid" not in client.cookies


def test_revoked_feed_is_not_there(client, ada):
    token, secret = make_feed(person=ada, team=None, now=NOW)
    address = reverse("reminders:calendar", args=[secret])
    assert client.get(address).status_code == 200
    revoke_feed(token, by=ada, now=NOW)
    assert client.get(address).status_code == 404


def test_feed_of_somebody_who_left_is_not_there(client, ada):
    address = address_of(ada)
    ada.is_active = False
    ada.save()
    assert client.get(address).status_code == 404


def test_only_the_digest_is_stored(ada):
    token, secret = make_feed(person=ada, team=None, now=NOW)
    assert token.digest == tokens.digest_of(secret)
    assert secret not in str(CalendarToken.objects.values().get())
    assert secret not in str(list(Entry.objects.values()))
    assert str(token) == f"…{secret[-4:]}"


def test_feed_is_revoked_by_its_person_or_an_admin(ada):
    token, _secret = make_feed(person=ada, team=None, now=NOW)
    with pytest.raises(Forbidden):
        revoke_feed(token, by=PersonFactory(), now=NOW)
    for _ in range(2):
        revoke_feed(token, by=PersonFactory(admin=True), now=NOW)
    assert list(Entry.objects.order_by("id").values_list("key", flat=True)) == [
        "reminders.calendar.created",
        "reminders.calendar.revoked",
    ]


def test_nobody_makes_feeds_without_end(ada, monkeypatch):
    monkeypatch.setattr(tokens, "MOST_STANDING", 2)
    for _ in range(2):
        make_feed(person=ada, team=None, now=NOW)
    with pytest.raises(Invalid):
        make_feed(person=ada, team=None, now=NOW)


# How it is fetched


def test_feed_that_says_the_same_is_not_sent_again(client, ada):
    occasion = due_for(ada)
    address = address_of(ada)
    first = client.get(address)
    etag = first.headers["ETag"]
    again = client.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    move_occasion(key=occasion.key, due_at=THURSDAY + timedelta(days=1), by=None, now=NOW)
    changed = client.get(address, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag
    assert client.head(address).content == b""


def test_day_of_use_is_written_once_a_day(client, ada):
    address = address_of(ada)
    client.get(address)
    assert CalendarToken.objects.get().last_used_on == date(2026, 11, 20)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    assert not [query for query in queries if query["sql"].startswith("UPDATE")]


def test_feed_asks_as_much_for_three_as_for_one(client, ada, django_assert_num_queries):
    address = address_of(ada)
    client.get(address)
    team = SeatFactory(person=ada).team
    for number in (1, 2):
        for _ in range(number):
            due_for(ada)
            OccasionFactory(team=team, for_team=True)
        with django_assert_num_queries(6, exact=False):
            client.get(address)


# The page


def test_address_is_shown_once(client, ada):
    client.force_login(ada)
    page = client.post(reverse("reminders:feeds"), {"scope": ""}).content.decode()
    address = page.split('id="new-feed">')[1].split("<")[0]
    assert address.endswith(".ics")
    assert client.get(address).status_code == 200
    secret = address.rpartition("/")[2].removesuffix(".ics")
    assert secret not in client.get(reverse("reminders:feeds")).content.decode()


def test_page_lists_and_revokes_ones_own(client, ada):
    client.force_login(ada)
    other, _secret = make_feed(person=PersonFactory(), team=None, now=NOW)
    page = client.post(reverse("reminders:feeds"), {"scope": TeamFactory(name="Fraud detection").key}).content.decode()
    assert "Fraud detection" in page
    assert "One feed stands. <strong>No calendar has fetched it yet.</strong>" in page
    token = CalendarToken.objects.get(person=ada)
    assert client.post(reverse("reminders:revoke-feed", args=[other.pk])).status_code == 404
    client.post(reverse("reminders:revoke-feed", args=[token.pk]))
    page = client.get(reverse("reminders:feeds")).content.decode()
    assert "1 feed was revoked and shows nothing." in page
    assert "In none yet" in page


def test_unknown_team_comes_back_with_a_message(client, ada):
    client.force_login(ada)
    response = client.post(reverse("reminders:feeds"), {"scope": "no-such-team"})
    assert response.status_code == 422
    assert not CalendarToken.objects.exists()
