"""The pages of teams, people and models."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.queries.models import routings_of
from teams.models import Seat
from teams.organisation import load_organisation
from tests.charters import clean_tree, document_from, make_crew, put_in_force
from tests.factories import (
    AbsenceFactory,
    MLModelFactory,
    OccasionFactory,
    PersonFactory,
    ReviewFactory,
    RoleFactory,
    SeatFactory,
    TeamFactory,
)
from tests.pages import own_queries

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def reader(client):
    """Somebody who leads a team of their own and is neither admin nor auditor."""
    person = PersonFactory(name="Carla Mendes", email="carla@example.org")
    client.force_login(person)
    return person


def page_of(client, path):
    page = client.get(path)
    assert page.status_code == 200
    return page


def answer_of(client, path):
    return str(page_of(client, path).context["answer"])


# Teams


def test_teams_say_that_there_is_none(client):
    assert answer_of(client, "/teams/") == "There is no team yet."


def test_teams_name_whom_nobody_leads(client):
    team = TeamFactory(name="Treasury", lead=None)
    MLModelFactory(team=team)
    MLModelFactory(stage="retired")
    assert answer_of(client, "/teams/") == "Two teams own one model. <strong>Nobody leads Treasury.</strong>"


def test_teams_name_who_has_no_charter_in_force(client):
    put_in_force(make_crew("fraud-detection", name="Fraud detection"))
    TeamFactory(name="Disputes")
    assert answer_of(client, "/teams/") == "Two teams own no models. <strong>Disputes has no charter in force.</strong>"


def test_teams_hang_below_their_parents(client):
    bottom = TeamFactory(name="C", parent=TeamFactory(name="B", parent=TeamFactory(name="Z")))
    TeamFactory(name="A")
    TeamFactory(name="Closed", parent=bottom, closed_at=timezone.now())
    lines = page_of(client, "/teams/").context["lines"]
    assert [(line.team.name, line.depth) for line in lines] == [("A", 0), ("Z", 0), ("B", 1), ("C", 2)]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("text=fraud", ["Fraud detection"]),
        ("text=ADA", ["Fraud detection"]),
        ("structure=hub", ["Payments"]),
        ("charter=in-force", []),
        ("charter=none", ["Payments", "Fraud detection"]),
        ("structure=pyramid", ["Payments", "Fraud detection"]),
        ("text=%00", ["Payments", "Fraud detection"]),
    ],
)
def test_teams_are_filtered_by_the_address(client, query, names):
    parent = TeamFactory(name="Payments", structure="hub")
    TeamFactory(name="Fraud detection", parent=parent, lead__name="Ada Brandt")
    lines = page_of(client, f"/teams/?{query}").context["lines"]
    assert [line.team.name for line in lines] == names


def test_teams_take_as_many_queries_for_three_as_for_one(client):
    SeatFactory()
    assert own_queries(client, "/teams/") == 4
    for _ in range(2):
        put_in_force(make_crew(TeamFactory.build().key))
        MLModelFactory()
    assert own_queries(client, "/teams/") == 4


def test_team_shows_who_holds_what_and_who_is_missing(client):
    crew = make_crew()
    deputy = SeatFactory(team=crew.team, role=RoleFactory(key="data-scientist"), kind=Seat.Kind.DEPUTY)
    AbsenceFactory(person=deputy.person, first_on=timezone.localdate(), last_on=timezone.localdate())
    put_in_force(crew)
    Seat.objects.filter(role__key="ml-engineer").delete()
    page = page_of(client, "/teams/fraud-detection/").context["page"]
    rows = {row.key: row for row in page.roles}
    assert list(rows) == ["product-owner", "data-scientist", "ml-engineer"]
    assert rows["product-owner"].answers_for == ["Retirement"]
    assert rows["product-owner"].is_uncovered
    assert rows["data-scientist"].primary.person == crew["data-scientist"]
    assert [(each.person, each.away_until) for each in rows["data-scientist"].deputies] == [
        (deputy.person, timezone.localdate())
    ]
    assert rows["ml-engineer"].is_vacant
    assert "<strong>Nobody is ml-engineer.</strong>" not in answer_of(client, "/teams/fraud-detection/")
    assert "<strong>Nobody is ML engineer.</strong>" in answer_of(client, "/teams/fraud-detection/")


def test_team_says_first_what_is_overdue(client):
    crew = make_crew(name="Fraud detection")
    OccasionFactory(team=crew.team, title="Retrospective", due_at=timezone.now() - timedelta(days=2, minutes=5))
    assert answer_of(client, "/teams/fraud-detection/").endswith(
        "<strong>Retrospective is overdue for 2 days.</strong>"
    )


@pytest.mark.parametrize(
    ("team", "gap"),
    [
        ({"lead": None}, "Nobody leads it."),
        ({"lead__is_active": False}, "Nobody leads it."),
        ({}, "Nobody has a seat yet."),
    ],
)
def test_team_says_what_to_mend_first(client, team, gap):
    TeamFactory(key="fraud", **team)
    assert answer_of(client, "/teams/fraud/").endswith(f"<strong>{gap}</strong>")


def test_team_without_charter_offers_its_lead_to_start_one(client, reader):
    team = TeamFactory(key="fraud", lead=reader)
    SeatFactory(team=team)
    assert "It has no charter yet." in answer_of(client, "/teams/fraud/")
    assert "/charters/fraud/" in page_of(client, "/teams/fraud/").content.decode()


def test_team_shows_its_rituals_with_their_next_date(client):
    put_in_force(make_crew())
    rituals = page_of(client, "/teams/fraud-detection/").context["page"].rituals
    assert {each.name for each in rituals} == {"Retrospective", "Charter review"}
    assert all(each.due_at > timezone.now() for each in rituals)
    retrospective = next(each for each in rituals if each.name == "Retrospective")
    assert retrospective.clock == "15:00 Europe/Berlin"
    assert retrospective.facilitator.person.name == "Product Owner"


def test_team_shows_open_reviews_only(client):
    team = TeamFactory(key="fraud")
    shown = ReviewFactory(model__team=team, submitted=True)
    ReviewFactory(model__team=team)
    ReviewFactory(submitted=True)
    page = page_of(client, "/teams/fraud/")
    assert [each.review for each in page.context["page"].reviews] == [shown]
    assert shown.ref in page.content.decode()


def test_team_takes_as_many_queries_for_three_of_each_as_for_one(client):
    crew = make_crew()
    put_in_force(crew)

    def add_one_of_each():
        SeatFactory(team=crew.team)
        ReviewFactory(model__team=crew.team, submitted=True)
        OccasionFactory(team=crew.team)
        SeatFactory(team__parent=crew.team)

    add_one_of_each()
    before = own_queries(client, "/teams/fraud-detection/")
    add_one_of_each()
    add_one_of_each()
    assert own_queries(client, "/teams/fraud-detection/") == before <= 20


def test_closed_team_says_so(client):
    TeamFactory(key="fraud", closed_at=timezone.now())
    assert answer_of(client, "/teams/fraud/") == "It is closed; what it did stays on record."


@pytest.mark.parametrize(
    "path", ["/teams/nowhere/", "/people/999999/", "/people/9999999999999999999999/", "/models/none/"]
)
def test_what_is_not_there_is_404(client, path):
    assert client.get(path).status_code == 404


# People


def test_people_are_counted_with_who_is_away_and_who_has_no_seat(client):
    AbsenceFactory(person=SeatFactory().person, first_on=timezone.localdate(), last_on=timezone.localdate())
    PersonFactory(gone=True)
    assert answer_of(client, "/people/") == (
        "Three people work here; one is away today. <strong>One holds no seat in any team.</strong>"
    )


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("text=brandt+ada", ["Ada Brandt"]),
        ("text=ada%40", ["Ada Brandt"]),
        ("team=fraud", ["Ada Brandt", "Jonas Weidner"]),
        ("text=gone", []),
        ("text=gone&left=on", ["Gone Girl"]),
        ("team=nowhere&text=jonas", ["Jonas Weidner"]),
        ("page=99&text=jonas", ["Jonas Weidner"]),
        ("page=x&text=jonas", ["Jonas Weidner"]),
    ],
)
def test_people_are_filtered_by_the_address(client, query, names):
    team = TeamFactory(key="fraud", lead=PersonFactory(name="Ada Brandt", email="ada@example.org"))
    SeatFactory(team=team, person=PersonFactory(name="Jonas Weidner", email="j@example.org"))
    PersonFactory(name="Gone Girl", gone=True)
    lines = page_of(client, f"/people/?{query}").context["lines"]
    assert [line.person.name for line in lines] == names


def test_people_take_as_many_queries_for_three_as_for_one(client):
    SeatFactory()
    assert own_queries(client, "/people/") == 10
    for _ in range(2):
        AbsenceFactory(person=MLModelFactory(team=SeatFactory().team).accountable)
    assert own_queries(client, "/people/") == 10


def test_person_shows_what_they_answer_for_and_what_reaches_them(client):
    crew = make_crew(name="Fraud detection")
    put_in_force(crew)
    model = MLModelFactory(team=crew.team, accountable=crew["ml-engineer"])
    page = page_of(client, f"/people/{crew['ml-engineer'].pk}/").context["page"]
    assert [each.stage for each in page.accountable_for] == ["deployment", "monitoring", "retraining"]
    assert {each.cover for each in page.accountable_for} == {None}
    assert page.models == [model]
    assert [(reach.severities, reach.call.level) for reach in page.reached_by] == [("SEV1 to SEV4", 1)]
    assert answer_of(client, f"/people/{crew['ml-engineer'].pk}/") == (
        f"Ml Engineer answers for three stages of Fraud detection and {model.name}. "
        "<strong>Nobody covers for three of these stages.</strong>"
    )


def test_person_names_who_covers(client):
    crew = make_crew()
    deputy = SeatFactory(team=crew.team, role=RoleFactory(key="ml-engineer"), kind=Seat.Kind.DEPUTY).person
    put_in_force(crew)
    page = page_of(client, f"/people/{crew['ml-engineer'].pk}/").context["page"]
    assert {each.cover.id for each in page.accountable_for} == {deputy.pk}


def test_person_who_left_is_told_of_with_what_is_still_theirs(client):
    seat = SeatFactory(person__name="Bram de Wit", person__is_active=False)
    assert answer_of(client, f"/people/{seat.person_id}/") == (
        "Bram de Wit has left. <strong>Still theirs: one seat.</strong>"
    )


def test_person_reads_of_themselves_as_you(client, reader):
    assert answer_of(client, f"/people/{reader.pk}/").startswith("You hold no seat in any team.")


def test_person_takes_as_many_queries_for_three_of_each_as_for_one(client):
    crew = make_crew()
    put_in_force(crew)
    person = crew["ml-engineer"]

    def add_one_of_each():
        SeatFactory(person=person)
        MLModelFactory(accountable=person)
        AbsenceFactory(person=person)
        TeamFactory(lead=person)

    add_one_of_each()
    before = own_queries(client, f"/people/{person.pk}/")
    add_one_of_each()
    add_one_of_each()
    assert own_queries(client, f"/people/{person.pk}/") == before <= 16


# Models


def test_models_count_those_that_nobody_answers_for(client):
    assert answer_of(client, "/models/") == "No model is registered yet."
    team = MLModelFactory().team
    MLModelFactory(team=team, accountable=None)
    MLModelFactory(team=team, accountable__is_active=False)
    assert answer_of(client, "/models/") == (
        "Three models belong to one team; <strong>for two nobody is accountable.</strong>"
    )


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("text=scorer", ["scorer"]),
        ("text=chargebacks", ["scorer"]),
        ("team=fraud", ["scorer"]),
        ("tier=1", ["scorer"]),
        ("tier=7", ["other", "scorer"]),
        ("nobody=on", ["other"]),
        ("stage=retired", ["old"]),
        ("text=scorer&tier=2", []),
    ],
)
def test_models_are_filtered_by_the_address(client, query, keys):
    team = TeamFactory(key="fraud")
    MLModelFactory(key="scorer", team=team, tier=1, description="Learns from chargebacks")
    MLModelFactory(key="other", accountable=None)
    MLModelFactory(key="old", stage="retired")
    page = page_of(client, f"/models/?{query}").context["page"]
    assert [model.key for model in page] == keys


def test_models_are_cut_into_pages_that_keep_the_filter(client):
    MLModelFactory.create_batch(51, team=TeamFactory(key="fraud"), accountable=None)
    page = page_of(client, "/models/?team=fraud&page=2")
    assert len(page.context["page"].object_list) == 1
    assert "team=fraud&amp;page=1" in page.content.decode()


def test_models_take_as_many_queries_for_three_as_for_one(client):
    MLModelFactory()
    assert own_queries(client, "/models/") == 4
    MLModelFactory.create_batch(2)
    assert own_queries(client, "/models/") == 4


def test_model_shows_where_each_change_goes(client):
    crew = make_crew()
    put_in_force(crew)
    MLModelFactory(key="scorer", team=crew.team, tier=1)
    page = page_of(client, "/models/scorer/").context["page"]
    [routing] = page.routings
    assert (len(routing.kinds), page.unrouted) == (9, [])
    assert [(place.words, [person.name for person in place.people]) for place in routing.places] == [
        ("Product owner", ["Product Owner"]),
        ("Data scientist", ["Data Scientist"]),
    ]
    assert page.evidence == ("evaluation", "rollback-plan")


def test_model_names_the_changes_that_no_right_covers(client):
    make_crew()
    document = document_from(clean_tree(decisions=[clean_tree()["decisions"][0] | {"kinds": ["retrain"]}]))
    routings = routings_of(load_organisation(), document, 1, timezone.now())
    assert [routing.kinds for routing in routings] == [["retrain"]]


def test_model_without_charter_names_who_can_mend_it(client):
    team = TeamFactory(name="Fraud", lead__name="Ada Brandt")
    MLModelFactory(key="scorer", team=team)
    page = page_of(client, "/models/scorer/")
    assert "Fraud has no charter in force, so no change can be decided." in str(page.context["answer"])
    assert "Ada Brandt, who leads it" in page.content.decode()


@pytest.mark.parametrize(
    ("registry", "is_link"),
    [("https://registry.example.org/m", True), ("models:/scorer", False), ("javascript:alert(1)", False)],
)
def test_model_links_its_registry_only_where_that_is_a_web_address(client, registry, is_link):
    MLModelFactory(key="scorer", registry=registry)
    assert (f'href="{registry}"' in page_of(client, "/models/scorer/").content.decode()) is is_link


def test_model_takes_as_many_queries_for_three_reviews_as_for_one(client):
    crew = make_crew()
    put_in_force(crew)
    model = MLModelFactory(key="scorer", team=crew.team)
    ReviewFactory(model=model, submitted=True)
    before = own_queries(client, "/models/scorer/")
    ReviewFactory.create_batch(2, model=model, submitted=True)
    assert own_queries(client, "/models/scorer/") == before <= 12
