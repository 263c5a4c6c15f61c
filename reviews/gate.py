"""May this version go out? The one question of a deployment pipeline, answered by the newest review of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reviews.models import Review
from reviews.occasions import expiry_of
from reviews.routing import blocking_sentences
from reviews.standing import Standing
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


def ask_gate(model: MLModel, version: str, *, now: datetime) -> Answer:
    """Whether exactly this version of a model may go out.

    The newest review of the version counts; drafts are nobody's business, and one that was withdrawn or has expired
    speaks only where there is no other. An approval that is over says so, also before the sweep has come by.
    """
    reviews = Review.objects.filter(model=model, version=version).exclude(state=ReviewState.DRAFT).order_by("-id")
    standing = reviews.exclude(state__in=[ReviewState.WITHDRAWN, ReviewState.EXPIRED])
    review = _with_measured(standing).first() or _with_measured(reviews).first()
    if review is None:
        words = {"model": model, "version": version}
        return Answer(None, [Reason("no-review", _("No review of %(model)s %(version)s was submitted.") % words)])
    return Answer(review, reasons_against(review, now=now))


def reasons_against(review: Review, *, now: datetime) -> Sequence[Reason]:
    """Everything that keeps the version of a review from going out."""
    state = ReviewState(review.state)
    words = {"ref": review.ref, "state": review.get_state_display()}
    if state not in ALLOWED:
        return [Reason(CODES[state], _("%(ref)s is %(state)s.") % words)]
    if review.rolled_back_at is not None:
        return [Reason("rolled-back", _("%(ref)s was rolled back.") % words)]
    expires_at = expiry_of(review)
    if expires_at is not None and expires_at <= now:
        return [Reason("expired", _("The approval of %(ref)s is over.") % words)]
    return [Reason("threshold", sentence) for sentence in blocking_sentences(Standing(review).readings)]


def _with_measured(reviews: QuerySet[Review]) -> QuerySet[Review]:
    return reviews.select_related("charter_version__charter", "model__team").prefetch_related("evidence__measurements")
