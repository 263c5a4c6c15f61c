"""Lessons of a post-implementation review, sorted by the part of the work that they are about."""

import pytest
from django.test import Client

from ledger.errors import Invalid
from reviews.models import Lesson, Review
from reviews.releasing import close_review, release_review
from tests.factories import NOW
from tests.reviews.test_api import Caller, pointers
from tests.reviews.worlds import World


@pytest.fixture
def released(world: World) -> Review:
    return release_review(world.approved(), by=world.driver, now=NOW)


def test_lessons_are_sorted_and_empty_ones_left_out(world: World, released: Review) -> None:
    told = {"monitoring": " Watch the night. ", "labelling-rules": "  "}
    close_review(released, actuals=[], verdict="worse", sorted_lessons=told, by=world.driver, now=NOW)
    assert list(Lesson.objects.values_list("topic", "text")) == [("monitoring", "Watch the night.")]


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        ({"gossip": "x"}, "sorted_lessons"),
        ({"monitoring": "x" * 20_001}, "lesson-monitoring"),
        ({"monitoring": "\x00"}, "lesson-monitoring"),
    ],
)
def test_bad_lessons_close_nothing(world: World, released: Review, told: dict[str, str], pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        close_review(released, actuals=[], verdict="worse", sorted_lessons=told, by=world.driver, now=NOW)
    assert [where for where, _ in refused.value.errors] == [pointer]
    released.refresh_from_db()
    assert (released.state, Lesson.objects.exists()) == ("released", False)


def test_lessons_from_the_page(world: World, released: Review, client: Client) -> None:
    client.force_login(world.driver)
    here = f"/reviews/{released.ref}/"
    assert "About labelling rules" in client.get(here).content.decode()
    body = {"verdict": "worse", "lessons": "", "lesson-labelling-rules": "Two people a label."}
    assert client.post(f"{here}pir/", body).status_code == 302
    page = client.get(here).content.decode()
    assert "Two people a label." in page
    assert "No lessons were written down." not in page


def test_lessons_over_the_api(world: World, released: Review) -> None:
    driver, here = Caller(world.driver), f"reviews/{released.ref}/pir/"
    assert pointers(driver("POST", here, {"verdict": "worse", "sorted_lessons": {"gossip": "x"}})) == [
        "/sorted_lessons"
    ]
    told = driver("POST", here, {"verdict": "worse", "sorted_lessons": {"monitoring": "Watch the night."}}).json()
    assert told["pir"]["sorted_lessons"] == {"monitoring": "Watch the night."}
