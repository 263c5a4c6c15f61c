"""Letting a review go without a kind of evidence that the charter requires: an approver's word, with the reason."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ledger.errors import Invalid
from ledger.record import record_act
from reviews.drafting import check_reason
from reviews.models import EvidenceWaiver, Review
from reviews.standing import Standing
from reviews.states import Action, state_after
from reviews.voting import require_entitled
from teams.changing import locked
from teams.models import Person


@transaction.atomic
def waive_evidence(review: Review, *, kind: str, reason: str, by: Person, now: datetime) -> EvidenceWaiver:
    """Let the review go without missing evidence; only who may vote on it may. It stays waived in later rounds.

    Raises Forbidden, ReviewNotInState, Invalid.
    """
    review = locked(review)
    require_entitled(review, by)
    state_after(review, Action.VOTE)
    if kind not in Standing(review).missing:
        raise Invalid([("kind", _("Nothing of this kind is missing."))])
    check_reason(reason)
    waiver = EvidenceWaiver.objects.create(review=review, kind=kind, reason=reason.strip(), waived_by=by, waived_at=now)
    change: dict[str, list[Any]] = {"kind": [None, kind], "round": [review.round] * 2}
    record_act(by=by, key="reviews.review.evidence_waived", on=review, change=change, now=now)
    return waiver
