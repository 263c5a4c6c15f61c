"""Refusals and invalid forms as pages; the specimen sheet."""

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from config.pages import RefusalsMiddleware
from ledger.errors import ActRefused, Forbidden, IllegalState, Invalid
from tests.factories import PersonFactory

REFUSALS = [
    (Forbidden("Only the lead may propose."), 403),
    (IllegalState("The review is decided already.", state="approved"), 409),
    (Invalid([("/name", "Choose another name.")]), 422),
]


class NameForm(forms.Form):
    name = forms.CharField()


def asked(path: str = "/", **headers: str) -> HttpRequest:
    request = RequestFactory().post(path, headers=headers)
    request.user = AnonymousUser()
    return request


def middleware() -> RefusalsMiddleware:
    return RefusalsMiddleware(lambda request: HttpResponse())


@pytest.mark.parametrize(("refusal", "status"), REFUSALS)
def test_refusal_is_a_page_with_its_sentence(refusal: ActRefused, status: int) -> None:
    response = middleware().process_exception(asked(), refusal)

    assert response is not None
    assert response.status_code == status
    assert refusal.message in response.content.decode()


@pytest.mark.parametrize(("refusal", "status"), REFUSALS)
def test_refusal_asked_for_by_htmx_is_a_caution_at_the_top(refusal: ActRefused, status: int) -> None:
    response = middleware().process_exception(asked(**{"HX-Request": "true"}), refusal)

    assert response is not None
    assert response.status_code == status
    assert response["HX-Retarget"] == "#messages"
    assert response.content.decode().strip().startswith('<div class="caution caution-bad"')


def test_refusal_leads_back_to_a_page_of_ours_only() -> None:
    refusal = Forbidden("No.")

    ours = middleware().process_exception(asked(referer="http://testserver/reviews/"), refusal)
    theirs = middleware().process_exception(asked(referer="http://elsewhere.example/"), refusal)

    assert ours is not None
    assert theirs is not None
    assert 'href="http://testserver/reviews/"' in ours.content.decode()
    assert "elsewhere.example" not in theirs.content.decode()


def test_other_errors_stay_with_django() -> None:
    assert middleware().process_exception(asked(), RuntimeError("boom")) is None


@pytest.mark.parametrize(("data", "status"), [({"name": ""}, 422), ({"name": "Ada"}, 200)])
def test_page_that_shows_its_invalid_form_again_is_unprocessable(data: dict[str, str], status: int) -> None:
    response = TemplateResponse(asked(), "404.html", {"form": NameForm(data)})

    assert middleware().process_template_response(asked(), response).status_code == status


@pytest.mark.django_db
def test_sign_in_with_a_wrong_password_is_unprocessable_and_keeps_the_address(client: Client) -> None:
    PersonFactory()

    response = client.post("/accounts/login/", {"login": "ada@tessel.example", "password": "wrong"})

    assert response.status_code == 422
    assert 'value="ada@tessel.example"' in response.content.decode()
    assert "One thing to mend" in response.content.decode()


@pytest.mark.django_db
def test_components_page_shows_every_component(client: Client) -> None:
    client.force_login(PersonFactory())

    response = client.get("/dev/components/")

    assert response.status_code == 200
    assert "What is Remit made of?" in response.content.decode()


@pytest.mark.django_db
def test_components_page_is_not_there_in_production(client: Client, settings: Settings) -> None:
    settings.DEMO = settings.DEBUG = False
    client.force_login(PersonFactory())

    assert client.get("/dev/components/").status_code == 404
