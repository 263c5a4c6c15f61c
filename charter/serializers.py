"""Bodies of the charter API."""

from rest_framework import serializers

from charter.models import Version
from charter.words import VersionState


class SignSerializer(serializers.Serializer[None]):
    digest = serializers.CharField(max_length=71)


class ObjectSerializer(SignSerializer):
    reason = serializers.CharField(max_length=5_000)


class RealignSerializer(serializers.Serializer[None]):
    reason = serializers.CharField(max_length=5_000)
    until = serializers.DateTimeField(help_text="At most thirty days ahead.")


class VersionSerializer(serializers.Serializer[Version]):
    """A version after an act."""

    team = serializers.CharField(source="charter.team.key")
    version = serializers.IntegerField(source="number")
    state = serializers.ChoiceField(VersionState.choices)
    digest = serializers.CharField()


class FindingSerializer(serializers.Serializer[None]):
    id = serializers.CharField()
    severity = serializers.ChoiceField(["error", "warning", "info"])
    pointer = serializers.CharField()
    line = serializers.IntegerField(help_text="Line in the text that was sent; 0 where it has none (JSON).")
    message = serializers.CharField()


class FindingsSerializer(serializers.Serializer[None]):
    findings = FindingSerializer(many=True)
    skipped = serializers.ListField(child=serializers.CharField())
