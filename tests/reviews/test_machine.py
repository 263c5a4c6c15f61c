"""The whole life of a review under acts in any order, by anybody: what must hold, holds after each of them.

50 runs in `make test`; `make prove` makes 2,000 of 50 steps each.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from charter.matching import Slot, are_filled
from ledger.errors import ActRefused
from ledger.models import Entry
from reviews.breaking import ask_to_break_glass, confirm_break_glass
from reviews.digest import digest_of
from reviews.drafting import edit_review
from reviews.evidence import attach_evidence
from reviews.expiring import expire_review
from reviews.models import Review
from reviews.releasing import close_review, release_review, roll_back_review
from reviews.rules import barred_from_voting
from reviews.states import LIFE
from reviews.submitting import submit_review, withdraw_review
from reviews.voting import cast_vote, counting_votes
from tests.factories import NOW
from tests.reviews.worlds import make_world

PROVES = os.environ.get("REMIT_PROVE") == "1"
RUNS, STEPS = (2_000, 50) if PROVES else (50, 20)
ROLES = ("lead", "author", "driver", "owner", "scientist", "second_scientist", "accountable", "stranger")
DECIDED = {"rejected", "withdrawn", "expired", "reviewed"}
LET_OUT = {"approved", "released", "rolled_back", "reviewed"}
LEGAL = {(before.value, after.value) for (before, _action), after in LIFE.items()}

anybody = st.sampled_from(ROLES)


class LifeOfAReview(RuleBasedStateMachine):
    """Acts of anybody on one review; each is done or refused, and never half of it."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.world = make_world()
        self.pk = self.world.draft().pk
        self.now = NOW
        self.digests = [""]
        self.transitions: list[list[str]] = []
        self.frozen: dict[str, Any] | None = None

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    @property
    def review(self) -> Review:
        return Review.objects.select_related("model__team").get(pk=self.pk)

    def attempt(self, act: Callable[..., Any], who: str, **fields: Any) -> None:
        before = self.review.state
        try:
            act(self.review, by=getattr(self.world, who), now=self.now, **fields)
        except ActRefused:
            assert self.review.state == before
        self.note(before)

    def note(self, before: str) -> None:
        after = self.review
        if after.state != before:
            # A submission that approves itself, and evidence that starts a round, pass through `submitted`.
            self.transitions.append([before, after.state])
        if after.digest not in self.digests:
            self.digests.append(after.digest)

    @initialize(is_submitted=st.booleans())
    def begin(self, is_submitted: bool) -> None:
        """Half of the lives begin where they get interesting."""
        if is_submitted:
            self.attempt(submit_review, "author")

    @rule(who=st.sampled_from(["owner", "scientist", "second_scientist"]))
    def approve(self, who: str) -> None:
        self.attempt(cast_vote, who, vote="approve", digest=self.review.digest)

    @rule(who=anybody, title=st.sampled_from(["Retrain", "Retrain again", ""]))
    def edit(self, who: str, title: str) -> None:
        self.attempt(edit_review, who, title=title)

    @rule(who=anybody, kind=st.sampled_from(["evaluation", "fairness", "nonsense"]))
    def attach(self, who: str, kind: str) -> None:
        self.attempt(attach_evidence, who, kind=kind, summary="Measured.")

    @rule(who=st.sampled_from(["author", "author", "lead", "stranger", "owner"]))
    def submit(self, who: str) -> None:
        self.attempt(submit_review, who)

    @rule(who=anybody, word=st.sampled_from(["approve", "approve", "approve", "abstain", "request_changes", "reject"]))
    def vote(self, who: str, word: str) -> None:
        self.attempt(cast_vote, who, vote=word, digest=self.review.digest, comment="Because.")

    @rule(who=anybody, which=st.integers(0, 20))
    def vote_on_something_older(self, who: str, which: int) -> None:
        digest = self.digests[which % len(self.digests)]
        before = self.review.votes.count()
        is_stale = digest != self.review.digest
        self.attempt(cast_vote, who, vote="approve", digest=digest)
        assert not is_stale or self.review.votes.count() == before

    @rule(who=anybody)
    def withdraw(self, who: str) -> None:
        if who == "lead":  # rarely: a life that ends at once shows little
            self.attempt(withdraw_review, who)

    @rule(who=anybody)
    def release(self, who: str) -> None:
        self.attempt(release_review, who)

    @rule(who=anybody)
    def roll_back(self, who: str) -> None:
        self.attempt(roll_back_review, who, reason="Declines rose.")

    @rule(who=anybody)
    def close(self, who: str) -> None:
        self.attempt(close_review, who, actuals=[], verdict="better")

    @rule(who=anybody)
    def ask_to_break(self, who: str) -> None:
        self.attempt(ask_to_break_glass, who, reason="Customers are blocked.")

    @rule(who=anybody)
    def confirm_break(self, who: str) -> None:
        self.attempt(confirm_break_glass, who)

    @rule(days=st.sampled_from([1, 3, 40]))
    def let_time_pass(self, days: int) -> None:
        self.now += timedelta(days=days)
        before = self.review.state
        expire_review(self.review, now=self.now)
        self.note(before)

    @invariant()
    def no_approval_without_a_satisfied_right(self) -> None:
        review = self.review
        if review.state not in LET_OUT:
            return
        broken = getattr(review, "glass_break", None)
        if broken and broken.is_confirmed:
            assert broken.asked_by_id != broken.confirmed_by_id
            return
        assert review.charter_version is not None
        right = next(each for each in review.charter_version.document["decisions"] if each["key"] == review.right_key)
        wanted = [(place["role"], place.get("count", 1)) for place in right["approvers"]]
        places = list(review.places.prefetch_related("people"))
        assert [(place.role, place.count) for place in places] == wanted
        barred = barred_from_voting(review)
        votes = counting_votes(list(review.votes.all()), review.round).values()
        approvers = [cast.voter_id for cast in votes if cast.vote == "approve" and cast.digest == review.digest]
        slots = [Slot(place.count, frozenset(row.person_id for row in place.people.all())) for place in places]
        assert are_filled(slots, [person for person in approvers if person not in barred])

    @invariant()
    def a_decided_review_never_changes(self) -> None:
        review = self.review
        if review.state not in DECIDED:
            return
        row = Review.objects.filter(pk=self.pk).values().get() | {
            "votes": review.votes.count(),
            "evidence": review.evidence.count(),
        }
        self.frozen = self.frozen or row
        assert row == self.frozen

    @invariant()
    def the_digest_is_that_of_the_content(self) -> None:
        assert self.review.digest == digest_of(self.review)

    @invariant()
    def every_transition_has_one_entry(self) -> None:
        about = Entry.objects.filter(object_type="reviews.review", object_id=str(self.pk)).order_by("id")
        told = [entry.change["state"] for entry in about if "state" in entry.change]
        assert told == self.transitions
        assert all((before, after) in LEGAL for before, after in told)


@pytest.mark.timeout(0 if PROVES else 120)
def test_what_must_hold_holds_whatever_is_done(db: None) -> None:
    run_state_machine_as_test(
        LifeOfAReview,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=not PROVES,
        ),
    )
