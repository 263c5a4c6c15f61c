import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import NOW, OccasionFactory, OccasionPersonFactory, PersonFactory, SeatFactory, TeamFactory

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/occasions/"


@pytest.fixture
def ada(client, time_machine):
    time_machine.move_to(NOW, tick=False)
    person = PersonFactory()
    client.force_login(person)
    return person


def keys(client, **query) -> list[str]:
    return [row["key"] for row in client.get(ADDRESS, query).json()["results"]]


def test_mine_are_those_that_name_me_or_my_teams(ada, client):
    team = SeatFactory(person=ada).team
    named = OccasionPersonFactory(person=ada).occasion
    ours = OccasionFactory(team=team, for_team=True)
    OccasionFactory(team=team)
    OccasionPersonFactory()
    assert set(keys(client, mine=1)) == {named.key, ours.key}
    assert len(keys(client)) == len(keys(client, mine=0)) == 4


def test_open_ones_unless_a_state_is_asked_for(ada, client):
    done = OccasionFactory(state="done", closed_at=NOW)
    opened = OccasionFactory(kind="ballot", team=TeamFactory(key="fraud-detection"))
    assert keys(client) == [opened.key]
    assert keys(client, state="done") == [done.key]
    assert keys(client, kind="ballot", team="fraud-detection") == [opened.key]
    assert keys(client, kind="retrospective") == []


def test_row_is_what_the_contract_says(ada, client):
    occasion = OccasionFactory(team=TeamFactory(key="fraud-detection"))
    assert client.get(ADDRESS).json()["results"] == [
        {
            "key": occasion.key,
            "kind": "retrospective",
            "team": "fraud-detection",
            "title": occasion.title,
            "url": "/inbox/",
            "state": "open",
            "due_at": "2026-11-26T14:00:00Z",
            "timezone": "Europe/Berlin",
            "sequence": 0,
        }
    ]


@pytest.mark.parametrize("query", [{"state": "whatever"}, {"mine": "perhaps"}])
def test_bad_filter_is_422(ada, client, query):
    assert client.get(ADDRESS, query).status_code == 422


def test_stranger_is_refused(client):
    assert client.get(ADDRESS).status_code == 401


def test_list_asks_as_much_for_three_as_for_one(ada, client):
    OccasionPersonFactory(person=ada)
    client.get(ADDRESS)
    counts = []
    for more in (0, 2):
        for _ in range(more):
            OccasionPersonFactory(person=ada, occasion=OccasionFactory(team=TeamFactory()))
        with CaptureQueriesContext(connection) as queries:
            client.get(ADDRESS, {"mine": 1})
        counts.append(len(queries))
    assert counts[0] == counts[1]
