import json

import pytest

from ledger.models import Entry
from teams.models import IdempotencyKey, MLModel, Person, Role, Team
from tests.factories import MLModelFactory, PersonFactory, RoleFactory, SeatFactory, TeamFactory

pytestmark = pytest.mark.django_db

LISTS = {
    "/api/v1/teams/": lambda: SeatFactory(kind="primary"),
    "/api/v1/people/": SeatFactory,
    "/api/v1/roles/": RoleFactory,
    "/api/v1/models/": MLModelFactory,
}


@pytest.fixture
def admin(client):
    person = PersonFactory(admin=True, email="admin@example.org")
    client.force_login(person)
    return person


def send(client, method, path, body, **headers):
    return getattr(client, method)(path, json.dumps(body), content_type="application/json", headers=headers)


@pytest.mark.parametrize("path", LISTS)
def test_list_takes_as_many_queries_for_three_as_for_one(client, path, django_assert_num_queries, admin):
    queries = {"/api/v1/teams/": 4, "/api/v1/people/": 3, "/api/v1/roles/": 3, "/api/v1/models/": 3}[path]
    LISTS[path]()
    with django_assert_num_queries(queries):
        client.get(path)
    for _ in range(2):
        LISTS[path]()
    with django_assert_num_queries(queries):
        client.get(path)


def test_lists_are_cut_by_cursor(client, admin):
    for _ in range(3):
        TeamFactory()
    first = client.get("/api/v1/teams/?page_size=2").json()
    assert (len(first["results"]), first["previous"]) == (2, None)
    second = client.get(first["next"]).json()
    assert [team["key"] for team in first["results"] + second["results"]] == list(
        Team.objects.order_by("pk").values_list("key", flat=True)
    )
    assert second["next"] is None


def test_team_shows_parent_lead_and_seats_by_key_and_address(client, admin):
    parent = TeamFactory(key="payments")
    team = TeamFactory(key="fraud", parent=parent)
    seat = SeatFactory(team=team, role=RoleFactory(key="ml-engineer"), kind="primary")
    assert client.get("/api/v1/teams/fraud/").json() == {
        "key": "fraud",
        "name": "Fraud",
        "parent": "payments",
        "structure": "squad",
        "lead": team.lead.email,
        "timezone": "Europe/Berlin",
        "holidays": "",
        "closed_at": None,
        "seats": [
            {
                "role": "ml-engineer",
                "person": seat.person.email,
                "kind": "primary",
                "since": "2026-01-01",
                "until": None,
            }
        ],
    }


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("structure=hub", {"b"}),
        ("parent=a", {"b"}),
        ("lead=LEAD@example.org", {"a"}),
        ("q=bet", {"b"}),
        ("closed=false", {"a", "b"}),
        ("q=nothing", set()),
    ],
)
def test_teams_are_filtered(client, admin, query, keys):
    top = TeamFactory(key="a", name="Alpha", lead=PersonFactory(email="lead@example.org"))
    TeamFactory(key="b", name="Beta", parent=top, structure="hub")
    assert {team["key"] for team in client.get(f"/api/v1/teams/?{query}").json()["results"]} == keys


def test_people_are_filtered_by_seat(client, admin):
    seat = SeatFactory(team=TeamFactory(key="fraud"), role=RoleFactory(key="ml-engineer"))
    for query in ("team=fraud", "role=ml-engineer", "team=fraud&role=ml-engineer"):
        people = client.get(f"/api/v1/people/?{query}").json()["results"]
        assert [person["email"] for person in people] == [seat.person.email]


@pytest.mark.parametrize(
    "path", ["/api/v1/teams/?structure=pyramid", "/api/v1/models/?tier=9", "/api/v1/models/?q=%00"]
)
def test_filter_that_cannot_be_understood_is_422(client, admin, path):
    response = client.get(path)
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] in {"/structure", "/tier", "/q"}


POSTS = {
    "/api/v1/teams/": {"key": "fraud", "name": "Fraud", "structure": "squad", "lead": "admin@example.org"},
    "/api/v1/people/": {"email": "ada@example.org", "name": "Ada Brandt", "timezone": "Europe/Berlin"},
    "/api/v1/roles/": {"key": "prompt-engineer", "name": "Prompt engineer", "discipline": "engineering"},
    "/api/v1/models/": {
        "key": "scorer",
        "name": "Scorer",
        "team": "owner",
        "tier": 1,
        "accountable": "admin@example.org",
    },
}


@pytest.mark.parametrize("path", POSTS)
def test_post_by_an_admin_makes_it_and_names_its_address(client, admin, path):
    TeamFactory(key="owner")
    response = send(client, "post", path, POSTS[path])
    assert response.status_code == 201
    made = response.json()
    assert POSTS[path].items() <= made.items()
    assert client.get(response.headers["Location"]).json() == made
    assert Entry.objects.filter(actor_id=admin.pk).count() == 1


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("kind", [{}, {"auditor": True}, {"auditor": True, "admin": True}])
def test_post_by_anybody_else_is_403(client, path, kind):
    TeamFactory(key="owner")
    PersonFactory(email="admin@example.org")
    client.force_login(PersonFactory(**kind))
    assert send(client, "post", path, POSTS[path]).status_code == 403
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("/api/v1/teams/", {"name": "No key"}, "/key"),
        ("/api/v1/teams/", {"key": "Bad Key", "name": "X"}, "/key"),
        ("/api/v1/teams/", {"key": "owner", "name": "X"}, "/key"),
        ("/api/v1/teams/", {"key": "x", "name": "a\nb"}, "/name"),
        ("/api/v1/teams/", {"key": "x", "name": "X", "parent": "nowhere"}, "/parent"),
        ("/api/v1/teams/", {"key": "x", "name": "X", "lead": "nobody@example.org"}, "/lead"),
        ("/api/v1/teams/", {"key": "x", "name": "X", "holidays": "QQ"}, "/holidays"),
        ("/api/v1/teams/", ["a", "list"], ""),
        ("/api/v1/people/", {"email": "ADMIN@example.org", "name": "Twice"}, "/email"),
        ("/api/v1/people/", {"email": "a@example.org", "name": "A", "working_days": [1, 1]}, "/working_days"),
        ("/api/v1/people/", {"email": "a@example.org", "name": "A", "work_starts": "18:00"}, "/work_ends"),
        ("/api/v1/roles/", {"key": "r", "name": "R", "discipline": "magic"}, "/discipline"),
        ("/api/v1/models/", {"key": "m", "name": "M", "team": "nowhere"}, "/team"),
        ("/api/v1/models/", {"key": "m", "name": "M", "team": "owner", "tier": 0}, "/tier"),
        ("/api/v1/models/", {"key": "m", "name": "M", "team": {"key": "owner"}}, "/team"),
    ],
)
def test_post_of_bad_input_is_422_with_a_pointer(client, admin, path, body, pointer):
    TeamFactory(key="owner")
    response = send(client, "post", path, body)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert response.headers["Content-Type"] == "application/problem+json"


def test_post_that_cannot_be_parsed_is_400(client, admin):
    response = client.post("/api/v1/teams/", "{", content_type="application/json")
    assert response.status_code == 400


def test_patch_changes_what_it_names(client, admin):
    TeamFactory(key="fraud", name="Fraud")
    response = send(client, "patch", "/api/v1/teams/fraud/", {"structure": "platform", "lead": None})
    assert response.status_code == 200
    assert (response.json()["structure"], response.json()["lead"], response.json()["name"]) == (
        "platform",
        None,
        "Fraud",
    )
    role = send(client, "patch", "/api/v1/roles/ml-engineer/", {"tools": ["Python"]})
    assert role.json()["tools"] == ["Python"] == Role.objects.get(key="ml-engineer").tools
    model = MLModelFactory(key="scorer")
    assert send(client, "patch", "/api/v1/models/scorer/", {"stage": "retired"}).status_code == 200
    assert MLModel.objects.get(pk=model.pk).stage == "retired"


def test_patch_of_a_key_is_409(client, admin):
    TeamFactory(key="fraud")
    response = send(client, "patch", "/api/v1/teams/fraud/", {"key": "other"})
    assert (response.status_code, response.json()["state"]) == (409, "founded")


def test_patch_sets_a_person_inactive_and_back(client, admin):
    person = PersonFactory()
    path = f"/api/v1/people/{person.pk}/"
    assert send(client, "patch", path, {"active": False}).json()["active"] is False
    assert send(client, "patch", path, {"active": True}).json()["active"] is True
    assert set(Entry.objects.values_list("key", flat=True)) == {"teams.person.deactivated", "teams.person.reactivated"}


def test_last_admin_cannot_be_taken_away(client, admin):
    response = send(client, "patch", f"/api/v1/people/{admin.pk}/", {"admin": False})
    assert (response.status_code, response.json()["state"]) == (409, "only-admin")


@pytest.mark.parametrize("path", ["/api/v1/teams/nowhere/", "/api/v1/people/999999999999999999/", "/api/v1/models/x/"])
def test_unknown_is_404(client, admin, path):
    assert client.get(path).status_code == 404


# Idempotency-Key


def test_repeated_post_is_done_once_and_answered_alike(client, admin):
    first = send(client, "post", "/api/v1/people/", POSTS["/api/v1/people/"], **{"Idempotency-Key": "one"})
    again = send(client, "post", "/api/v1/people/", POSTS["/api/v1/people/"], **{"Idempotency-Key": "one"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert Person.objects.filter(email="ada@example.org").count() == 1


def test_key_used_for_another_body_or_address_is_422(client, admin):
    send(client, "post", "/api/v1/people/", POSTS["/api/v1/people/"], **{"Idempotency-Key": "one"})
    for path, body in (
        ("/api/v1/people/", POSTS["/api/v1/people/"] | {"name": "Other"}),
        ("/api/v1/teams/", POSTS["/api/v1/people/"]),
    ):
        response = send(client, "post", path, body, **{"Idempotency-Key": "one"})
        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == "/Idempotency-Key"


def test_key_of_a_refused_request_may_carry_the_mended_one(client, admin):
    body = POSTS["/api/v1/people/"]
    assert send(client, "post", "/api/v1/people/", body | {"name": ""}, **{"Idempotency-Key": "one"}).status_code == 422
    assert not IdempotencyKey.objects.exists()
    assert send(client, "post", "/api/v1/people/", body, **{"Idempotency-Key": "one"}).status_code == 201


def test_key_belongs_to_a_person(client, admin):
    send(client, "post", "/api/v1/people/", POSTS["/api/v1/people/"], **{"Idempotency-Key": "one"})
    client.force_login(PersonFactory(admin=True))
    response = send(client, "post", "/api/v1/teams/", POSTS["/api/v1/teams/"], **{"Idempotency-Key": "one"})
    assert response.status_code == 201


@pytest.mark.parametrize("key", ["", " ", "x" * 201])
def test_key_of_no_or_too_many_characters_is_422(client, admin, key):
    response = send(client, "post", "/api/v1/teams/", POSTS["/api/v1/teams/"], **{"Idempotency-Key": key})
    assert response.status_code == 422
    assert not Team.objects.exists()
