"""The gate: for each reason a test that flips only that fact, and sees exactly that reason."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reviews.evidence import attach_evidence
from reviews.expiring import expire_review
from reviews.gate import CODES, ask_gate
from reviews.models import Measurement, Review
from reviews.occasions import expiry_of
from reviews.releasing import close_review, release_review, roll_back_review
from reviews.submitting import submit_review, withdraw_review
from reviews.words import ReviewState
from tests.factories import NOW
from tests.reviews.test_api import Caller
from tests.reviews.worlds import World, make_world, ratify, vote

LATER = NOW + timedelta(days=60)
MEASURED = [{"metric": "auc", "value": 0.95}]
Flip = Callable[[World, Review], Any]


@pytest.fixture
def world(db: None) -> World:
    return make_world(thresholds=[{"key": "quality", "metric": "auc", "below": 0.93, "then": "block-release"}])


def measured(world: World) -> Review:
    """A submitted review whose threshold holds."""
    review = world.draft()
    attach_evidence(review, kind="evaluation", summary="By CI", measurements=MEASURED, by=world.author, now=NOW)
    return submit_review(Review.objects.get(pk=review.pk), by=world.author, now=NOW)


def approved(world: World) -> Review:
    review = measured(world)
    vote(review, world.owner)
    vote(review, world.scientist)
    return Review.objects.get(pk=review.pk)


def codes(world: World, version: str = "4.3.0", now: Any = NOW) -> list[str]:
    return [reason.code for reason in ask_gate(world.model, version, now=now).reasons]


def test_an_approved_unexpired_review_whose_thresholds_hold_is_allowed(world: World) -> None:
    review = approved(world)
    answer = ask_gate(world.model, review.version, now=NOW)
    assert (answer.is_allowed, answer.review, list(answer.reasons)) == (True, review, [])


def test_another_version_has_no_review(world: World) -> None:
    approved(world)
    for version in ("4.3.00", "4.3", "4.3.0 ", "v4.3.0"):
        assert codes(world, version) == ["no-review"]


def test_a_review_without_its_last_vote_is_undecided(world: World) -> None:
    review = measured(world)
    vote(review, world.owner)
    assert codes(world) == ["undecided"]
    vote(review, world.scientist)
    assert codes(world) == []


@pytest.mark.parametrize(("word", "code"), [("reject", "rejected"), ("request_changes", "changes-requested")])
def test_the_last_vote_against_it_is_the_reason(world: World, word: str, code: str) -> None:
    review = measured(world)
    vote(review, world.owner)
    vote(review, world.scientist, word, "No.")
    assert codes(world) == [code]


FLIPS: dict[str, Flip] = {
    "withdrawn": lambda world, review: withdraw_review(review, by=world.author, now=NOW),
    "expired": lambda world, review: expire_review(review, now=LATER),
    "threshold": lambda world, review: Measurement.objects.filter(evidence__review=review).update(value=0.92),
    "rolled-back": lambda world, review: (
        release_review(review, by=world.driver, now=NOW),
        roll_back_review(review, reason="Declines.", by=world.driver, now=NOW),
    ),
}


@pytest.mark.parametrize("code", FLIPS)
def test_one_fact_flipped_is_one_reason(world: World, code: str) -> None:
    review = approved(world)
    assert codes(world) == []
    FLIPS[code](world, review)
    assert codes(world) == [code]


def test_every_code_has_been_flipped() -> None:
    in_tests = {*FLIPS, "no-review", "undecided", "rejected", "changes-requested"}
    assert {*CODES.values(), "no-review", "threshold"} == in_tests


def test_an_approval_is_over_at_its_moment_even_if_no_sweep_came_by(world: World) -> None:
    review = approved(world)
    ends_at = expiry_of(review)
    assert ends_at is not None
    assert codes(world, now=ends_at - timedelta(seconds=1)) == []
    assert codes(world, now=ends_at) == ["expired"]


def test_a_release_does_not_expire(world: World) -> None:
    release_review(approved(world), by=world.driver, now=NOW)
    assert codes(world, now=LATER) == []


def test_a_release_that_was_rolled_back_stays_closed_after_its_review(world: World) -> None:
    review = approved(world)
    release_review(review, by=world.driver, now=NOW)
    roll_back_review(review, reason="Declines.", by=world.driver, now=NOW)
    close_review(review, actuals=[], verdict="worse", by=world.driver, now=NOW)
    assert codes(world) == ["rolled-back"]


def test_a_threshold_of_another_action_blocks_nothing(db: None) -> None:
    world = make_world(thresholds=[{"key": "quality", "metric": "auc", "below": 0.93, "then": "notify"}])
    review = approved(world)
    Measurement.objects.filter(evidence__review=review).update(value=0.1)
    assert codes(world) == []


def test_the_gate_judges_by_the_charter_of_the_decision(world: World) -> None:
    review = approved(world)
    Measurement.objects.filter(evidence__review=review).update(value=0.92)
    ratify(world.team)
    assert codes(world) == ["threshold"]


def test_every_state_is_allowed_or_has_a_code() -> None:
    open_to = {ReviewState.APPROVED, ReviewState.RELEASED, ReviewState.REVIEWED}
    assert open_to | set(CODES) | {ReviewState.DRAFT} == set(ReviewState)


@pytest.mark.parametrize("reviews", [1, 30])
def test_the_gate_asks_at_most_eight_queries(world: World, reviews: int) -> None:
    for number in range(reviews):
        review = approved(world)
        if number < reviews - 1:
            withdraw_review(review, by=world.author, now=NOW)
    caller = Caller(world.stranger)
    path = f"gate/?model={world.model.key}&version=4.3.0"
    assert caller("GET", path).json()["allowed"]
    with CaptureQueriesContext(connection) as captured:
        caller("GET", path)
    assert len(captured) <= 8, [query["sql"] for query in captured]
    with CaptureQueriesContext(connection) as captured:
        caller("GET", f"gate/?model={world.model.key}&version=nowhere")
    assert len(captured) <= 8
