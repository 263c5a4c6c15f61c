"""The document over HTTP: both formats, its digest as ETag, preconditions; the way through signature; lint."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from charter.models import Version
from charter.words import VersionState
from tests.charters import Crew, clean_tree, document_from, make_crew, put_in_force
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db

DOCUMENT = "/api/v1/charters/fraud-detection/document/"


@pytest.fixture
def crew() -> Crew:
    return make_crew()


def client_of(person: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(person)
    return client


def put(client: APIClient, tree: dict[str, Any], **headers: str) -> Any:
    return client.put(DOCUMENT, json.dumps(tree), content_type="application/json", headers=headers)


def test_a_first_charter_is_put_as_a_draft_and_read_back_in_both_formats(crew: Crew) -> None:
    client = client_of(crew.lead)
    assert client.get(DOCUMENT).status_code == 404
    answer = put(client, clean_tree(), **{"If-None-Match": "*"})
    document = document_from(clean_tree())
    assert (answer.status_code, answer.headers["ETag"]) == (201, f'"{document.digest}"')

    draft = client.get(DOCUMENT + "?state=draft")
    assert draft.content == document.canonical
    text = client.get(DOCUMENT + "?state=draft", headers={"Accept": "application/yaml"})
    assert text.headers["Content-Type"] == "application/yaml; charset=utf-8"
    again = client.put(
        DOCUMENT, text.content, content_type="application/yaml", headers={"If-Match": draft.headers["ETag"]}
    )
    assert (again.status_code, again.headers["ETag"]) == (200, draft.headers["ETag"])
    assert client.get(DOCUMENT).status_code == 404


def test_a_write_must_say_what_it_replaces(crew: Crew) -> None:
    client = client_of(crew.lead)
    assert put(client, clean_tree()).status_code == 428
    assert put(client, clean_tree(), **{"If-Match": '"sha256:0"'}).status_code == 412
    version = put_in_force(crew)
    assert put(client, clean_tree(), **{"If-None-Match": "*"}).status_code == 412
    answer = put(client, clean_tree(purpose="New"), **{"If-Match": f'"{version.digest}"'})
    assert answer.status_code == 201
    # From now on the draft is what a writer must have seen.
    assert put(client, clean_tree(purpose="Newer"), **{"If-Match": f'"{version.digest}"'}).status_code == 412
    assert put(client, clean_tree(purpose="Newer"), **{"If-Match": answer.headers["ETag"]}).status_code == 200


def test_only_the_lead_and_admins_write(crew: Crew) -> None:
    for person, status in (
        (crew["ml-engineer"], 403),
        (PersonFactory(auditor=True, admin=True), 403),
        (PersonFactory(admin=True), 201),
    ):
        assert put(client_of(person), clean_tree(), **{"If-None-Match": "*"}).status_code == status
    assert APIClient().get(DOCUMENT).status_code == 401


def test_an_unknown_role_is_refused_at_its_pointer_and_stores_nothing(crew: Crew) -> None:
    tree = clean_tree()
    tree["responsibilities"]["monitoring"]["wizard"] = "C"
    answer = put(client_of(crew.lead), tree, **{"If-None-Match": "*"})
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["errors"] == [
        {"pointer": "/responsibilities/monitoring/wizard", "detail": "wizard is no role of the catalogue"}
    ]
    assert not Version.objects.exists()


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"{", "application/json", 400),
        (b"a: [", "application/yaml", 400),
        (b"\xff", "application/yaml", 400),
        (b"a: &x 1", "application/yaml", 422),
        (b'{"a": 1, "a": 1}', "application/json", 422),
        (b"[]", "application/json", 422),
        (b"remit: 1", "text/plain", 415),
        (b"x" * 1_000_002, "application/yaml", 422),
    ],
)
def test_bodies_that_cannot_be_read_get_a_problem(crew: Crew, body: bytes, media: str, status: int) -> None:
    answer = client_of(crew.lead).put(DOCUMENT, body, content_type=media, headers={"If-None-Match": "*"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")


def test_a_charter_goes_through_signature_over_the_api(crew: Crew) -> None:
    lead = client_of(crew.lead)
    assert lead.post("/api/v1/charters/fraud-detection/propose/").status_code == 404
    put(lead, clean_tree(), **{"If-None-Match": "*"})
    assert client_of(crew["ml-engineer"]).post("/api/v1/charters/fraud-detection/propose/").status_code == 403
    proposed = lead.post("/api/v1/charters/fraud-detection/propose/").json()
    assert (proposed["state"], proposed["version"]) == ("proposed", 1)
    refused = lead.post("/api/v1/charters/fraud-detection/propose/")
    assert (refused.status_code, refused.json()["state"]) == (409, "proposed")

    stale = lead.post("/api/v1/charters/fraud-detection/sign/", {"digest": "sha256:0"}, format="json")
    assert stale.status_code == 409
    body = {"digest": proposed["digest"]}
    silent = lead.post("/api/v1/charters/fraud-detection/object/", {**body, "reason": " "}, format="json")
    assert silent.status_code == 422
    for role in ("product-owner", "data-scientist", "ml-engineer"):
        answer = client_of(crew[role]).post("/api/v1/charters/fraud-detection/sign/", body, format="json")
        assert answer.status_code == 200
    assert answer.json()["state"] == VersionState.RATIFIED
    held = lead.get(DOCUMENT)
    assert held.headers["ETag"] == f'"{proposed["digest"]}"'


def test_proposing_with_errors_names_them(crew: Crew) -> None:
    tree = clean_tree()
    tree["responsibilities"].pop("monitoring")
    lead = client_of(crew.lead)
    put(lead, tree, **{"If-None-Match": "*"})
    answer = lead.post("/api/v1/charters/fraud-detection/propose/")
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/stages/monitoring", "/stages/monitoring"]


def test_lint_answers_with_findings_and_lines(crew: Crew) -> None:
    text = "remit: 1\nteam: fraud-detection\nstages:\n  - {key: monitoring, name: Monitoring}\n"
    answer = client_of(crew["ml-engineer"]).post("/api/v1/charters/lint/", text, content_type="application/yaml")
    assert answer.status_code == 200
    report = answer.json()
    assert report["skipped"] == []
    assert report["findings"][0] == {
        "id": "DEC006",
        "severity": "error",
        "pointer": "/decisions",
        "line": 1,
        "message": "no decision right covers any change",
    }
    assert {(row["id"], row["pointer"], row["line"]) for row in report["findings"]} >= {
        ("RESP001", "/stages/monitoring", 4),
        ("ESC001", "/escalation", 1),
    }
    assert not Version.objects.exists()


def test_lint_of_a_team_that_is_not_here_skips_the_rules_about_people(crew: Crew) -> None:
    tree = clean_tree("moon-base")
    tree["escalation"][0]["hours"] = "business"
    client = client_of(crew.lead)
    answer = client.post("/api/v1/charters/lint/", json.dumps(tree), content_type="application/json")
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/escalation/0/levels/1/to/lead"]
    tree["escalation"][0]["levels"].pop()
    answer = client.post("/api/v1/charters/lint/", json.dumps(tree), content_type="application/json")
    assert answer.status_code == 200
    assert "RESP004" in answer.json()["skipped"]
