"""Search by name."""

import pytest
from django.test import Client

from portal.search import MOST_A_GROUP
from tests.charters import make_crew, put_in_force
from tests.factories import NOW, MLModelFactory, PersonFactory, ReviewFactory, TeamFactory
from tests.pages import own_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader():
    return PersonFactory(name="Carla Mendes")


@pytest.fixture
def client(reader) -> Client:
    client = Client()
    client.force_login(reader)
    return client


def found(client, text):
    page = client.get("/search/", {"q": text})
    assert page.status_code == 200
    return {group.title: [hit.name for hit in group.hits] for group in page.context["groups"]}


def test_search_groups_what_bears_the_name(client):
    crew = make_crew("fraud-detection", name="Fraud detection")
    put_in_force(crew)
    model = MLModelFactory(name="Card fraud scorer", team=crew.team)
    PersonFactory(name="Freya Fraudsen")
    review = ReviewFactory(submitted=True, title="Less fraud", model=model)
    assert found(client, "fraud") == {
        "People": ["Freya Fraudsen"],
        "Teams": ["Fraud detection"],
        "Charters in force": ["Charter of Fraud detection, version 1"],
        "Models": ["Card fraud scorer"],
        "Reviews": [f"{review.ref}: Less fraud"],
    }


def test_every_word_must_occur(client):
    PersonFactory(name="Ada Brandt")
    PersonFactory(name="Ada Lovelace")
    assert found(client, "ada bra") == {"People": ["Ada Brandt"]}


def test_review_is_found_by_its_reference(client):
    review = ReviewFactory(submitted=True, title="Less noise")
    expected = {"Reviews": [f"{review.ref}: Less noise"]}
    assert found(client, review.ref) == found(client, review.ref.lower()) == expected


def test_draft_of_somebody_else_is_not_found(client):
    ReviewFactory(title="Secret plan")
    assert found(client, "secret") == {}


def test_closed_team_is_not_found(client):
    TeamFactory(name="Gone", closed_at=NOW)
    assert found(client, "gone") == {}


@pytest.mark.parametrize("text", ["", "   ", "\x00", "%", "'; --", "nothing like it", "x" * 5000])
def test_search_for_nothing_or_nonsense_answers_in_a_sentence(client, text):
    page = client.get("/search/", {"q": text})
    assert page.status_code == 200
    assert page.context["groups"] == []
    assert str(page.context["answer"])


def test_text_is_shown_escaped(client):
    content = client.get("/search/", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in content


def test_long_group_is_cut_and_says_so(client):
    for number in range(MOST_A_GROUP + 1):
        PersonFactory(name=f"Twin {number}")
    page = client.get("/search/", {"q": "twin"})
    [group] = page.context["groups"]
    assert (len(group.hits), group.is_cut) == (MOST_A_GROUP, True)
    assert "There is more." in page.content.decode()


def test_search_takes_the_same_queries_for_one_hit_and_for_three(client):
    def more(number):
        put_in_force(make_crew(f"fraud-{number}", name=f"Fraud {number}"))
        MLModelFactory(name=f"Fraud model {number}")
        ReviewFactory(submitted=True, title=f"Fraud change {number}")

    more(1)
    one = own_queries(client, "/search/?q=fraud")
    more(2)
    more(3)
    assert own_queries(client, "/search/?q=fraud") == one == 5
