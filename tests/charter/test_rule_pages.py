"""The pages of lint's rules."""

import pytest
from django.test import Client

from charter.lint import RULES
from tests.charters import clean_tree, make_crew, put_in_force
from tests.factories import PersonFactory
from tests.pages import own_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(PersonFactory())
    return client


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_every_rule_is_listed(reader: Client) -> None:
    page = text_of(reader.get("/lint/"))
    assert all(f'href="/lint/{rule}/"' in page for rule in RULES)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_its_page(reader: Client, rule: str) -> None:
    answer = reader.get(f"/lint/{rule}/")
    assert answer.status_code == 200
    for section in ("Why it matters", "How to mend it", "Where it stands now"):
        assert section in text_of(answer)


def test_a_rule_names_the_charters_in_force_that_have_it(reader: Client) -> None:
    put_in_force(make_crew("pricing"))
    put_in_force(make_crew("disputes"), clean_tree("disputes", rituals=clean_tree()["rituals"][:1]))
    page = text_of(reader.get("/lint/RIT002/"))
    assert "<strong>Disputes has it</strong>, of two charters in force." in page
    assert "There is no charter review." in page
    assert "No charter in force has it." in text_of(reader.get("/lint/RIT001/"))


def test_an_unknown_rule_is_not_found_and_a_small_one_is_led_on(reader: Client) -> None:
    assert reader.get("/lint/NOPE999/").status_code == 404
    assert reader.get("/lint/resp001/").url == "/lint/RESP001/"


def test_queries_are_the_same_for_one_and_for_three(reader: Client) -> None:
    put_in_force(make_crew("one"))
    few = own_queries(reader, "/lint/TEAM001/")
    for key in ("two", "three"):
        put_in_force(make_crew(key))
    assert own_queries(reader, "/lint/TEAM001/") == few
