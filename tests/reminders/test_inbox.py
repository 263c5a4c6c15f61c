"""The inbox: what waits, most urgent first; read when opened."""

from datetime import timedelta

import pytest
from django.urls import reverse

from ledger.models import Entry
from reminders import demonstration
from reminders.models import Notice, Occasion
from reminders.queries import inbox_of, unread_count, waiting_for
from tests.factories import (
    NOW,
    NoticeFactory,
    OccasionFactory,
    OccasionPersonFactory,
    PersonFactory,
    ScheduleFactory,
    SeatFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client, time_machine):
    time_machine.move_to(NOW, tick=False)
    person = PersonFactory(name="Ada Brandt")
    client.force_login(person)
    return person


def told(person, **changes) -> Occasion:
    occasion = changes.pop("occasion", None) or OccasionFactory(**changes)
    OccasionPersonFactory(occasion=occasion, person=person)
    NoticeFactory(occasion=occasion, recipient=person, channel="inbox", state="sent", sent_at=NOW)
    return occasion


def test_inbox_lists_the_most_urgent_first(ada, client):
    later = told(ada, title="Later", due_at=NOW + timedelta(days=3))
    late = told(ada, title="Late", due_at=NOW - timedelta(days=2))
    told(PersonFactory(), title="Not mine")

    assert [line.id for line in inbox_of(ada, now=NOW)] == [late.pk, later.pk]
    page = client.get(reverse("reminders:inbox")).content.decode()
    assert "Two things wait for you. <strong>Late is overdue</strong>." in page
    assert page.index(">Late<") < page.index(">Later<")
    assert "2 days late" in page
    assert "You facilitate." in page
    assert "Not mine" not in page


def test_empty_inbox_says_what_comes_here(ada, client):
    page = client.get(reverse("reminders:inbox")).content.decode()
    assert "Nothing waits for you." in page
    assert "You are told here, and by e-mail" in page


def test_what_no_longer_concerns_me_does_not_wait(ada, client):
    seat = SeatFactory(person=ada, team=TeamFactory())
    occasion = OccasionFactory(team=seat.team, for_team=True)
    NoticeFactory(occasion=occasion, recipient=ada, channel="inbox", state="sent", sent_at=NOW)
    assert len(inbox_of(ada, now=NOW)) == 1
    seat.until = NOW.date() - timedelta(days=1)
    seat.save()
    assert inbox_of(ada, now=NOW) == []


def test_unread_counts_open_things_and_not_messages(ada):
    occasion = told(ada)
    NoticeFactory(occasion=occasion, recipient=ada, channel="inbox", state="sent", sent_at=NOW)
    NoticeFactory(occasion=occasion, recipient=ada, channel="email")
    told(ada, state="done", closed_at=NOW)
    told(PersonFactory())
    assert unread_count(ada) == 1


def test_opening_reads_it_and_leads_on(ada, client):
    occasion, other = told(ada, url="/teams/fraud-detection/"), told(ada)
    answer = client.get(reverse("reminders:open", args=[occasion.pk]))
    assert (answer.status_code, answer["Location"]) == (302, "/teams/fraud-detection/")
    assert list(Notice.objects.filter(read_at=None).values_list("occasion", flat=True)) == [other.pk]


def test_reading_everything(ada, client):
    told(ada)
    others = told(PersonFactory())
    assert client.post(reverse("reminders:read-all")).status_code == 302
    assert Notice.objects.get(read_at=None).occasion == others


def test_done_by_hand_closes_it_for_everybody_with_its_entry(ada, client):
    occasion = told(ada)
    answer = client.post(reverse("reminders:done", args=[occasion.pk]))
    occasion.refresh_from_db()
    assert (answer.status_code, occasion.state) == (302, "done")
    assert Entry.objects.get(key="reminders.occasion.done").actor_id == ada.pk
    assert "Closed in the last 30 days" in client.get(reverse("reminders:inbox")).content.decode()


def test_done_twice_says_so_and_409(ada, client):
    occasion = told(ada, state="done", closed_at=NOW)
    answer = client.post(reverse("reminders:done", args=[occasion.pk]))
    assert answer.status_code == 409
    assert "This is closed already." in answer.content.decode()


def test_what_waits_for_others_is_not_mine_to_finish(ada, client):
    occasion = told(PersonFactory())
    assert client.post(reverse("reminders:done", args=[occasion.pk])).status_code == 403
    occasion.refresh_from_db()
    assert occasion.state == "open"


def test_kind_that_is_done_elsewhere_offers_no_done(ada, client):
    occasion = told(ada, kind="ballot")
    assert reverse("reminders:done", args=[occasion.pk]) not in client.get(reverse("reminders:inbox")).content.decode()


def test_stranger_is_asked_to_sign_in(client):
    assert client.get(reverse("reminders:inbox")).status_code == 302


def test_inbox_asks_as_much_for_three_as_for_one(ada, client, django_assert_num_queries):
    told(ada, team=TeamFactory(), for_team=True)
    client.get(reverse("reminders:inbox"))
    for more in (0, 2):
        for _ in range(more):
            told(ada, team=TeamFactory(), for_team=True)
        with django_assert_num_queries(7, exact=False):
            inbox_of(ada, now=NOW)


def test_waiting_names_of_what_recurs_the_next_time_only(ada):
    seat = SeatFactory(person=ada)
    schedule = ScheduleFactory(team=seat.team)
    first, *_ = (
        OccasionFactory(schedule=schedule, team=seat.team, for_team=True, due_at=NOW + timedelta(days=14 * n))
        for n in (1, 2, 3)
    )
    late = OccasionFactory(schedule=schedule, team=seat.team, for_team=True, due_at=NOW - timedelta(days=1))
    assert [line.id for line in waiting_for(ada, now=NOW)] == [late.pk, first.pk]


class TestRetrospectiveNow:
    @pytest.fixture(autouse=True)
    def demo(self, settings):
        settings.DEMO = True

    def test_next_one_of_my_teams_falls_due_and_is_swept(self, ada, client):
        seat = SeatFactory(person=ada)
        OccasionFactory(title="Somewhere else", due_at=NOW + timedelta(days=1))
        occasion = OccasionFactory(team=seat.team, for_team=True, due_at=NOW + timedelta(days=3))
        OccasionFactory(team=seat.team, for_team=True, due_at=NOW + timedelta(days=17))

        answer = client.post(reverse("reminders:retrospective-now"))

        occasion.refresh_from_db()
        assert answer["Location"] == reverse("reminders:mailbox")
        assert (occasion.due_at, occasion.next_step_at, occasion.sequence) == (NOW, NOW, 1)
        assert Entry.objects.get(key="reminders.occasion.moved").actor_id == ada.pk

    def test_who_has_no_team_takes_the_next_of_any(self, ada):
        occasion = OccasionFactory(due_at=NOW + timedelta(days=1))
        assert demonstration.make_next_retrospective_due(by=ada, now=NOW) == occasion

    def test_none_ahead_says_what_to_do(self, ada, client):
        answer = client.post(reverse("reminders:retrospective-now"), follow=True)
        assert "put a charter with a retrospective in force first" in answer.content.decode()

    def test_auditor_changes_nothing(self, client):
        client.force_login(PersonFactory(is_auditor=True))
        occasion = OccasionFactory()
        client.post(reverse("reminders:retrospective-now"))
        occasion.refresh_from_db()
        assert occasion.sequence == 0

    def test_leads_nowhere_else(self, ada, client):
        answer = client.post(reverse("reminders:retrospective-now"), {"next": "https://evil.example.org/"})
        assert answer["Location"] == reverse("reminders:mailbox")

    def test_exists_in_a_demonstration_only(self, ada, client, settings):
        settings.DEMO = False
        assert client.post(reverse("reminders:retrospective-now")).status_code == 404
