"""Attaching evidence: a statement of one kind, with a link and its hash, a file, or measured values."""

import math
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypedDict

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from charter.words import EvidenceKind
from ledger.errors import Invalid
from ledger.record import record_act
from reviews.drafting import METRIC_LENGTH, is_link, is_storable, note_contribution, set_digest
from reviews.files import KeptFile, keep_file
from reviews.models import Contributor, Evidence, Measurement, Review
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
SLICE_LENGTH = 120
DATASET_LENGTH = 200
MOST_MEASUREMENTS = 500
_SHA256 = re.compile(r"^[0-9a-f]{64}$")
_COMMIT = re.compile(r"^[0-9a-f]{7,64}$")


class MeasurementFields(TypedDict, total=False):
    """A measured value, as a pipeline sends it."""

    metric: str
    value: float
    slice: str
    dataset: str


@transaction.atomic
def attach_evidence(
    review: Review,
    *,
    kind: str,
    summary: str,
    link: str = "",
    sha256: str = "",
    commit: str = "",
    measurements: Sequence[MeasurementFields] = (),
    file: UploadedFile | None = None,
    by: Person,
    now: datetime,
) -> Evidence:
    """Attach a piece of evidence; who attaches does not vote. Of a file the hash is made here, of a link it is told.

    While a round runs it begins a new one under the same charter version, because what was voted on has changed, and
    a right that decides by itself may now be satisfied. Raises Forbidden, Invalid, ReviewNotInState.
    """
    review = locked(review)
    require(can_edit(by, review, teams_of(by, now)), _("Evidence is attached by those who may edit the review."))
    state_after(review, Action.ATTACH)
    sha256 = sha256.removeprefix("sha256:").lower()
    commit = commit.lower()
    if errors := [*_faults(kind, summary, link, sha256, commit), *_faults_of_measurements(measurements)]:
        raise Invalid(errors)
    kept = _keep(file, sha256) if file else None
    piece = Evidence.objects.create(
        review=review,
        round=review.round + 1,
        kind=kind,
        summary=summary,
        link=link,
        sha256=kept.sha256 if kept else sha256,
        media_type=kept.media_type if kept else "",
        size=kept.size if kept else None,
        commit=commit,
        attached_by=by,
        attached_at=now,
    )
    Measurement.objects.bulk_create(
        Measurement(evidence=piece, position=position, **fields) for position, fields in enumerate(measurements)
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


def _keep(file: UploadedFile, expected: str) -> KeptFile:
    """Take the file in, and see that it is the one that was sent. Raises Invalid."""
    kept = keep_file(file)
    if expected and kept.sha256 != expected:
        raise Invalid([("sha256", _("The file that arrived has another SHA-256: %(hash)s.") % {"hash": kept.sha256})])
    return kept


def _faults(kind: str, summary: str, link: str, sha256: str, commit: str) -> Iterator[tuple[str, str]]:
    if kind not in EvidenceKind.values:
        yield "kind", _("%(kind)s is no kind of evidence.") % {"kind": kind[:60]}
    if not summary.strip() or len(summary) > SUMMARY_LENGTH or not is_storable(summary):
        yield "summary", _("Say what it shows, in at most %(most)d characters.") % {"most": SUMMARY_LENGTH}
    if link and not is_link(link):
        yield "link", _("Write a whole address, as in https://example.org/report.")
    if sha256 and not _SHA256.match(sha256):
        yield "sha256", _("A SHA-256 has 64 hexadecimal digits.")
    if commit and not _COMMIT.match(commit):
        yield "commit", _("A commit is 7 to 64 hexadecimal digits.")


def _faults_of_measurements(measurements: Sequence[MeasurementFields]) -> Iterator[tuple[str, str]]:
    if len(measurements) > MOST_MEASUREMENTS:
        yield "measurements", _("Send at most %(most)d measured values at once.") % {"most": MOST_MEASUREMENTS}
        return
    seen: set[tuple[str, str, str]] = set()
    for index, one in enumerate(measurements):
        here = f"/measurements/{index}"
        for name, longest in (("metric", METRIC_LENGTH), ("slice", SLICE_LENGTH), ("dataset", DATASET_LENGTH)):
            text = str(one.get(name, ""))
            if len(text) > longest or not is_storable(text) or (name == "metric" and not text.strip()):
                yield f"{here}/{name}", _("Write at most %(most)d characters.") % {"most": longest}
        value = one.get("value")
        if value is None or not math.isfinite(value):
            yield f"{here}/value", _("Write a finite number.")
        what = (one.get("metric", ""), one.get("slice", ""), one.get("dataset", ""))
        if what in seen:
            yield f"{here}/metric", _("%(metric)s stands twice for this slice and data set.") % {"metric": what[0]}
        seen.add(what)
