"""Reviews as the API takes and gives them (DESIGN.md §7)."""

import math
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from charter.words import EvidenceKind, Kind
from reviews.drafting import COMMENT_LENGTH, METRIC_LENGTH, REASON_LENGTH, TEXT_LENGTH, TITLE_LENGTH, VERSION_LENGTH
from reviews.evidence import DATASET_LENGTH, MOST_MEASUREMENTS, SLICE_LENGTH
from reviews.gate import Answer
from reviews.measuring import Reading
from reviews.models import (
    Comment,
    Evidence,
    EvidenceWaiver,
    Expectation,
    GlassBreak,
    PostImplementationReview,
    Review,
    Vote,
)
from reviews.routing import Outcome
from reviews.standing import PlaceStanding, Standing
from reviews.words import Direction, Measured, ReviewState, Rollout, Topic, Verdict, VoteWord
from teams.models import MLModel

Json = dict[str, Any]


# -- what comes in --------------------------------------------------------------------------------------------------


class Strict(serializers.Serializer[Any]):
    """Refuses members that nobody knows, so that a `state` in the body is told and not swallowed."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := [name for name in data if name not in self.fields]):
            raise serializers.ValidationError({name: [_("There is no such field.")] for name in unknown})
        return super().to_internal_value(data)


class Number(serializers.FloatField):
    """A JSON number that is finite: neither text nor 1e400."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        try:
            value = float(data)
        except OverflowError:
            self.fail("invalid")
        if not math.isfinite(value):
            self.fail("invalid")
        return value


class ExpectationInput(Strict):
    metric = serializers.CharField(max_length=120)
    direction = serializers.ChoiceField(Direction.choices)
    expected = Number(required=False, allow_null=True)
    low = Number(required=False, allow_null=True)
    high = Number(required=False, allow_null=True)
    by = serializers.DateField(required=False, allow_null=True)

    def validate(self, attrs: Json) -> Json:
        return {"expected": None, "low": None, "high": None, "by": None, **attrs}


class ReviewInput(Strict):
    """The content of a review."""

    model = serializers.CharField(max_length=60, help_text="The key of the model")
    version = serializers.CharField(max_length=VERSION_LENGTH)
    kind = serializers.ChoiceField(Kind.choices)
    title = serializers.CharField(max_length=TITLE_LENGTH)
    what = serializers.CharField(max_length=TEXT_LENGTH)
    why = serializers.CharField(max_length=TEXT_LENGTH, required=False, allow_blank=True)
    rollout = serializers.ChoiceField(Rollout.choices, required=False, allow_blank=True)
    rollback_plan = serializers.CharField(max_length=TEXT_LENGTH, required=False, allow_blank=True)
    expectations = ExpectationInput(many=True, required=False)
    links = serializers.ListField(child=serializers.CharField(), required=False, help_text="http or https addresses")

    def validate_model(self, key: str) -> MLModel:
        model = MLModel.objects.select_related("team__lead", "accountable").filter(key=key).first()
        if model is None:
            raise serializers.ValidationError(_("There is no model with this key."))
        return model


class PreviewInput(ReviewInput):
    """The same body, of which the model and the kind of change suffice."""

    version = serializers.CharField(max_length=VERSION_LENGTH, required=False, allow_blank=True)
    title = serializers.CharField(max_length=TITLE_LENGTH, required=False, allow_blank=True)
    what = serializers.CharField(max_length=TEXT_LENGTH, required=False, allow_blank=True)


class NothingInput(Strict):
    """An act that needs no words."""


class MeasurementInput(Strict):
    metric = serializers.CharField(max_length=METRIC_LENGTH)
    value = Number()
    slice = serializers.CharField(max_length=SLICE_LENGTH, required=False, allow_blank=True)
    dataset = serializers.CharField(max_length=DATASET_LENGTH, required=False, allow_blank=True)


class EvidenceInput(Strict):
    kind = serializers.ChoiceField(EvidenceKind.choices)
    summary = serializers.CharField(max_length=1_000)
    link = serializers.CharField(max_length=1_000, required=False, allow_blank=True)
    sha256 = serializers.CharField(max_length=71, required=False, allow_blank=True)
    commit = serializers.CharField(max_length=64, required=False, allow_blank=True)
    measurements = serializers.ListField(child=MeasurementInput(), required=False, max_length=MOST_MEASUREMENTS)


class UploadInput(Strict):
    """The same as a form, with a file."""

    kind = serializers.ChoiceField(EvidenceKind.choices)
    summary = serializers.CharField(max_length=1_000)
    link = serializers.CharField(max_length=1_000, required=False, allow_blank=True)
    sha256 = serializers.CharField(max_length=71, required=False, allow_blank=True, help_text="To be held against")
    commit = serializers.CharField(max_length=64, required=False, allow_blank=True)
    file = serializers.FileField(allow_empty_file=True)


class WaiverInput(Strict):
    kind = serializers.ChoiceField(EvidenceKind.choices)
    reason = serializers.CharField(max_length=REASON_LENGTH)


class VoteInput(Strict):
    vote = serializers.ChoiceField(VoteWord.choices)
    digest = serializers.CharField(max_length=71, help_text="The digest of the review as it was read")
    comment = serializers.CharField(max_length=COMMENT_LENGTH, required=False, allow_blank=True)


class CommentInput(Strict):
    body = serializers.CharField(max_length=COMMENT_LENGTH)
    answers = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**53)


class ReasonInput(Strict):
    reason = serializers.CharField(max_length=REASON_LENGTH)


class WithdrawalInput(Strict):
    reason = serializers.CharField(max_length=REASON_LENGTH, required=False, allow_blank=True)


class ActualInput(Strict):
    metric = serializers.CharField(max_length=120)
    value = Number()


class PirInput(Strict):
    actuals = ActualInput(many=True, required=False)
    verdict = serializers.ChoiceField(Verdict.choices)
    lessons = serializers.CharField(max_length=TEXT_LENGTH, required=False, allow_blank=True)
    sorted_lessons = serializers.DictField(
        child=serializers.CharField(max_length=TEXT_LENGTH, allow_blank=True),
        required=False,
        help_text=f"Lessons by topic: {', '.join(Topic.values)}",
    )


class GateQuery(serializers.Serializer[Any]):
    model = serializers.CharField(max_length=60, help_text="The key of the model")
    version = serializers.CharField(max_length=VERSION_LENGTH)


# -- what goes out: declared for the schema, filled by one plain function each --------------------------------------


class ExpectationOutput(serializers.Serializer[Any]):
    metric = serializers.CharField()
    direction = serializers.ChoiceField(Direction.choices)
    expected = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    by = serializers.DateField(allow_null=True)
    actual = serializers.FloatField(allow_null=True)


class CharterOutput(serializers.Serializer[Any]):
    team = serializers.CharField()
    version = serializers.IntegerField()
    digest = serializers.CharField()


class PlaceOutput(serializers.Serializer[Any]):
    role = serializers.CharField()
    count = serializers.IntegerField()
    filled = serializers.IntegerField()
    people = serializers.ListField(child=serializers.EmailField())
    why = serializers.CharField()


class VoteOutput(serializers.Serializer[Any]):
    voter = serializers.EmailField()
    on_behalf_of = serializers.EmailField(allow_null=True, help_text="Who is away, where a deputy voted")
    vote = serializers.ChoiceField(VoteWord.choices)
    round = serializers.IntegerField()
    digest = serializers.CharField()
    comment = serializers.CharField()
    cast_at = serializers.DateTimeField()
    counts = serializers.BooleanField(help_text="False where a later vote or round superseded it")


class MeasurementOutput(serializers.Serializer[Any]):
    metric = serializers.CharField()
    value = serializers.FloatField()
    slice = serializers.CharField()
    dataset = serializers.CharField()


class ReadingOutput(MeasurementOutput):
    """A measured value beside a threshold of the charter version that the review was routed by."""

    before = serializers.FloatField(allow_null=True, help_text="What an earlier round had measured")
    threshold = serializers.CharField(allow_null=True)
    limit = serializers.FloatField(allow_null=True)
    verdict = serializers.ChoiceField(Measured.choices, allow_null=True)
    blocks_release = serializers.BooleanField()


class WaivedOutput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(EvidenceKind.choices)
    reason = serializers.CharField()
    waived_by = serializers.EmailField()
    waived_at = serializers.DateTimeField()


class EvidenceOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(EvidenceKind.choices)
    summary = serializers.CharField()
    link = serializers.CharField()
    sha256 = serializers.CharField()
    media_type = serializers.CharField(help_text="Empty where there is no file")
    size = serializers.IntegerField(allow_null=True)
    commit = serializers.CharField()
    measurements = MeasurementOutput(many=True)
    attached_by = serializers.EmailField()
    attached_at = serializers.DateTimeField()


class PirOutput(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(Verdict.choices)
    lessons = serializers.CharField()
    sorted_lessons = serializers.DictField(child=serializers.CharField())
    closed_by = serializers.EmailField()
    closed_at = serializers.DateTimeField()


class GlassBreakOutput(serializers.Serializer[Any]):
    reason = serializers.CharField()
    asked_by = serializers.EmailField()
    asked_at = serializers.DateTimeField()
    confirmed_by = serializers.EmailField(allow_null=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)


class CommentOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    answers = serializers.IntegerField(allow_null=True, help_text="The comment that began the thread")
    author = serializers.EmailField()
    body = serializers.CharField()
    mentioned = serializers.ListField(child=serializers.EmailField())
    written_at = serializers.DateTimeField()


class ReviewOutput(serializers.Serializer[Any]):
    """A review as it stands."""

    ref = serializers.CharField()
    state = serializers.ChoiceField(ReviewState.choices)
    round = serializers.IntegerField()
    digest = serializers.CharField()
    model = serializers.CharField()
    version = serializers.CharField()
    kind = serializers.ChoiceField(Kind.choices)
    title = serializers.CharField()
    what = serializers.CharField()
    why = serializers.CharField()
    rollout = serializers.CharField()
    rollback_plan = serializers.CharField()
    expectations = ExpectationOutput(many=True)
    links = serializers.ListField(child=serializers.CharField())
    author = serializers.EmailField()
    driver = serializers.EmailField(allow_null=True)
    charter = CharterOutput(allow_null=True)
    rule = serializers.CharField(allow_null=True, help_text="The key of the decision right that matched")
    decide_by = serializers.DateTimeField(allow_null=True)
    places = PlaceOutput(many=True)
    votes = VoteOutput(many=True)
    evidence = EvidenceOutput(many=True)
    readings = ReadingOutput(many=True)
    missing_evidence = serializers.ListField(child=serializers.ChoiceField(EvidenceKind.choices))
    waived_evidence = WaivedOutput(many=True)
    reason = serializers.CharField()
    break_glass = GlassBreakOutput(allow_null=True)
    comments = CommentOutput(many=True)
    pir = PirOutput(allow_null=True)
    drafted_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    released_at = serializers.DateTimeField(allow_null=True)
    rolled_back_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)

    def to_representation(self, instance: Review) -> Json:
        return review_as_json(instance)


class RuleOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    sentence = serializers.CharField()


class RoutedPlaceOutput(serializers.Serializer[Any]):
    role = serializers.CharField()
    count = serializers.IntegerField()
    people = serializers.ListField(child=serializers.EmailField())
    why = serializers.CharField()


class PreviewOutput(serializers.Serializer[Any]):
    """Where a change would go; `rule` is null where nothing in the charter covers it."""

    rule = RuleOutput(allow_null=True)
    places = RoutedPlaceOutput(many=True)
    informed = serializers.ListField(child=serializers.EmailField())
    missing_evidence = serializers.ListField(child=serializers.ChoiceField(EvidenceKind.choices))
    blocked_by = serializers.ListField(child=serializers.CharField())
    decide_by = serializers.DateTimeField(allow_null=True)


class ReasonOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()


class GateOutput(serializers.Serializer[Any]):
    allowed = serializers.BooleanField()
    reasons = ReasonOutput(many=True)
    review = serializers.CharField(allow_null=True)


def review_as_json(review: Review) -> Json:
    """A review that was fetched by `queries.with_everything`."""
    standing = Standing(review)
    counting = {vote.pk for vote in standing.votes.values()}
    version = review.charter_version
    pir = getattr(review, "pir", None)
    broken = getattr(review, "glass_break", None)
    return {
        "ref": review.ref,
        "state": review.state,
        "round": review.round,
        "digest": review.digest,
        "model": review.model.key,
        "version": review.version,
        "kind": review.kind,
        "title": review.title,
        "what": review.what,
        "why": review.why,
        "rollout": review.rollout,
        "rollback_plan": review.rollback_plan,
        "expectations": [_expectation(row) for row in review.expectations.all()],
        "links": review.links,
        "author": review.author.email,
        "driver": review.driver.email if review.driver else None,
        "charter": {"team": review.model.team.key, "version": version.number, "digest": version.digest}
        if version
        else None,
        "rule": review.right_key or None,
        "decide_by": review.decide_by,
        "places": [_place(place) for place in standing.places],
        "votes": [_vote(vote, counts=vote.pk in counting) for vote in review.votes.all()],
        "evidence": [_evidence(piece) for piece in review.evidence.all()],
        "readings": [_reading(reading) for reading in standing.readings],
        "missing_evidence": list(standing.missing),
        "waived_evidence": [_waiver(waiver) for waiver in review.waivers.all()],
        "reason": review.reason,
        "break_glass": _glass_break(broken) if broken else None,
        "comments": [_comment(comment) for comment in review.comments.all()],
        "pir": _pir(pir) if pir else None,
        "drafted_at": review.drafted_at,
        "edited_at": review.edited_at,
        "submitted_at": review.submitted_at,
        "decided_at": review.decided_at,
        "released_at": review.released_at,
        "rolled_back_at": review.rolled_back_at,
        "closed_at": review.closed_at,
    }


def outcome_as_json(outcome: Outcome) -> Json:
    """What a submission would do."""
    route = outcome.route
    return {
        "rule": {"key": route.right.key, "sentence": outcome.sentence} if route else None,
        "places": [
            {
                "role": place.role,
                "count": place.count,
                "people": [meant.person.email for meant in place.people if meant.person],
                "why": "; ".join(f"{meant.person.name}: {meant.why}" for meant in place.people if meant.person),
            }
            for place in (route.places if route else ())
        ],
        "informed": [meant.person.email for meant in (route.informed if route else ()) if meant.person],
        "missing_evidence": list(outcome.missing),
        "blocked_by": [*(sentence for _pointer, sentence in outcome.obstacles), *outcome.blocks],
        "decide_by": route.decide_by if route else None,
    }


def answer_as_json(answer: Answer) -> Json:
    """What the gate says."""
    return {
        "allowed": answer.is_allowed,
        "reasons": [{"code": reason.code, "detail": reason.detail} for reason in answer.reasons],
        "review": answer.review.ref if answer.review else None,
    }


def _expectation(row: Expectation) -> Json:
    return {
        "metric": row.metric,
        "direction": row.direction,
        "expected": row.expected,
        "low": row.low,
        "high": row.high,
        "by": row.by,
        "actual": row.actual,
    }


def _place(standing: PlaceStanding) -> Json:
    return {
        "role": standing.place.role,
        "count": standing.place.count,
        "filled": standing.filled,
        "people": [asked.person.email for asked in standing.asked],
        "why": "; ".join(f"{asked.person}: {asked.why}" for asked in standing.asked),
    }


def _vote(vote: Vote, *, counts: bool) -> Json:
    return {
        "voter": vote.voter.email,
        "on_behalf_of": vote.on_behalf_of.email if vote.on_behalf_of else None,
        "vote": vote.vote,
        "round": vote.round,
        "digest": vote.digest,
        "comment": vote.comment,
        "cast_at": vote.cast_at,
        "counts": counts,
    }


def _evidence(piece: Evidence) -> Json:
    return {
        "id": piece.pk,
        "kind": piece.kind,
        "summary": piece.summary,
        "link": piece.link,
        "sha256": piece.sha256,
        "media_type": piece.media_type,
        "size": piece.size,
        "commit": piece.commit,
        "measurements": [
            {"metric": one.metric, "value": one.value, "slice": one.slice, "dataset": one.dataset}
            for one in piece.measurements.all()
        ],
        "attached_by": piece.attached_by.email,
        "attached_at": piece.attached_at,
    }


def _reading(reading: Reading) -> Json:
    return {
        "metric": reading.metric,
        "value": reading.value,
        "slice": reading.slice,
        "dataset": reading.dataset,
        "before": reading.before,
        "threshold": reading.threshold.key if reading.threshold else None,
        "limit": reading.limit,
        "verdict": reading.verdict,
        "blocks_release": reading.blocks,
    }


def _waiver(waiver: EvidenceWaiver) -> Json:
    return {
        "kind": waiver.kind,
        "reason": waiver.reason,
        "waived_by": waiver.waived_by.email,
        "waived_at": waiver.waived_at,
    }


def _glass_break(broken: GlassBreak) -> Json:
    return {
        "reason": broken.reason,
        "asked_by": broken.asked_by.email,
        "asked_at": broken.asked_at,
        "confirmed_by": broken.confirmed_by.email if broken.confirmed_by else None,
        "confirmed_at": broken.confirmed_at,
    }


def _comment(comment: Comment) -> Json:
    return {
        "id": comment.pk,
        "answers": comment.answers_id,
        "author": comment.author.email,
        "body": comment.body,
        "mentioned": [person.email for person in comment.mentioned.all()],
        "written_at": comment.written_at,
    }


def _pir(pir: PostImplementationReview) -> Json:
    return {
        "verdict": pir.verdict,
        "lessons": pir.lessons,
        "sorted_lessons": {lesson.topic: lesson.text for lesson in pir.sorted_lessons.all()},
        "closed_by": pir.closed_by.email,
        "closed_at": pir.closed_at,
    }
