from datetime import date

import pytest

from ledger.models import Entry
from teams.models import MLModel, Person, Role, Seat, Team
from tests.factories import MLModelFactory, PersonFactory, RoleFactory, SeatFactory, TeamFactory
from tests.pages import own_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    person = PersonFactory(admin=True, email="admin@example.org")
    client.force_login(person)
    return person


TEAM = {"key": "fraud", "name": "Fraud", "structure": "squad", "timezone": "Europe/Berlin"}
PERSON = {
    "name": "Ada Brandt",
    "email": "ada@example.org",
    "timezone": "Europe/Berlin",
    "working_days": [1, 2, 3],
    "work_starts": "08:00",
    "work_ends": "16:00",
}
ROLE = {"key": "prompt-engineer", "name": "Prompt engineer", "discipline": "engineering", "position": 5}
MODEL = {"key": "scorer", "name": "Scorer", "team": "owner", "tier": "1", "stage": "running"}


def test_team_is_founded_and_shown(client, admin):
    response = client.post("/teams/new/", TEAM | {"lead": admin.pk})
    assert (response.status_code, response.headers["Location"]) == (302, "/teams/fraud/")
    assert Team.objects.get(key="fraud").lead == admin
    assert Entry.objects.get().key == "teams.team.created"


def test_team_is_changed_without_its_key(client, admin):
    team = TeamFactory(key="fraud", parent=TeamFactory())
    page = client.get("/teams/fraud/edit/")
    assert "key" not in page.context["form"].fields
    assert page.context["form"].initial["name"] == "Fraud"
    client.post("/teams/fraud/edit/", TEAM | {"name": "Fraud detection", "lead": team.lead_id, "parent": ""})
    team.refresh_from_db()
    assert (team.name, team.parent) == ("Fraud detection", None)


def test_team_edited_keeps_a_lead_who_left_selectable_but_refuses_a_new_one(client, admin):
    team = TeamFactory(key="fraud", lead=PersonFactory(gone=True))
    form = client.get("/teams/fraud/edit/").context["form"]
    assert team.lead in form.fields["lead"].queryset
    assert PersonFactory(gone=True) not in form.fields["lead"].queryset


def test_team_closed_with_models_says_what_to_do(client, admin):
    MLModelFactory(team=TeamFactory(key="fraud"))
    response = client.post("/teams/fraud/close/")
    assert response.status_code == 409
    assert "Hand these over first" in response.content.decode()


def test_team_closed_and_reopened(client, admin):
    TeamFactory(key="fraud")
    assert client.post("/teams/fraud/close/").headers["Location"] == "/teams/fraud/"
    assert Team.objects.get(key="fraud").closed_at is not None
    client.post("/teams/fraud/reopen/")
    assert Team.objects.get(key="fraud").closed_at is None


def test_person_is_added_and_deactivated(client, admin):
    client.post("/people/new/", PERSON)
    person = Person.objects.get(email="ada@example.org")
    assert (person.working_days, str(person.work_ends)) == ([1, 2, 3], "16:00:00")
    client.post(f"/people/{person.pk}/deactivate/")
    assert not Person.objects.get(pk=person.pk).is_active
    client.post(f"/people/{person.pk}/reactivate/")
    assert Person.objects.get(pk=person.pk).is_active


def test_role_is_added_with_its_lists(client, admin):
    client.post("/roles/new/", ROLE | {"skills": "Writing\r\n\r\n  Evaluation \n", "tools": ""})
    role = Role.objects.get(key="prompt-engineer")
    assert (role.skills, role.tools) == (["Writing", "Evaluation"], [])
    page = client.get("/roles/prompt-engineer/edit/").content.decode()
    assert "Writing\nEvaluation" in page


def test_model_is_registered_and_retired(client, admin):
    TeamFactory(key="owner")
    response = client.post("/models/new/", MODEL)
    assert response.headers["Location"] == "/models/scorer/"
    client.post("/models/scorer/edit/", MODEL | {"stage": "retired", "accountable": admin.pk})
    model = MLModel.objects.get(key="scorer")
    assert (model.stage, model.accountable) == ("retired", admin)


def test_seat_is_given_changed_and_ended_by_the_lead(client):
    team = TeamFactory(key="fraud")
    person = PersonFactory()
    client.force_login(team.lead)
    seat = {"person": person.pk, "role": "ml-engineer", "kind": "primary", "since": "2026-01-01"}
    RoleFactory(key="ml-engineer")
    assert client.post("/teams/fraud/seats/new/", seat).headers["Location"] == "/teams/fraud/seats/"
    given = Seat.objects.get()
    client.post(f"/seats/{given.pk}/", {"kind": "deputy", "since": "2026-02-01", "until": "2026-12-31"})
    given.refresh_from_db()
    assert (given.kind, given.since, given.until) == ("deputy", date(2026, 2, 1), date(2026, 12, 31))
    client.post(f"/seats/{given.pk}/end/")
    given.refresh_from_db()
    assert given.until < date(2026, 12, 31) or given.until >= given.since
    assert Entry.objects.filter(actor_id=team.lead_id).count() == 3


def test_second_primary_is_refused_beside_the_field_with_the_input_kept(client, admin):
    standing = SeatFactory(team=TeamFactory(key="fraud"), role=RoleFactory(key="ml-engineer"), kind="primary")
    other = PersonFactory(name="Sofia Almeida")
    body = {"person": other.pk, "role": "ml-engineer", "kind": "primary", "since": "2026-05-01"}
    page = client.post("/teams/fraud/seats/new/", body)
    assert page.status_code == 422
    [message] = page.context["form"].errors["kind"]
    assert standing.person.name in message
    text = page.content.decode()
    assert message in text
    assert f'<option value="{other.pk}" selected>' in text
    assert 'value="2026-05-01"' in text
    assert Seat.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/teams/new/", TEAM | {"key": "Not a key"}, "key"),
        ("/teams/new/", TEAM | {"key": "owner"}, "key"),
        ("/teams/new/", TEAM | {"key": "new"}, "key"),
        ("/teams/new/", TEAM | {"name": "Two\nlines"}, "name"),
        ("/teams/new/", TEAM | {"name": "Trailing\n"}, "name"),
        ("/teams/new/", TEAM | {"name": "nul\x00"}, "name"),
        ("/teams/new/", TEAM | {"name": "x" * 201}, "name"),
        ("/teams/new/", TEAM | {"structure": "pyramid"}, "structure"),
        ("/teams/new/", TEAM | {"timezone": "Europe/Atlantis"}, "timezone"),
        ("/teams/new/", TEAM | {"holidays": "QQ"}, "holidays"),
        ("/teams/new/", TEAM | {"lead": "99999999999999999999999"}, "lead"),
        ("/teams/new/", TEAM | {"parent": "x"}, "parent"),
        ("/people/new/", PERSON | {"email": "ADMIN@example.org"}, "email"),
        ("/people/new/", PERSON | {"email": "a@b@c"}, "email"),
        ("/people/new/", PERSON | {"name": "Ada\r\nBcc: all@example.org"}, "name"),
        ("/people/new/", PERSON | {"working_days": ["9"]}, "working_days"),
        ("/people/new/", PERSON | {"work_starts": "17:00"}, "work_ends"),
        ("/people/new/", PERSON | {"work_starts": "noon"}, "work_starts"),
        ("/people/new/", PERSON | {"is_staff": "on", "is_auditor": "on"}, "is_auditor"),
        ("/roles/new/", ROLE | {"discipline": "magic"}, "discipline"),
        ("/roles/new/", ROLE | {"key": "ml-engineer"}, "key"),
        ("/roles/new/", ROLE | {"position": "99999999999999999999"}, "position"),
        ("/roles/new/", ROLE | {"skills": "x" * 101}, "skills"),
        ("/models/new/", MODEL | {"team": "nowhere"}, "team"),
        ("/models/new/", MODEL | {"tier": "4"}, "tier"),
        ("/models/new/", MODEL | {"registry": "two\nlines"}, "registry"),
    ],
)
def test_bad_input_is_422_beside_its_field_with_the_input_kept(client, admin, path, body, field):
    TeamFactory(key="owner")
    page = client.post(path, body)
    assert page.status_code == 422
    form = page.context["form"]
    assert list(form.errors) == [field]
    assert form.data.get("name") == body.get("name")
    assert f'id="id_{field}_error"' in page.content.decode()
    assert Entry.objects.count() == 0


def test_closed_team_gives_no_seat(client, admin):
    team = TeamFactory(key="fraud")
    client.post("/teams/fraud/close/")
    RoleFactory(key="ml-engineer")
    body = {"person": admin.pk, "role": "ml-engineer", "kind": "member", "since": "2026-05-01"}
    assert client.post("/teams/fraud/seats/new/", body).status_code == 409
    assert not team.seats.exists()


@pytest.mark.parametrize("path", ["/teams/nowhere/edit/", "/people/99999999999999999999999/edit/", "/roles/x/edit/"])
def test_what_is_not_there_is_404(client, admin, path):
    assert client.get(path).status_code == 404


def test_names_are_escaped_wherever_they_stand(client, admin):
    name = "<script>alert(1)</script>"
    team = TeamFactory(key="fraud", name=name)
    model = MLModelFactory(team=team, name=name, description=name, accountable=PersonFactory(name=name))
    SeatFactory(team=team, person=model.accountable, role=RoleFactory(key="ml-engineer", name=name))
    client.post("/teams/fraud/edit/", TEAM | {"name": name, "structure": "hub"})
    for path in (
        "/teams/",
        "/teams/fraud/",
        "/teams/fraud/edit/",
        "/teams/fraud/seats/",
        "/people/",
        f"/people/{model.accountable_id}/",
        "/models/",
        f"/models/{model.key}/",
        "/roles/",
        "/ledger/",
    ):
        page = client.get(path)
        assert page.status_code == 200
        assert name not in page.content.decode()


def test_role_catalogue_takes_as_many_queries_for_three_seats_as_for_one(client, admin):
    SeatFactory()
    assert own_queries(client, "/roles/") == 2
    SeatFactory.create_batch(2)
    assert own_queries(client, "/roles/") == 2


def test_seats_page_takes_as_many_queries_for_three_as_for_one(client, admin):
    team = TeamFactory(key="fraud")
    SeatFactory(team=team)
    assert own_queries(client, "/teams/fraud/seats/") == 3
    SeatFactory.create_batch(2, team=team)
    assert own_queries(client, "/teams/fraud/seats/") == 3
