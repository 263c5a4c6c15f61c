import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from ledger.models import Entry
from teams.models import Person
from tests.factories import PASSWORD, PersonFactory, RoleFactory, SeatFactory, TeamFactory

pytestmark = pytest.mark.django_db

FIRST = {
    "name": "Ada Brandt",
    "email": "ada@example.org",
    "timezone": "Europe/Berlin",
    "password": "a long enough secret",
    "again": "a long enough secret",
}


@pytest.mark.parametrize("path", ["/", "/teams/", "/accounts/login/", "/nowhere/"])
def test_empty_installation_leads_every_page_to_the_welcome(client, path):
    assert client.get(path).headers["Location"] == "/welcome/"


def test_empty_installation_still_answers_machines(client):
    assert client.get("/healthz").status_code == 200
    assert client.get("/api/v1/teams/").status_code == 401


def test_first_admin_is_made_and_signed_in(client):
    assert client.get("/welcome/").status_code == 200
    response = client.post("/welcome/", FIRST)
    assert response.headers["Location"] == "/teams/new/"
    person = Person.objects.get()
    assert person.is_admin
    assert person.check_password("a long enough secret")
    assert Entry.objects.get().key == "teams.person.created"
    assert client.get("/teams/new/").status_code == 200
    assert client.get("/welcome/").status_code == 404
    assert client.post("/welcome/", FIRST | {"email": "eve@example.org"}).status_code == 404
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "short", "again": "short"}, "password"),
        ({"password": "1234567890", "again": "1234567890"}, "password"),
        ({"again": "something else"}, "again"),
        ({"email": "nowhere"}, "email"),
        ({"name": "a\nb"}, "name"),
        ({"timezone": "Mars"}, "timezone"),
    ],
)
def test_first_admin_with_bad_input_is_422(client, change, field):
    page = client.post("/welcome/", FIRST | change)
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert not Person.objects.exists()


def test_nobody_asks_for_the_first_admin_twice(client, django_assert_num_queries):
    PersonFactory()
    client.get("/accounts/login/")
    with django_assert_num_queries(0):
        client.get("/nowhere/")


def test_sign_in_is_by_address_in_any_case(client):
    PersonFactory(email="ada@example.org")
    response = client.post("/accounts/login/", {"login": "ADA@example.org", "password": PASSWORD})
    assert (response.status_code, response.headers["Location"]) == (302, "/")


def test_sign_in_of_somebody_who_left_is_refused(client):
    PersonFactory(email="gone@example.org", gone=True)
    client.post("/accounts/login/", {"login": "gone@example.org", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_strangers_cannot_sign_up(client):
    PersonFactory()
    body = {"email": "eve@example.org", "password1": "a long enough secret", "password2": "a long enough secret"}
    client.post("/accounts/signup/", body)
    assert not Person.objects.filter(email="eve@example.org").exists()


# The doors of the demonstration


@pytest.fixture
def players(db):
    admin = PersonFactory(admin=True)
    auditor = PersonFactory(auditor=True)
    lead = TeamFactory().lead
    engineer = SeatFactory(role=RoleFactory(key="ml-engineer"), team__lead=admin).person
    return {"admin": admin, "auditor": auditor, "lead": lead, "engineer": engineer}


@pytest.mark.parametrize("part", ["lead", "engineer", "admin", "auditor"])
def test_door_signs_in_by_one_click(client, players, part):
    response = client.post(f"/demo/enter/{part}/")
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(players[part].pk)


def test_doors_stand_on_the_sign_in_page(client, players):
    text = client.get("/accounts/login/").content.decode()
    for part, person in players.items():
        assert f'action="/demo/enter/{part}/"' in text
        assert person.name in text


def test_doors_do_not_exist_outside_the_demonstration(client, players, settings):
    settings.DEMO = False
    assert client.post("/demo/enter/admin/").status_code == 404
    assert "/demo/enter/" not in client.get("/accounts/login/").content.decode()


def test_door_opens_by_post_with_a_csrf_token_only(players):
    strict = Client(enforce_csrf_checks=True)
    assert strict.get("/demo/enter/admin/").status_code == 405
    assert strict.post("/demo/enter/admin/").status_code == 403


def test_door_that_nobody_stands_behind_is_404(client):
    PersonFactory()
    assert client.post("/demo/enter/admin/").status_code == 404
    assert client.post("/demo/enter/king/").status_code == 404


@pytest.mark.parametrize("path", ["/accounts/email/", "/accounts/confirm-email/", "/accounts/confirm-email/x:y/"])
def test_nobody_changes_their_address_past_the_ledger(client, path):
    person = PersonFactory(email="ada@example.org")
    client.force_login(person)
    assert client.get(path).headers["Location"] == person.get_absolute_url()
    for fields in ({"action_add": "", "email": "eve@example.org"}, {"action_primary": "", "email": "eve@example.org"}):
        assert client.post(path, fields).status_code == 405
    person.refresh_from_db()
    assert person.email == "ada@example.org"
    assert not EmailAddress.objects.filter(email="eve@example.org").exists()
