import hashlib
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from ledger.errors import Forbidden
from ledger.models import Entry
from teams.models import ApiToken
from teams.tokens import create_token, person_of_token, revoke_token
from tests.factories import NOW, PersonFactory

pytestmark = pytest.mark.django_db


def bearer(text):
    return {"authorization": f"Bearer {text}"}


def test_token_is_stored_as_its_digest_only():
    person = PersonFactory()
    token, text = create_token(person=person, by=person, now=NOW, label="pipeline")
    assert text.startswith("rmt_")
    assert len(text) == len("rmt_") + 40
    stored = ApiToken.objects.values().get()
    assert stored["digest"] == hashlib.sha256(text.encode()).hexdigest()
    assert text not in str(stored)
    assert Entry.objects.get().key == "teams.token.created"
    assert str(token) == f"rmt_…{text[-4:]}"


def test_token_is_made_for_oneself_only():
    with pytest.raises(Forbidden):
        create_token(person=PersonFactory(), by=PersonFactory(admin=True), now=NOW)


def test_token_opens_the_api_until_it_is_revoked(client):
    person = PersonFactory()
    token, text = create_token(person=person, by=person, now=NOW)
    assert client.get("/api/v1/teams/", headers=bearer(text)).status_code == 200
    revoke_token(token, by=person, now=NOW)
    response = client.get("/api/v1/teams/", headers=bearer(text))
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.headers["Content-Type"] == "application/problem+json"


def test_token_of_somebody_who_left_opens_nothing(client):
    person = PersonFactory()
    _token, text = create_token(person=person, by=None, now=NOW)
    person.is_active = False
    person.save()
    assert client.get("/api/v1/teams/", headers=bearer(text)).status_code == 401


@pytest.mark.parametrize("value", ["Bearer", "Bearer rmt_unknown", "Bearer rmt_\xe4", "bearer  ", "Bearer a b"])
def test_token_that_is_none_is_401(client, value):
    PersonFactory()
    assert client.get("/api/v1/teams/", headers={"authorization": value}).status_code == 401


def test_anonymous_is_challenged(client):
    PersonFactory()
    response = client.get("/api/v1/teams/")
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_day_of_use_is_written_once_a_day(django_assert_num_queries):
    person = PersonFactory()
    _token, text = create_token(person=person, by=None, now=NOW)
    with django_assert_num_queries(2):
        assert person_of_token(text, now=NOW) == person
    with django_assert_num_queries(1):
        person_of_token(text, now=NOW + timedelta(hours=1))
    with django_assert_num_queries(2):
        person_of_token(text, now=NOW + timedelta(days=1))
    assert ApiToken.objects.get().last_used_on == (NOW + timedelta(days=1)).date()


def test_token_is_revoked_by_its_person_or_an_admin():
    person = PersonFactory()
    token, _text = create_token(person=person, by=person, now=NOW)
    with pytest.raises(Forbidden):
        revoke_token(token, by=PersonFactory(), now=NOW)
    assert revoke_token(token, by=PersonFactory(admin=True), now=NOW).revoked_at == NOW


def test_command_prints_the_token_as_its_last_word(client):
    person = PersonFactory(email="ada@example.org")
    out = StringIO()
    call_command("create_token", "ADA@example.org", "--label", "pipeline", stdout=out)
    text = out.getvalue().split()[-1]
    assert person_of_token(text, now=timezone.now()) == person


def test_command_refuses_whom_it_does_not_know_or_who_left():
    PersonFactory(email="gone@example.org", gone=True)
    for email in ("nobody@example.org", "gone@example.org"):
        with pytest.raises(CommandError):
            call_command("create_token", email)
    assert not ApiToken.objects.exists()


# The page


def test_token_is_shown_once(client):
    person = PersonFactory()
    client.force_login(person)
    page = client.post("/profile/tokens/", {"label": "pipeline"})
    text = page.context["shown"]
    assert text in page.content.decode()
    assert page.headers["Cache-Control"].count("no-store") == 1
    assert text not in client.get("/profile/tokens/").content.decode()


def test_token_page_refuses_a_label_of_two_lines(client):
    client.force_login(PersonFactory())
    page = client.post("/profile/tokens/", {"label": "one\ntwo"})
    assert page.status_code == 422
    assert "label" in page.context["form"].errors
    assert not ApiToken.objects.exists()


def test_token_of_somebody_else_is_not_there_to_revoke(client):
    token, _text = create_token(person=PersonFactory(), by=None, now=NOW)
    client.force_login(PersonFactory(admin=True))
    assert client.post(f"/profile/tokens/{token.pk}/revoke/").status_code == 404
    client.force_login(token.person)
    assert client.post(f"/profile/tokens/{token.pk}/revoke/").status_code == 302
    assert ApiToken.objects.get().revoked_at is not None
