"""The matrix as the API asks for it and gives it."""

from typing import Any

from rest_framework import serializers

from charter.words import Channel, Severity, Trigger
from escalations.moments import NotAMoment, read_moment

LARGEST_PAGE = 2_000


class MomentWithOffset(serializers.CharField):
    """A moment that says its offset."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return read_moment(super().to_internal_value(data))
        except NotAMoment as reason:
            raise serializers.ValidationError(str(reason)) from None


class MatrixQuerySerializer(serializers.Serializer[dict[str, object]]):
    """What may be asked."""

    team = serializers.CharField(required=False, help_text="The key of one team")
    severity = serializers.ChoiceField(Severity.choices, required=False)
    trigger = serializers.ChoiceField(Trigger.choices, required=False)
    at = MomentWithOffset(
        required=False, help_text="A moment with offset, as in 2026-11-22T02:00:00+01:00; default now"
    )
    cursor = serializers.CharField(required=False, help_text="Where the page starts, as `next` and `previous` say it")
    page_size = serializers.IntegerField(
        required=False, default=500, min_value=1, max_value=LARGEST_PAGE, help_text="A page holds whole teams"
    )


class TargetSerializer(serializers.Serializer[dict[str, str]]):
    """Whom a level means: one of the four."""

    role = serializers.CharField(required=False)
    lead = serializers.CharField(required=False)
    path = serializers.CharField(required=False)
    rotation = serializers.CharField(required=False)


class MatrixRowSerializer(serializers.Serializer[dict[str, object]]):
    """One call. A severity that no path answers has one row without path, level, call, target and person."""

    team = serializers.CharField()
    path = serializers.CharField(allow_null=True)
    triggers = serializers.ListField(child=serializers.ChoiceField(Trigger.choices))
    severity = serializers.ChoiceField(Severity.choices)
    level = serializers.IntegerField(allow_null=True)
    call = serializers.IntegerField(allow_null=True)
    target = TargetSerializer(allow_null=True)
    person = serializers.EmailField(allow_null=True)
    acknowledge_within_minutes = serializers.IntegerField(allow_null=True)
    channels = serializers.ListField(child=serializers.ChoiceField(Channel.choices))


class MatrixPageSerializer(serializers.Serializer[dict[str, object]]):
    """A page of rows."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = MatrixRowSerializer(many=True)
