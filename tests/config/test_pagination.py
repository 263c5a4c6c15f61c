"""Pages of lists in the API, asked for in ways that Remit never offers."""

from base64 import b64encode

import pytest

from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db

LISTS = ["teams", "people", "roles", "models", "reviews", "occasions"]


@pytest.fixture
def reader(client):
    client.force_login(PersonFactory())
    return client


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("place", ["p=\0\0", "p=x&o=-1", "r=x", "p=1&o=99999", "p=NaN"])
def test_made_up_cursor_leads_nowhere(reader, path, place):
    response = reader.get(f"/api/v1/{path}/", {"cursor": b64encode(place.encode()).decode()})
    assert response.status_code in {200, 404}


@pytest.mark.parametrize("path", LISTS)
def test_cursor_that_is_no_value_of_the_field_is_not_found(reader, path):
    response = reader.get(f"/api/v1/{path}/", {"cursor": b64encode(b"p=\0\0").decode()})
    assert (response.status_code, response.json()["detail"]) == (404, "Invalid cursor")


@pytest.mark.parametrize("size", ["0", "-1", "null", "1.5", "٣", ""])
def test_size_of_a_page_is_a_whole_number(reader, size):
    response = reader.get("/api/v1/people/", {"page_size": size})
    assert response.status_code == 422
    assert response.json()["errors"] == [{"pointer": "/page_size", "detail": "A whole number, 1 or more."}]


def test_size_of_a_page_has_an_upper_end(reader):
    assert reader.get("/api/v1/people/", {"page_size": "9" * 40}).status_code == 200
