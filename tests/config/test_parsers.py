"""Bodies that are made to break a parser."""

import pytest

from tests.factories import PersonFactory


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["teams/", "people/", "reviews/", "reviews/preview/"])
@pytest.mark.parametrize("part", ["[", '{"a":'])
def test_json_without_a_floor_is_unparsable(client, path, part):
    client.force_login(PersonFactory(admin=True))
    response = client.post(f"/api/v1/{path}", part * 100_000, content_type="application/json")
    assert (response.status_code, response.headers["Content-Type"]) == (400, "application/problem+json")
