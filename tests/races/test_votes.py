"""Votes that meet at the same moment, against real commits. Each race has its negative control: without the lock,
when everybody acts on what they read before, the same race must show the harm that the lock keeps away.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connections

from ledger.errors import ActRefused
from ledger.models import Entry
from reviews import voting
from reviews.models import Review
from reviews.submitting import submit_review
from reviews.voting import cast_vote
from tests.factories import NOW
from tests.reviews.worlds import World, make_world

pytestmark = pytest.mark.django_db(transaction=True)

TRIES = 8
DECISIONS = ["reviews.review.approved", "reviews.review.rejected", "reviews.review.changes_requested"]


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world([{"key": "all", "driver": "ml-engineer", "approvers": [{"role": "data-scientist"}]}])


@dataclass
class Finish:
    """What was refused in a sentence, and what broke."""

    refused: list[ActRefused] = field(default_factory=list)
    broken: list[BaseException] = field(default_factory=list)


def race(acts: Sequence[Callable[[], Any]]) -> Finish:
    """Do all of it at once, each in a thread and a connection of its own."""
    finish = Finish()
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=20)
            act()
        except ActRefused as refusal:
            finish.refused.append(refusal)
        except BaseException as failure:  # noqa: BLE001  judged by the test, in its own thread
            finish.broken.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return finish


def ballots(world: World, review: Review, second: str) -> list[Callable[[], Any]]:
    """The scientist approves; the other scientist votes at the same moment. Both have read the review."""

    def ballot(voter: Any, word: str) -> Callable[[], Any]:
        read = Review.objects.select_related("model").get(pk=review.pk)
        return lambda: cast_vote(read, vote=word, digest=read.digest, comment="Because.", by=voter, now=NOW)

    return [ballot(world.scientist, "approve"), ballot(world.second_scientist, second)]


def decisions_about(review: Review) -> int:
    return Entry.objects.filter(key__in=DECISIONS, object_id=str(review.pk)).count()


@pytest.mark.parametrize("second", ["approve", "reject", "request_changes"])
def test_of_two_deciding_votes_at_once_one_decides(world: World, second: str) -> None:
    for number in range(TRIES):
        review = world.submitted(version=f"5.{number}.0")
        finish = race(ballots(world, review, second))
        review.refresh_from_db()
        assert finish.broken == []
        assert [refusal.state for refusal in finish.refused] == [review.state]
        assert review.votes.count() == 1
        assert decisions_about(review) == 1


@pytest.mark.parametrize("second", ["approve", "reject", "request_changes"])
def test_without_the_lock_harm_is_done(world: World, second: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voting, "locked", lambda review: review)
    harmed = 0
    for number in range(TRIES):
        review = world.submitted(version=f"5.{number}.0")
        finish = race(ballots(world, review, second))
        harmed += bool(finish.broken) or decisions_about(review) > 1
    assert harmed > 0


def test_two_last_approvals_of_different_places_both_count(transactional_db: None) -> None:
    world = make_world(
        [
            {
                "key": "all",
                "driver": "ml-engineer",
                "approvers": [{"role": "product-owner"}, {"role": "data-scientist"}],
            }
        ]
    )
    for number in range(TRIES):
        review = world.submitted(version=f"6.{number}.0")
        digest = review.digest
        votes = [
            lambda voter=voter, review=review, digest=digest: cast_vote(
                review, vote="approve", digest=digest, by=voter, now=NOW
            )
            for voter in (world.owner, world.scientist)
        ]
        assert race(votes) == Finish()
        review.refresh_from_db()
        assert (review.state, review.votes.count(), decisions_about(review)) == ("approved", 2, 1)


def test_references_are_unique_when_many_draft_at_once(world: World) -> None:
    drafted: list[str] = []
    assert race([lambda: drafted.append(world.draft().ref)] * 8) == Finish()
    assert len(set(drafted)) == len(drafted) == Review.objects.count() == 8


def test_a_double_click_on_submit_opens_one_round(world: World) -> None:
    review = world.draft()
    finish = race([lambda: submit_review(review, by=world.author, now=NOW)] * 2)
    review.refresh_from_db()
    submissions = Entry.objects.filter(key="reviews.review.submitted").count()
    assert (review.round, submissions, len(finish.refused), finish.broken) == (1, 1, 1, [])
