"""The published JSON Schema agrees with the validation that it is made from."""

import json

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from charter.schema import charter_schema
from tests.charters import clean_tree, document_from
from tests.factories import PersonFactory


def faults(tree: object) -> list[str]:
    return [fault.json_path for fault in Draft202012Validator(charter_schema()).iter_errors(tree)]


def test_the_schema_is_one_and_accepts_a_clean_charter() -> None:
    Draft202012Validator.check_schema(charter_schema())
    assert faults(clean_tree()) == []
    assert faults(document_from(clean_tree()).as_json()) == []


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        ({"remit": 2}, "$.remit"),
        ({"oops": 1}, "$"),
        ({"team": "Not a key"}, "$.team"),
        ({"decisions": [{"key": "x", "approvers": "auto"}]}, "$.decisions[0].approvers"),
        ({"rituals": [{"key": "x"}]}, "$.rituals[0]"),
    ],
)
def test_the_schema_refuses_what_validation_refuses(parts: dict[str, object], path: str) -> None:
    assert path in faults(clean_tree(**parts))


@pytest.mark.django_db
def test_the_schema_is_published_for_everybody(client: Client) -> None:
    PersonFactory()
    answer = client.get("/schemas/charter-v1.json")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/schema+json")
    assert json.loads(answer.content) == json.loads(json.dumps(charter_schema()))
