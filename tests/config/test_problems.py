"""Errors of the API as problem+json."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.permissions import AllowAny
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from config.problems import PreconditionFailed, PreconditionRequired, problem
from ledger.errors import ActRefused, Forbidden, IllegalState, Invalid
from tests.factories import PersonFactory


class LevelSerializer(serializers.Serializer):
    minutes = serializers.IntegerField(min_value=1)


class PathSerializer(serializers.Serializer):
    key = serializers.SlugField()
    levels = LevelSerializer(many=True)


class Answering(APIView):
    """Raises what it was made with, or checks its input."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    error: Exception | None = None

    def post(self, request):
        if self.error:
            raise self.error
        PathSerializer(data=request.data).is_valid(raise_exception=True)


def answer(error: Exception | None = None, *, body: str = "{}"):
    request = APIRequestFactory().post("/", data=body, content_type="application/json")
    response = Answering.as_view(error=error)(request).render()
    return response, json.loads(response.content)


@pytest.mark.parametrize(
    ("error", "status", "members"),
    [
        (Forbidden("Only the lead may propose."), 403, {"detail": "Only the lead may propose."}),
        (IllegalState("It is proposed already.", state="proposed"), 409, {"state": "proposed"}),
        (
            Invalid([("/stages/0/key", "Unknown.")]),
            422,
            {"errors": [{"pointer": "/stages/0/key", "detail": "Unknown."}]},
        ),
        (Invalid([("reason", "Say why.")]), 422, {"errors": [{"pointer": "/reason", "detail": "Say why."}]}),
        (ActRefused("No."), 422, {"detail": "No."}),
        (Http404(), 404, {"title": "Not Found"}),
        (PermissionDenied(), 403, {"title": "Forbidden"}),
        (exceptions.MethodNotAllowed("POST"), 405, {}),
        (exceptions.UnsupportedMediaType("text/csv"), 415, {}),
        (exceptions.NotAuthenticated(), 403, {}),  # 401 with a challenge, where an authenticator has one
        (PreconditionFailed(), 412, {}),
        (PreconditionRequired(), 428, {}),
    ],
)
def test_refusal_becomes_a_problem(error, status, members):
    response, body = answer(error)

    assert response.status_code == body["status"] == status
    assert response["Content-Type"] == "application/problem+json"
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["detail"]
    assert members.items() <= body.items()


def test_throttled_request_is_told_when_to_come_back():
    response, body = answer(exceptions.Throttled(wait=17.2))

    assert body["status"] == 429
    assert response["Retry-After"] == "18"


def test_body_that_cannot_be_parsed_is_400():
    _, body = answer(body="{")

    assert body["status"] == 400


def test_invalid_input_points_at_each_member():
    _, body = answer(body=json.dumps({"key": "a b", "levels": [{"minutes": 5}, {"minutes": 0}]}))

    assert body["status"] == 422
    assert [error["pointer"] for error in body["errors"]] == ["/key", "/levels/1/minutes"]


def test_input_of_the_wrong_kind_points_at_the_whole():
    _, body = answer(body="[]")

    assert [error["pointer"] for error in body["errors"]] == [""]


def test_member_names_are_escaped_in_pointers():
    _, body = answer(exceptions.ValidationError({"a/b~c": ["No."]}))

    assert body["errors"] == [{"pointer": "/a~1b~0c", "detail": "No."}]


def test_unforeseen_error_stays_with_django():
    with pytest.raises(ZeroDivisionError):
        answer(ZeroDivisionError())


def test_problem_carries_its_extensions():
    assert problem(409, "Not now.", state="draft").data == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "detail": "Not now.",
        "state": "draft",
    }


@pytest.mark.parametrize("address", ["/api/v1/nothing/", "/api/v1/teams/%00/", "/api/v2/"])
def test_unknown_address_of_the_api_is_a_problem(client, address):
    response = client.get(address)
    assert (response.status_code, response.headers["Content-Type"]) == (404, "application/problem+json")
    assert response.json()["detail"] == "There is nothing at this address."


@pytest.mark.django_db
def test_unknown_page_is_a_page(client):
    client.force_login(PersonFactory())
    response = client.get("/nothing/")
    assert (response.status_code, response.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
