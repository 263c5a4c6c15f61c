"""After the decision: releasing a change, rolling it back, and holding the promise against the result."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ledger.errors import IllegalState, Invalid
from ledger.record import record_act
from reviews import occasions
from reviews.drafting import TEXT_LENGTH, check_reason, is_storable
from reviews.gate import Reason, reasons_against
from reviews.models import Expectation, Lesson, PostImplementationReview, Review
from reviews.rules import can_close, can_release
from reviews.states import Action, state_after
from reviews.words import Topic, Verdict
from teams.changing import locked
from teams.models import Person
from teams.rules import require


class ReleaseBlocked(IllegalState):
    """The gate is closed to the change: its approval is over, or a threshold does not hold."""

    def __init__(self, review: Review, reasons: Sequence[Reason]) -> None:
        super().__init__(" ".join(reason.detail for reason in reasons), state=review.state)


@transaction.atomic
def release_review(review: Review, *, by: Person, now: datetime) -> Review:
    """The approved change goes out; its post-implementation review is planned.

    Raises Forbidden, ReviewNotInState, ReleaseBlocked.
    """
    review = locked(review)
    require(can_release(by, review), _("Only the driver or the model's accountable person releases."))
    before = review.state
    after = state_after(review, Action.RELEASE)
    if reasons := reasons_against(review, now=now):
        raise ReleaseBlocked(review, reasons)
    review.state = after
    review.released_at = now
    review.save(update_fields=["state", "released_at"])
    record_act(by=by, key="reviews.review.released", on=review, change={"state": [before, review.state]}, now=now)
    occasions.call_off_expiry(review, by=by, now=now)
    occasions.plan_pir(review, now=now)
    occasions.tell_news(review, by=by, now=now)
    return review


@transaction.atomic
def roll_back_review(review: Review, *, reason: str, by: Person, now: datetime) -> Review:
    """Take a release that went wrong back, at once and without votes. Raises Forbidden, ReviewNotInState, Invalid."""
    review = locked(review)
    require(can_release(by, review), _("Only the driver or the model's accountable person rolls back."))
    before = review.state
    review.state = state_after(review, Action.ROLL_BACK)
    check_reason(reason)
    review.reason = reason.strip()
    review.rolled_back_at = now
    review.save(update_fields=["state", "reason", "rolled_back_at"])
    record_act(by=by, key="reviews.review.rolled_back", on=review, change={"state": [before, review.state]}, now=now)
    occasions.tell_news(review, by=by, now=now)
    return review


@transaction.atomic
def close_review(
    review: Review,
    *,
    actuals: Sequence[tuple[str, float]],
    verdict: str,
    lessons: str = "",
    sorted_lessons: Mapping[str, str] | None = None,
    by: Person,
    now: datetime,
) -> PostImplementationReview:
    """Close a review with what became of it: (metric, value) pairs, a verdict, lessons, and those by topic.

    Raises Forbidden, ReviewNotInState, Invalid.
    """
    review = locked(review)
    require(can_close(by, review), _("Who wrote or drove the change, or answers for the model, closes its review."))
    before = review.state
    review.state = state_after(review, Action.CLOSE)
    expectations = {expectation.metric: expectation for expectation in review.expectations.all()}
    by_topic = {topic: text.strip() for topic, text in (sorted_lessons or {}).items() if text.strip()}
    if errors := [*_faults(expectations, actuals, verdict, lessons), *_faults_of_topics(by_topic)]:
        raise Invalid(errors)
    for metric, value in actuals:
        expectations[metric].actual = value
    Expectation.objects.bulk_update(expectations.values(), ["actual"])
    pir = PostImplementationReview.objects.create(
        review=review, verdict=verdict, lessons=lessons.strip(), closed_by=by, closed_at=now
    )
    Lesson.objects.bulk_create(Lesson(pir=pir, topic=topic, text=text) for topic, text in by_topic.items())
    review.closed_at = now
    review.save(update_fields=["state", "closed_at"])
    change: dict[str, list[Any]] = {"state": [before, review.state], "verdict": [None, verdict]}
    record_act(by=by, key="reviews.review.reviewed", on=review, change=change, now=now)
    occasions.pir_is_done(review, by=by, now=now)
    return pir


def _faults(
    expectations: dict[str, Expectation], actuals: Sequence[tuple[str, float]], verdict: str, lessons: str
) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for index, (metric, value) in enumerate(actuals):
        if metric not in expectations:
            yield f"/actuals/{index}/metric", _("Nothing was expected of this metric.")
        elif metric in seen:
            yield f"/actuals/{index}/metric", _("%(metric)s stands twice.") % {"metric": metric}
        seen.add(metric)
        if not math.isfinite(value):
            yield f"/actuals/{index}/value", _("Write a finite number.")
    if verdict not in Verdict.values:
        yield "verdict", _("Choose one of: %(words)s.") % {"words": ", ".join(Verdict.values)}
    if len(lessons) > TEXT_LENGTH or not is_storable(lessons):
        yield "lessons", _("Write at most %(most)d characters, without control characters.") % {"most": TEXT_LENGTH}


def _faults_of_topics(by_topic: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for topic, text in by_topic.items():
        if topic not in Topic.values:
            yield "sorted_lessons", _("%(topic)s is nothing that lessons are sorted by.") % {"topic": topic[:60]}
        elif len(text) > TEXT_LENGTH or not is_storable(text):
            too_long = _("Write at most %(most)d characters, without control characters.")
            yield f"lesson-{topic}", too_long % {"most": TEXT_LENGTH}
