"""The life of a review (DESIGN.md §4): which act leads from which state to which."""

from enum import StrEnum

from django.utils.translation import gettext as _

from ledger.errors import IllegalState
from reviews.models import Review
from reviews.words import ReviewState


class Action(StrEnum):
    """What can be done to a review."""

    EDIT = "edit"
    ATTACH = "attach"
    SUBMIT = "submit"
    VOTE = "vote"
    REQUEST_CHANGES = "request_changes"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    RELEASE = "release"
    ROLL_BACK = "roll_back"
    CLOSE = "close"
    EXPIRE = "expire"
    BREAK_GLASS = "break_glass"


LIFE = {
    (ReviewState.DRAFT, Action.EDIT): ReviewState.DRAFT,
    (ReviewState.DRAFT, Action.ATTACH): ReviewState.DRAFT,
    (ReviewState.DRAFT, Action.SUBMIT): ReviewState.SUBMITTED,
    (ReviewState.SUBMITTED, Action.ATTACH): ReviewState.SUBMITTED,
    (ReviewState.SUBMITTED, Action.VOTE): ReviewState.SUBMITTED,
    (ReviewState.SUBMITTED, Action.REQUEST_CHANGES): ReviewState.CHANGES_REQUESTED,
    (ReviewState.SUBMITTED, Action.APPROVE): ReviewState.APPROVED,
    (ReviewState.SUBMITTED, Action.REJECT): ReviewState.REJECTED,
    (ReviewState.SUBMITTED, Action.WITHDRAW): ReviewState.WITHDRAWN,
    (ReviewState.SUBMITTED, Action.EXPIRE): ReviewState.EXPIRED,
    (ReviewState.SUBMITTED, Action.BREAK_GLASS): ReviewState.RELEASED,
    (ReviewState.CHANGES_REQUESTED, Action.EDIT): ReviewState.CHANGES_REQUESTED,
    (ReviewState.CHANGES_REQUESTED, Action.ATTACH): ReviewState.CHANGES_REQUESTED,
    (ReviewState.CHANGES_REQUESTED, Action.SUBMIT): ReviewState.SUBMITTED,
    (ReviewState.CHANGES_REQUESTED, Action.WITHDRAW): ReviewState.WITHDRAWN,
    (ReviewState.CHANGES_REQUESTED, Action.EXPIRE): ReviewState.EXPIRED,
    (ReviewState.APPROVED, Action.RELEASE): ReviewState.RELEASED,
    (ReviewState.APPROVED, Action.WITHDRAW): ReviewState.WITHDRAWN,
    (ReviewState.APPROVED, Action.EXPIRE): ReviewState.EXPIRED,
    (ReviewState.RELEASED, Action.ROLL_BACK): ReviewState.ROLLED_BACK,
    (ReviewState.RELEASED, Action.CLOSE): ReviewState.REVIEWED,
    (ReviewState.ROLLED_BACK, Action.CLOSE): ReviewState.REVIEWED,
}


class ReviewNotInState(IllegalState):
    """The act is not possible in the state that the review is in."""

    def __init__(self, review: Review) -> None:
        words = {"ref": review.ref, "state": review.get_state_display()}
        super().__init__(_("%(ref)s is %(state)s: this cannot be done to it now.") % words, state=review.state)


def is_possible(review: Review, action: Action) -> bool:
    """Whether the act is possible in the state that the review is in, whoever does it."""
    return (ReviewState(review.state), action) in LIFE


def state_after(review: Review, action: Action) -> ReviewState:
    """The state that an act leads to. Raises ReviewNotInState."""
    try:
        return LIFE[ReviewState(review.state), action]
    except KeyError:
        raise ReviewNotInState(review) from None
