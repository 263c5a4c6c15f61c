"""Submitting a review, seeing beforehand where it would go, and taking it back."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ledger.record import record_act
from reviews import occasions
from reviews.drafting import check_reason, check_version_is_new
from reviews.models import Review
from reviews.queries import teams_of
from reviews.rounds import approve_if_nothing_is_missing, begin_round
from reviews.routing import Outcome, outcome_for, work_out
from reviews.rules import can_submit, can_withdraw
from reviews.states import Action, state_after
from teams.changing import locked
from teams.models import MLModel, Person
from teams.rules import require


def preview(*, model: MLModel, kind: str, by: Person, now: datetime) -> Outcome:
    """Where a change that this person writes would go if it were submitted now, before anything is stored."""
    return work_out(model=model, kind=kind, barred={by.pk}, attached=(), now=now)


@transaction.atomic
def submit_review(review: Review, *, by: Person, now: datetime) -> Review:
    """Send a review round by the charter in force; each submission opens a new round, in which no earlier vote counts.

    Under a right that decides by itself it is approved at once when all required evidence is there; else it waits for
    the evidence. Raises Forbidden, ReviewNotInState, Invalid, NowhereToGo.
    """
    review = locked(review)
    require(
        can_submit(by, review, teams_of(by, now)),
        _("Changes of %(model)s are submitted by members of %(team)s.")
        % {"model": review.model, "team": review.model.team},
    )
    before = review.state
    after = state_after(review, Action.SUBMIT)
    check_version_is_new(review)
    outcome = outcome_for(review, now=now)
    review.state = after
    review.decided_at = None
    begin_round(review, outcome, now=now)
    change: dict[str, list[Any]] = {
        "state": [before, after],
        "round": [review.round - 1, review.round],
        "charter_version": [None, review.charter_version_id],
        "right": [None, review.right_key],
        "digest": [None, review.digest],
    }
    record_act(by=by, key="reviews.review.submitted", on=review, change=change, now=now)
    approve_if_nothing_is_missing(review, outcome, now=now)
    return review


@transaction.atomic
def withdraw_review(review: Review, *, reason: str = "", by: Person, now: datetime) -> Review:
    """Take a review back before the change is released. Raises Forbidden, ReviewNotInState, Invalid."""
    review = locked(review)
    require(
        can_withdraw(by, review),
        _("A review is withdrawn by its author, its driver, the model's accountable person or the lead of the team."),
    )
    before = review.state
    review.state = state_after(review, Action.WITHDRAW)
    if reason.strip():
        check_reason(reason)
    review.reason = reason.strip()
    review.closed_at = now
    review.save(update_fields=["state", "reason", "closed_at"])
    record_act(by=by, key="reviews.review.withdrawn", on=review, change={"state": [before, review.state]}, now=now)
    occasions.call_off_votes(review, by=by, now=now)
    occasions.call_off_expiry(review, by=by, now=now)
    return review
