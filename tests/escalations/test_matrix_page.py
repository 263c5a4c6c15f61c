"""The page of the matrix, its CSV, and its API."""

import csv
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.charters import clean_tree, make_crew, put_in_force
from tests.factories import PersonFactory, TeamFactory
from tests.pages import own_queries

pytestmark = pytest.mark.django_db

PAGE = "/escalation-matrix/"
API = "/api/v1/escalation-matrix/"
SUNDAY = "2026-11-22T02:00"


@pytest.fixture
def reader() -> PersonFactory:
    return PersonFactory(name="Ada Brandt")


@pytest.fixture
def client(reader) -> Client:
    client = Client()
    client.force_login(reader)
    return client


def crew_in_force(key: str, **team):
    crew = make_crew(key, **team)
    put_in_force(crew)
    return crew


def test_page_names_who_is_reached(client):
    crew = crew_in_force("fraud-detection", name="Fraud detection")
    page = client.get(PAGE, {"at": SUNDAY})
    assert page.status_code == 200
    content = page.content.decode()
    assert page.context["answer"] == "In all four cases somebody is."
    assert str(crew["ml-engineer"]) in content
    assert "squad, charter 1" in content


def test_page_marks_a_team_without_charter_with_shape_and_word(client):
    TeamFactory(name="Treasury", lead=PersonFactory(name="Henrik Aas", email="henrik@example.org"))
    content = client.get(PAGE).content.decode()
    assert "No charter in force" in content
    assert "#g-error" in content
    assert "mailto:henrik@example.org?subject=Treasury%3A%20no%20charter%20in%20force" in content


def test_lead_is_sent_to_the_editor(client, reader):
    TeamFactory(key="treasury", lead=reader)
    assert 'href="/charters/treasury/edit/"' in client.get(PAGE).content.decode()


def test_admin_names_a_lead_where_there_is_none(client, reader):
    reader.is_staff = True
    reader.save()
    TeamFactory(key="treasury", lead=None)
    assert 'href="/teams/treasury/edit/"' in client.get(PAGE).content.decode()


@pytest.mark.parametrize("at", ["nonsense", "2026-13-01T00:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59"])
def test_moment_that_cannot_be_read_is_said_beside_the_field(client, at):
    page = client.get(PAGE, {"at": at})
    assert page.status_code == 422
    content = page.content.decode()
    assert f'value="{at}"' in content
    assert 'id="id_at_error"' in content


@pytest.mark.parametrize("query", [{"team": "nowhere"}, {"severity": "SEV9"}, {"trigger": "gossip"}])
def test_filter_that_means_nothing_is_refused(client, query):
    assert client.get(PAGE, query).status_code == 422


def test_moment_without_offset_is_meant_in_the_readers_time_zone(client):
    page = client.get(PAGE, {"at": SUNDAY})
    assert page.context["form"].cleaned_data["at"].isoformat() == "2026-11-22T02:00:00+01:00"


def test_team_filter_takes_in_what_stands_below(client):
    unit = TeamFactory(key="payments", name="Payments")
    crew_in_force("fraud-detection", name="Fraud detection", parent=unit)
    crew_in_force("pricing", name="Pricing")
    content = client.get(PAGE, {"team": "payments"}).content.decode()
    assert '<span class="team">Fraud detection</span>' in content
    assert '<span class="team">Pricing</span>' not in content


def test_teams_without_findings_fold_away_and_come_back(client):
    for number in range(3):
        crew_in_force(f"sound-{number}", name=f"Sound {number}")
    TeamFactory(name="Silent")
    folded = client.get(PAGE).content.decode()
    assert '<span class="team">Sound 0</span>' not in folded
    assert "One of four teams is shown." in folded
    assert "Show the three without findings" in folded
    assert '<span class="team">Sound 0</span>' in client.get(PAGE, {"all": "1"}).content.decode()


def test_only_holes_leaves_the_rest_out(client):
    crew_in_force("sound", name="Sound")
    content = client.get(PAGE, {"only": "on"}).content.decode()
    assert "No team has a hole or a single point." in content


def test_page_takes_the_same_queries_for_one_team_and_for_three(client):
    crew_in_force("first")
    one = own_queries(client, PAGE)
    crew_in_force("second")
    TeamFactory(name="Third")
    assert own_queries(client, PAGE) == one == 6


def test_csv_has_a_row_for_each_call(client):
    crew = crew_in_force("fraud-detection")
    page = client.get(PAGE, {"severity": "SEV1", "as": "csv"})
    assert page["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(page.content.decode().splitlines()))
    assert [(row["severity"], row["level"], row["call"], row["person"]) for row in rows] == [
        ("SEV1", "1", "1", crew["ml-engineer"].email),
        ("SEV1", "2", "1", crew.lead.email),
        ("SEV1", "2", "2", crew.lead.email),
    ]
    assert rows[0]["target"] == "role ml-engineer"


def test_csv_defuses_what_a_spreadsheet_would_run(client):
    crew = crew_in_force("fraud-detection")
    crew["ml-engineer"].email = "=cmd@example.org"
    crew["ml-engineer"].save()
    content = client.get(PAGE, {"severity": "SEV1", "as": "csv"}).content.decode()
    assert ",'=cmd@example.org," in content


def test_page_asks_who_you_are():
    assert Client().get(PAGE).status_code == 302


# The API


def test_api_gives_the_rows_of_the_contract(client):
    crew = crew_in_force("fraud-detection")
    answer = client.get(API, {"team": "fraud-detection", "severity": "SEV2", "at": "2026-11-22T02:00:00+01:00"})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["next"], body["previous"]) == (None, None)
    assert body["results"][0] == {
        "team": "fraud-detection",
        "path": "incidents",
        "triggers": ["drift", "quality", "latency", "fairness", "security", "privacy", "data", "late-decision"],
        "severity": "SEV2",
        "level": 1,
        "call": 1,
        "target": {"role": "ml-engineer"},
        "person": crew["ml-engineer"].email,
        "acknowledge_within_minutes": 15,
        "channels": ["inbox", "email"],
    }
    assert [(row["level"], row["call"]) for row in body["results"]] == [(1, 1), (2, 1), (2, 2)]


def test_api_follows_absences(client):
    crew = crew_in_force("fraud-detection")
    today = timezone.localdate()
    crew["ml-engineer"].absences.create(first_on=today, last_on=today + timedelta(days=3))
    [row, *_rest] = client.get(API, {"severity": "SEV1"}).json()["results"]
    assert (row["level"], row["person"]) == (1, None)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"at": "2026-11-22T02:00:00"}, "/at"),
        ({"at": "tomorrow"}, "/at"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "/at"),
        ({"severity": "SEV0"}, "/severity"),
        ({"team": "nowhere"}, "/team"),
        ({"cursor": "nowhere"}, "/cursor"),
        ({"page_size": "0"}, "/page_size"),
    ],
)
def test_api_refuses_what_it_cannot_read(client, query, pointer):
    crew_in_force("fraud-detection")
    answer = client.get(API, query)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_api_reads_an_offset_whose_plus_became_a_space(client):
    assert client.get(f"{API}?at=2026-11-22T02:00:00+01:00").status_code == 200


def test_api_pages_hold_whole_teams_and_lead_both_ways(client):
    for key in ("alpha", "beta", "gamma"):
        crew_in_force(key, name=key.capitalize())
    first = client.get(API, {"severity": "SEV1", "page_size": 2}).json()
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()
    teams = [{row["team"] for row in page["results"]} for page in (first, second, third)]
    assert teams == [{"alpha"}, {"beta"}, {"gamma"}]
    assert (first["previous"], third["next"]) == (None, None)
    assert client.get(second["previous"]).json() == first
    assert client.get(third["previous"]).json()["results"] == second["results"]


def test_api_takes_the_same_queries_for_one_team_and_for_three(client, django_assert_num_queries):
    crew_in_force("first")
    client.get(API)
    with django_assert_num_queries(8):
        client.get(API)
    crew_in_force("second")
    TeamFactory()
    with django_assert_num_queries(8):
        client.get(API)


def test_api_asks_who_you_are():
    assert Client().get(API).status_code == 401


def test_api_shows_a_severity_without_path_as_a_row_without_person(client):
    tree = clean_tree()
    tree["escalation"][0]["severities"] = ["SEV2", "SEV3", "SEV4"]
    waiver = {"rule": "ESC001", "at": "/escalation", "reason": "The desk answers.", "until": "2030-01-01"}
    crew = make_crew()
    put_in_force(crew, {**tree, "waivers": [{**waiver, "by": crew.lead.email}]})
    [row] = client.get(API, {"severity": "SEV1"}).json()["results"]
    assert (row["path"], row["level"], row["person"], row["severity"]) == (None, None, None, "SEV1")
