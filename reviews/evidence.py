"""Attaching evidence: a statement of one kind, with a link and a hash where there are any."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from charter.words import EvidenceKind
from ledger.errors import Invalid
from ledger.record import record_act
from reviews.drafting import is_link, is_storable, note_contribution, set_digest
from reviews.models import Contributor, Evidence, Review
from reviews.queries import teams_of
from reviews.rounds import approve_if_nothing_is_missing, begin_round
from reviews.routing import outcome_for
from reviews.rules import can_edit
from reviews.states import Action, state_after
from reviews.words import ReviewState
from teams.changing import locked
from teams.models import Person
from teams.rules import require

SUMMARY_LENGTH = 1_000
_SHA256 = re.compile(r"^[0-9a-f]{64}$")


@transaction.atomic
def attach_evidence(
    review: Review, *, kind: str, summary: str, link: str = "", sha256: str = "", by: Person, now: datetime
) -> Evidence:
    """Attach a piece of evidence; who attaches does not vote.

    While a round runs it begins a new one under the same charter version, because what was voted on has changed, and
    a right that decides by itself may now be satisfied. Raises Forbidden, Invalid, ReviewNotInState.
    """
    review = locked(review)
    require(can_edit(by, review, teams_of(by, now)), _("Evidence is attached by those who may edit the review."))
    state_after(review, Action.ATTACH)
    sha256 = sha256.removeprefix("sha256:").lower()
    if errors := list(_faults(kind, summary, link, sha256)):
        raise Invalid(errors)
    piece = Evidence.objects.create(
        review=review, kind=kind, summary=summary, link=link, sha256=sha256, attached_by=by, attached_at=now
    )
    note_contribution(review, by, Contributor.How.EVIDENCE)
    before = review.digest
    if review.state == ReviewState.SUBMITTED:
        outcome = outcome_for(review, now=now, version=review.charter_version)
        begin_round(review, outcome, now=now)
    else:
        set_digest(review)
    change: dict[str, list[Any]] = {
        "kind": [None, kind],
        "evidence": [None, piece.pk],
        "digest": [before, review.digest],
    }
    record_act(by=by, key="reviews.review.evidence_attached", on=review, change=change, now=now)
    if review.state == ReviewState.SUBMITTED:
        approve_if_nothing_is_missing(review, outcome, now=now)
    return piece


def _faults(kind: str, summary: str, link: str, sha256: str) -> Iterator[tuple[str, str]]:
    if kind not in EvidenceKind.values:
        yield "kind", _("%(kind)s is no kind of evidence.") % {"kind": kind[:60]}
    if not summary.strip() or len(summary) > SUMMARY_LENGTH or not is_storable(summary):
        yield "summary", _("Say what it shows, in at most %(most)d characters.") % {"most": SUMMARY_LENGTH}
    if link and not is_link(link):
        yield "link", _("Write a whole address, as in https://example.org/report.")
    if sha256 and not _SHA256.match(sha256):
        yield "sha256", _("A SHA-256 has 64 hexadecimal digits.")
