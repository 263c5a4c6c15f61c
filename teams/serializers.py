"""People, teams, roles and models as the API writes them: by key, and people by e-mail address."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from teams.catalogue import LONGEST_ITEM
from teams.fields import KEY_LENGTH, KEY_PATTERN, validate_single_line, validate_timezone
from teams.models import Discipline, MLModel, Person, Role, Seat, Structure, Team


class KeyField(serializers.RegexField):
    """A key; asked for once, because it names its thing for ever."""

    def __init__(self, **kwargs: Any) -> None:
        message: dict[str, Any] = {"invalid": _("Use lower case letters, digits and hyphens, as in fraud-detection.")}
        super().__init__(KEY_PATTERN, max_length=KEY_LENGTH, error_messages=message, **kwargs)


class LineField(serializers.CharField):
    """Text on one line."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 200)
        super().__init__(trim_whitespace=False, validators=[validate_single_line], **kwargs)


@extend_schema_field({"type": "string", "pattern": r"^\d{2}:\d{2}(:\d{2})?$", "example": "09:00:00"})
class ClockField(serializers.TimeField):
    """A time of day where the person is: without an offset, so not what JSON Schema calls a time."""


class EmailSlugField(serializers.SlugRelatedField):
    """A person by e-mail address, in any case."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="email", queryset=Person.objects.all(), **kwargs)

    def to_internal_value(self, data: Any) -> Person:
        person: Person = super().to_internal_value(data.lower() if isinstance(data, str) else data)
        return person


class PersonSerializer(serializers.ModelSerializer[Person]):
    email = serializers.EmailField(max_length=254)
    name = LineField()
    timezone = serializers.CharField(max_length=64, validators=[validate_timezone], required=False)
    working_days = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7),
        min_length=1,
        max_length=7,
        required=False,
        help_text=_("ISO weekdays, Monday = 1"),
    )
    work_starts = ClockField(required=False)
    work_ends = ClockField(required=False)
    active = serializers.BooleanField(source="is_active", required=False)
    admin = serializers.BooleanField(source="is_staff", required=False)
    auditor = serializers.BooleanField(source="is_auditor", required=False)

    class Meta:
        model = Person
        fields = [
            "id",
            "email",
            "name",
            "timezone",
            "working_days",
            "work_starts",
            "work_ends",
            "active",
            "admin",
            "auditor",
        ]


class SeatSerializer(serializers.ModelSerializer[Seat]):
    role = serializers.SlugRelatedField[Role](slug_field="key", read_only=True)
    person = serializers.SlugRelatedField[Person](slug_field="email", read_only=True)

    class Meta:
        model = Seat
        fields = ["role", "person", "kind", "since", "until"]


class TeamSerializer(serializers.ModelSerializer[Team]):
    key = KeyField()
    name = LineField()
    parent = serializers.SlugRelatedField[Team](  # type: ignore[assignment]  # a field of that name
        slug_field="key", queryset=Team.objects.all(), allow_null=True, required=False
    )
    structure = serializers.ChoiceField(choices=Structure.choices, required=False)
    lead = EmailSlugField(allow_null=True, required=False)
    timezone = serializers.CharField(max_length=64, validators=[validate_timezone], required=False)
    holidays = serializers.CharField(max_length=10, allow_blank=True, required=False)
    seats = SeatSerializer(source="seats_held", many=True, read_only=True, help_text=_("Those that are held today"))

    class Meta:
        model = Team
        fields = ["key", "name", "parent", "structure", "lead", "timezone", "holidays", "closed_at", "seats"]
        read_only_fields = ["closed_at"]


class RoleSerializer(serializers.ModelSerializer[Role]):
    key = KeyField()
    name = LineField()
    discipline = serializers.ChoiceField(choices=Discipline.choices)
    description = serializers.CharField(max_length=4_000, allow_blank=True, required=False)
    skills = serializers.ListField(child=LineField(max_length=LONGEST_ITEM), max_length=100, required=False)
    tools = serializers.ListField(child=LineField(max_length=LONGEST_ITEM), max_length=100, required=False)
    position = serializers.IntegerField(min_value=0, max_value=10_000, required=False)

    class Meta:
        model = Role
        fields = ["key", "name", "discipline", "description", "skills", "tools", "position"]


class MLModelSerializer(serializers.ModelSerializer[MLModel]):
    key = KeyField()
    name = LineField(max_length=300)
    team = serializers.SlugRelatedField[Team](slug_field="key", queryset=Team.objects.all())
    accountable = EmailSlugField(allow_null=True, required=False)
    tier = serializers.IntegerField(min_value=1, max_value=3, required=False)
    stage = serializers.ChoiceField(choices=MLModel.Stage.choices, required=False)
    registry = LineField(max_length=500, allow_blank=True, required=False)
    description = serializers.CharField(max_length=20_000, allow_blank=True, required=False)

    class Meta:
        model = MLModel
        fields = ["key", "name", "team", "accountable", "tier", "stage", "registry", "description"]
