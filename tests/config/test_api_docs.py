"""The API's schema and the page made from it."""

from django.urls import reverse

from config.api_docs import grouped_calls
from tests.factories import PersonFactory


def test_schema_declares_the_problems_of_each_call(client, db):
    schema = client.get(reverse("api-schema"), headers={"Accept": "application/vnd.oai.openapi+json"}).json()

    operations = [operation for methods in schema["paths"].values() for operation in methods.values()]
    assert operations
    for operation in operations:
        assert {"401", "403", "404", "422"} <= operation["responses"].keys()
        problem = operation["responses"]["404"]["content"]["application/problem+json"]
        assert problem == {"schema": {"$ref": "#/components/schemas/Problem"}}


def test_page_shows_every_call_of_the_schema_to_everybody(client, db):
    PersonFactory()

    page = client.get(reverse("api-docs"))

    calls = [call for group in grouped_calls().values() for call in group]
    assert len({call.anchor for call in calls}) == len(calls)
    for call in calls:
        assert f"{call.method} {call.path}" in page.content.decode()


def test_page_names_the_members_of_a_body():
    calls = {(call.method, call.path): call for group in grouped_calls().values() for call in group}

    sign = calls["POST", "/api/v1/charters/{team}/sign/"]

    assert {(field.name, field.place, field.is_required) for field in sign.fields} == {
        ("Idempotency-Key", "header", False),
        ("team", "path", True),
        ("digest", "body", True),
    }
