"""Writing a review: drafting it, editing it, and what its content must be like."""

import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from charter.words import Kind
from ledger.errors import Invalid
from ledger.record import record_act
from reviews.digest import digest_of
from reviews.models import Contributor, Expectation, Review
from reviews.queries import standing_release, teams_of
from reviews.rules import can_edit, can_propose
from reviews.states import Action, state_after
from reviews.wording import number
from reviews.words import Direction
from teams.changing import apply_changes, locked
from teams.fields import validate_single_line
from teams.models import MLModel, Person
from teams.rules import require

VERSION_LENGTH = 100
TITLE_LENGTH = 200
TEXT_LENGTH = 20_000
LINK_LENGTH = 1_000
METRIC_LENGTH = 120
COMMENT_LENGTH = 5_000
REASON_LENGTH = 5_000
MOST_LINKS = 20
MOST_EXPECTATIONS = 50
SAME_VERSION_KINDS = (Kind.ROLLBACK, Kind.THRESHOLD_CHANGE, Kind.RETIRE_MODEL)
"""Kinds of change after which the version is one that has been out before."""

UNRECORDED = ("version", "title", "what", "why", "rollback_plan", "links")

validate_link = URLValidator(schemes=["http", "https"])


class ExpectationFields(TypedDict, total=False):
    """What the change should do to a metric."""

    metric: str
    direction: str
    expected: float | None
    low: float | None
    high: float | None
    by: date | None


class ReviewFields(TypedDict, total=False):
    """What can be said about a change."""

    model: MLModel
    version: str
    kind: str
    title: str
    what: str
    why: str
    rollout: str
    rollback_plan: str
    links: list[str]
    expectations: Sequence[ExpectationFields]


@transaction.atomic
def draft_review(*, by: Person, now: datetime, **fields: Unpack[ReviewFields]) -> Review:
    """Begin a review of a change. Only its author sees it until it is submitted. Raises Forbidden, Invalid."""
    expectations = list(fields.pop("expectations", []))
    review = Review(author=by, drafted_at=now, edited_at=now, **fields)
    _check(review, expectations)
    _require_member(by, review.model, now)
    review.save()
    Contributor.objects.create(review=review, person=by, how=Contributor.How.AUTHOR)
    _set_expectations(review, expectations)
    set_digest(review)
    change = {"model": [None, review.model.key], "kind": [None, review.kind], "digest": [None, review.digest]}
    record_act(by=by, key="reviews.review.drafted", on=review, change=change, now=now)
    return review


@transaction.atomic
def edit_review(review: Review, *, by: Person, now: datetime, **fields: Unpack[ReviewFields]) -> Review:
    """Change the content of a draft, or of a review whose changes were requested; who edits does not vote.

    Raises Forbidden, Invalid, ReviewNotInState.
    """
    review = locked(review)
    require(can_edit(by, review, teams_of(by, now)), _("This review is not yours to edit."))
    state_after(review, Action.EDIT)
    before = review.digest
    expectations = list(fields.pop("expectations", expectations_of(review)))
    model_before = review.model
    change = apply_changes(review, fields, unrecorded=UNRECORDED)
    _check(review, expectations)
    if "model" in change:
        if review.round:
            raise Invalid([("model", _("A review that was submitted stays with its model."))])
        _require_member(by, model_before, now)
        _require_member(by, review.model, now)
    if expectations != expectations_of(review):
        review.expectations.all().delete()
        _set_expectations(review, expectations)
        change["expectations"] = []
    if not change:
        return review
    review.edited_at = now
    review.save()
    set_digest(review)
    note_contribution(review, by, Contributor.How.EDITOR)
    change["digest"] = [before, review.digest]
    record_act(by=by, key="reviews.review.edited", on=review, change=change, now=now)
    return review


def check_version_is_new(review: Review) -> None:
    """A version that went out and stands is not sent out again. Raises Invalid."""
    if review.kind in SAME_VERSION_KINDS:
        return
    earlier = standing_release(review.model, review.version)
    if earlier is None or earlier.released_at is None:
        return
    words = {"version": review.version, "day": date_format(earlier.released_at, "j F"), "ref": earlier.ref}
    raise Invalid(
        [("version", _("%(version)s was released on %(day)s with %(ref)s. Choose a version that is new.") % words)]
    )


def note_contribution(review: Review, person: Person, how: Contributor.How) -> None:
    """Remember that somebody worked on it, and therefore does not vote."""
    if person.pk != review.author_id or how == Contributor.How.EVIDENCE:
        Contributor.objects.get_or_create(review=review, person=person, how=how)


def set_digest(review: Review) -> None:
    """Bind the review to its content as it stands now."""
    review.digest = digest_of(review)
    review.save(update_fields=["digest"])


def expectations_of(review: Review) -> list[ExpectationFields]:
    """The expectations as they were said."""
    return [
        ExpectationFields(
            metric=row.metric, direction=row.direction, expected=row.expected, low=row.low, high=row.high, by=row.by
        )
        for row in review.expectations.all()
    ]


def _set_expectations(review: Review, expectations: Sequence[ExpectationFields]) -> None:
    Expectation.objects.bulk_create(
        Expectation(review=review, position=position, **fields) for position, fields in enumerate(expectations)
    )


def _require_member(by: Person, model: MLModel, now: datetime) -> None:
    require(
        can_propose(by, model, teams_of(by, now)),
        _("Changes of %(model)s are proposed by members of %(team)s.") % {"model": model, "team": model.team},
    )


# -- what the content must be like ----------------------------------------------------------------------------------


def _check(review: Review, expectations: Sequence[ExpectationFields]) -> None:
    """Raises Invalid with everything that is wrong."""
    errors = [
        *_faults_of_fields(review),
        *_faults_of_links(review.links),
        *_faults_of_expectations(expectations),
    ]
    if errors:
        raise Invalid(errors)


def _faults_of_fields(review: Review) -> Iterator[tuple[str, str]]:
    unstorable = set()
    for field in ("version", "title", "what", "why", "rollback_plan"):
        if not is_storable(getattr(review, field)):
            unstorable.add(field)
            yield field, _("Leave out control characters.")
    try:
        review.clean_fields(exclude={"author", "charter_version", "driver", *unstorable})
    except ValidationError as failure:
        for field, problems in failure.message_dict.items():
            yield field, " ".join(problems)
    for field in ("version", "title"):
        try:
            validate_single_line(getattr(review, field))
        except ValidationError as failure:
            if field not in unstorable:
                yield field, " ".join(failure.messages)
    for field in ("what", "why", "rollback_plan"):
        if len(getattr(review, field)) > TEXT_LENGTH:
            yield field, _("Write at most %(most)d characters.") % {"most": TEXT_LENGTH}


def _faults_of_links(links: Sequence[str]) -> Iterator[tuple[str, str]]:
    if len(links) > MOST_LINKS:
        yield "links", _("Give at most %(most)d links.") % {"most": MOST_LINKS}
    for index, link in enumerate(links[:MOST_LINKS]):
        if not is_link(link):
            yield f"/links/{index}", _("Write a whole address, as in https://example.org/pull/1184.")


def _faults_of_expectations(expectations: Sequence[ExpectationFields]) -> Iterator[tuple[str, str]]:
    if len(expectations) > MOST_EXPECTATIONS:
        yield "expectations", _("Give at most %(most)d metrics.") % {"most": MOST_EXPECTATIONS}
        return
    seen: set[str] = set()
    for index, row in enumerate(expectations):
        here = f"/expectations/{index}"
        metric = row.get("metric", "")
        if not metric or len(metric) > METRIC_LENGTH or not is_storable(metric):
            yield f"{here}/metric", _("Name the metric in at most %(most)d characters.") % {"most": METRIC_LENGTH}
        elif metric in seen:
            yield f"{here}/metric", _("%(metric)s stands twice.") % {"metric": metric}
        seen.add(metric)
        if row.get("direction") not in Direction.values:
            yield f"{here}/direction", _("Choose one of: %(words)s.") % {"words": ", ".join(Direction.values)}
        values = {name: row.get(name) for name in ("expected", "low", "high")}
        for name, value in values.items():
            if isinstance(value, int | float) and not math.isfinite(value):
                yield f"{here}/{name}", _("Write a finite number.")
        low, high = row.get("low"), row.get("high")
        if low is not None and high is not None and low > high:
            ends = {"low": number(low), "high": number(high)}
            yield f"{here}/low", _("The low end, %(low)s, is above the high end, %(high)s.") % ends


def check_reason(reason: str) -> None:
    """Raises Invalid unless a reason is given that can be kept."""
    if not reason.strip() or len(reason) > REASON_LENGTH or not is_storable(reason):
        raise Invalid([("reason", _("Give the reason, in at most %(most)d characters.") % {"most": REASON_LENGTH})])


def is_storable(text: str) -> bool:
    """Whether a text is one that databases and JSON can hold: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def is_link(text: Any) -> bool:
    """Whether a text is a whole http or https address."""
    try:
        validate_link(text)
    except ValidationError:
        return False
    return len(text) <= LINK_LENGTH
