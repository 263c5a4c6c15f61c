"""The page that everybody lands on."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from portal.queries.home import week_of
from reviews.words import ReviewState
from teams.models import Seat
from tests.charters import clean_tree, make_crew, put_in_force
from tests.factories import (
    AbsenceFactory,
    MLModelFactory,
    OccasionFactory,
    OccasionPersonFactory,
    PersonFactory,
    ReviewFactory,
    RoleFactory,
    SeatFactory,
    TeamFactory,
)
from tests.pages import own_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader():
    return PersonFactory(name="Ada Brandt")


@pytest.fixture
def client(reader) -> Client:
    client = Client()
    client.force_login(reader)
    return client


def home_of(client):
    page = client.get("/")
    assert page.status_code == 200
    return page


def due(person, *, title="MCR-000010: Retrain", kind="vote", days=3, why="You are asked as product owner."):
    occasion = OccasionFactory(kind=kind, title=title, due_at=timezone.now() + timedelta(days=days))
    OccasionPersonFactory(occasion=occasion, person=person, why=why)
    return occasion


def test_person_with_nothing_reads_that_nothing_waits(client):
    page = home_of(client)
    assert page.context["answer"] == "Nothing waits for you, and nothing falls due this week."
    content = page.content.decode()
    assert "No stage of a charter in force, and no model." in content
    assert "No path of a charter in force calls you now." in content
    assert "You hold no seat in any team." in content
    assert "Holes in" not in content


def test_most_urgent_comes_first_and_carries_the_one_main_button(client, reader):
    due(reader, title="MCR-000011: Later", days=5)
    due(reader, title="MCR-000010: Sooner", days=1)
    page = home_of(client)
    assert [task.title for task in page.context["page"].tasks] == ["MCR-000010: Sooner", "MCR-000011: Later"]
    assert "Two things wait for you. <strong>Your vote on MCR-000010 is due tomorrow" in page.context["answer"]
    assert page.content.decode().count("button-main") == 1


def test_what_is_late_is_counted_and_stands_first(client, reader):
    due(reader, title="MCR-000010: Late", days=-2)
    due(reader, title="MCR-000011: Ahead", days=2)
    page = home_of(client)
    assert page.context["page"].tasks[0].is_overdue
    assert page.context["answer"].endswith("; one thing is late.")
    assert "Your vote on MCR-000011" in page.context["answer"]


def test_only_what_is_late_is_named_as_late(client, reader):
    due(reader, title="MCR-000010: Late", days=-2)
    assert home_of(client).context["answer"] == (
        "One thing waits for you. <strong>Your vote on MCR-000010 is late</strong>."
    )


def test_meeting_stands_in_the_week_and_not_among_what_waits(client, reader):
    due(reader, title="Demo of Fraud detection", kind="demo", days=1)
    page = home_of(client)
    assert page.context["page"].tasks == []
    assert "Next: <strong>Demo of Fraud detection</strong>" in page.context["answer"]


def test_far_retrospective_does_not_wait_yet(client, reader):
    due(reader, title="Retrospective of Fraud detection", kind="retrospective", days=20)
    assert home_of(client).context["page"].tasks == []


def test_review_sent_back_waits_for_its_author(client, reader):
    review = ReviewFactory(submitted=True, state=ReviewState.CHANGES_REQUESTED, author=reader)
    [task] = home_of(client).context["page"].tasks
    assert (task.kind, task.address) == ("Changes requested", review.get_absolute_url())


def test_approved_review_waits_for_who_may_release_it(client, reader):
    model = MLModelFactory(accountable=reader)
    ReviewFactory(submitted=True, state=ReviewState.APPROVED, model=model)
    page = home_of(client)
    assert [task.kind for task in page.context["page"].tasks] == ["Release"]
    assert "is yours to move" in page.context["answer"]


def test_lead_sees_what_rests_on_them_who_covers_and_what_reaches_them():
    crew = make_crew("fraud-detection", name="Fraud detection")
    deputy = PersonFactory(name="Nikhil Rao")
    SeatFactory(team=crew.team, role=RoleFactory(key="product-owner"), person=deputy, kind=Seat.Kind.DEPUTY)
    put_in_force(crew)
    MLModelFactory(name="Card fraud scorer", accountable=crew.lead, tier=1)
    client = Client()
    client.force_login(crew.lead)
    page = home_of(client)
    home = page.context["page"]
    assert [(each.stage_name, each.cover.name) for each in home.accountable_for] == [("Retirement", "Nikhil Rao")]
    assert [model.name for model in home.models] == ["Card fraud scorer"]
    assert [(reach.severities, reach.sentence) for reach in home.reached_by] == [
        ("SEV1 to SEV4", "Level 2 of Incidents in Fraud detection, after 15 min")
    ]
    content = page.content.decode()
    assert "lead of Fraud detection" in content
    assert 'href="/charters/fraud-detection/"' in content


def test_lead_sees_the_holes_of_the_own_teams_only(client, reader):
    TeamFactory(name="Treasury", lead=reader)
    TeamFactory(name="Somebody else")
    page = home_of(client)
    assert "but <strong>Treasury: no charter in force</strong>" in page.context["answer"]
    content = page.content.decode()
    assert "Holes in my teams" in content
    assert "Somebody else" not in content


def test_admin_sees_the_holes_of_the_organisation(client, reader):
    reader.is_staff = True
    reader.save()
    TeamFactory(name="Treasury")
    MLModelFactory(team=TeamFactory(name="Pricing"), accountable=None)
    content = home_of(client).content.decode()
    assert "Holes in the organisation" in content
    assert "Treasury: no charter in force" in content
    assert "Nobody answers for one model." in content


def test_week_has_seven_days_in_the_readers_time_zone():
    tokyo = ZoneInfo("Asia/Tokyo")
    person = PersonFactory(timezone="Asia/Tokyo")
    now = datetime(2026, 11, 20, 23, tzinfo=UTC)  # Saturday morning in Tokyo
    occasion = OccasionFactory(title="Alignment", due_at=datetime.combine(date(2026, 11, 23), time(0, 30), tokyo))
    OccasionPersonFactory(occasion=occasion, person=person)
    AbsenceFactory(person=person, first_on=date(2026, 11, 24), last_on=date(2026, 11, 25))
    week = week_of(person, now)
    assert [day.day.day for day in week] == [21, 22, 23, 24, 25, 26, 27]
    assert [day.off_because for day in week] == ["Not a working day"] * 2 + ["", "Away", "Away", "", ""]
    assert [(one.at, one.title) for one in week[2].appointments] == [("00:30", "Alignment")]
    assert week[0].is_today


def test_home_takes_the_same_queries_for_one_thing_and_for_three(client, reader):
    put_in_force(make_crew("first"))
    due(reader)
    MLModelFactory(accountable=reader)
    one = own_queries(client, "/")
    put_in_force(make_crew("second"), clean_tree("second"))
    due(reader)
    due(reader)
    MLModelFactory(accountable=reader)
    assert own_queries(client, "/") == one <= 18
