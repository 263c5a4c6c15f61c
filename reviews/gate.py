"""May this version go out? The one question of a deployment pipeline, answered by the newest review of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from reviews.models import Review
from reviews.words import ReviewState
from teams.models import MLModel

ALLOWED = (ReviewState.APPROVED, ReviewState.RELEASED, ReviewState.REVIEWED)
CODES = {
    ReviewState.SUBMITTED: "undecided",
    ReviewState.CHANGES_REQUESTED: "changes-requested",
    ReviewState.REJECTED: "rejected",
    ReviewState.EXPIRED: "expired",
    ReviewState.WITHDRAWN: "withdrawn",
    ReviewState.ROLLED_BACK: "rolled-back",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a version may not go out: a code for machines, a sentence for people."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Allowed where there is no reason against it."""

    review: Review | None
    reasons: Sequence[Reason] = ()

    @property
    def is_allowed(self) -> bool:
        return not self.reasons


def ask_gate(model: MLModel, version: str) -> Answer:
    """Whether exactly this version of a model may go out.

    The newest review of the version counts; drafts are nobody's business, and one that was withdrawn or has expired
    speaks only where there is no other.
    """
    reviews = Review.objects.filter(model=model, version=version).exclude(state=ReviewState.DRAFT).order_by("-id")
    standing = reviews.exclude(state__in=[ReviewState.WITHDRAWN, ReviewState.EXPIRED])
    review = standing.first() or reviews.first()
    if review is None:
        words = {"model": model, "version": version}
        return Answer(None, [Reason("no-review", _("No review of %(model)s %(version)s was submitted.") % words)])
    return Answer(review, list(_reasons(review)))


def _reasons(review: Review) -> Sequence[Reason]:
    state = ReviewState(review.state)
    if state in ALLOWED:
        if review.rolled_back_at is None:
            return []
        return [Reason("rolled-back", _("%(ref)s was rolled back.") % {"ref": review.ref})]
    words = {"ref": review.ref, "state": review.get_state_display()}
    return [Reason(CODES[state], _("%(ref)s is %(state)s.") % words)]
