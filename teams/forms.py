"""Forms of this package. They turn input into values; what is allowed the acts decide, and say beside the field."""

import zoneinfo
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from ledger.errors import Invalid
from teams.fields import KEY_LENGTH, validate_key, validate_single_line
from teams.models import Discipline, MLModel, Person, Role, Seat, Structure, Team

WEEKDAYS = [
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
]
TIERS = [(1, _("1, highest")), (2, "2"), (3, _("3, lowest"))]


def add_refusal(form: forms.Form, refusal: Invalid) -> None:
    """Put what an act refused beside the fields it concerns."""
    for field, detail in refusal.errors:
        form.add_error(field if field in form.fields else None, detail)


def _all_timezones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones())]


class TimeZoneChoice(forms.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Time zone"))
        super().__init__(choices=lazy(_all_timezones, list), **kwargs)


class KeyInput(forms.CharField):
    """A key; it names its thing for ever, so it is asked for once."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Key"))
        super().__init__(max_length=KEY_LENGTH, validators=[validate_key], **kwargs)


class LineInput(forms.CharField):
    """Text on one line."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 200)
        super().__init__(validators=[validate_single_line], strip=False, **kwargs)

    def to_python(self, value: Any) -> str | None:
        """Only spaces are trimmed: a line break is refused, also at the end."""
        text = super().to_python(value)
        return text.strip(" ") if isinstance(text, str) else text


class LinesInput(forms.CharField):
    """A list, one item a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 6}), required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        text = super().to_python(value) or ""
        return [line.strip() for line in text.splitlines() if line.strip()]


class PersonChoice(forms.ModelChoiceField):
    """An active person, and whoever stands there now."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Person.objects.filter(is_active=True), **kwargs)

    def keep(self, person_id: int | None) -> None:
        self.queryset = Person.objects.filter(Q(is_active=True) | Q(pk=person_id))

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}, {obj.email}"


class TeamForm(forms.Form):
    key = KeyInput(help_text=_("As in fraud-detection. Addresses and charters name it, so it never changes."))
    name = LineInput(label=_("Name"))
    parent = forms.ModelChoiceField(
        label=_("Part of"), queryset=Team.objects.none(), required=False, empty_label=_("no other team")
    )
    structure = forms.ChoiceField(
        label=_("Structure"),
        choices=Structure.choices,
        help_text=_("How its machine-learning people stand to the teams whom they work for"),
    )
    lead = PersonChoice(label=_("Lead"), required=False, empty_label=_("nobody yet"))
    timezone = TimeZoneChoice(initial="UTC")
    holidays = LineInput(
        label=_("Holiday calendar"),
        max_length=10,
        required=False,
        help_text=_("A country, or a region of it: DE, DE-BY"),
    )

    def __init__(self, *args: Any, team: Team | None = None, **kwargs: Any) -> None:
        if team is not None:
            fields = ("name", "parent", "structure", "lead", "timezone", "holidays")
            kwargs["initial"] = {field: getattr(team, field) for field in fields}
        super().__init__(*args, **kwargs)
        parents = Team.objects.filter(closed_at__isnull=True)
        if team is not None:
            del self.fields["key"]
            parents = Team.objects.filter(Q(closed_at__isnull=True) | Q(pk=team.parent_id)).exclude(pk=team.pk)
            _person_choice(self, "lead").keep(team.lead_id)
        _choice(self, "parent").queryset = parents


class PersonForm(forms.Form):
    name = LineInput(label=_("Name"))
    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("The login. A password is chosen through “I cannot sign in” on the sign-in page."),
    )
    timezone = TimeZoneChoice(initial="UTC")
    working_days = forms.TypedMultipleChoiceField(
        label=_("Working days"),
        choices=WEEKDAYS,
        coerce=int,
        initial=[1, 2, 3, 4, 5],
        widget=forms.CheckboxSelectMultiple,
    )
    work_starts = forms.TimeField(label=_("Working day starts"), initial="09:00")
    work_ends = forms.TimeField(label=_("Working day ends"), initial="17:00")
    is_staff = forms.BooleanField(label=_("Admin: runs this installation"), required=False)
    is_auditor = forms.BooleanField(label=_("Auditor: reads everything, changes nothing"), required=False)

    def __init__(self, *args: Any, person: Person | None = None, **kwargs: Any) -> None:
        if person is not None:
            kwargs["initial"] = {field: getattr(person, field) for field in self.base_fields}
        super().__init__(*args, **kwargs)


class SeatForm(forms.Form):
    """A new seat in a team."""

    person = PersonChoice(label=_("Person"), empty_label=_("Choose a person"))
    role = forms.ModelChoiceField(
        label=_("Role"), queryset=Role.objects.all(), to_field_name="key", empty_label=_("Choose a role")
    )
    kind = forms.ChoiceField(
        label=_("Held as"),
        choices=[
            (Seat.Kind.PRIMARY, _("Primary")),
            (Seat.Kind.DEPUTY, _("Deputy")),
            (Seat.Kind.MEMBER, _("Member")),
        ],
        initial=Seat.Kind.MEMBER,
        widget=forms.RadioSelect,
        help_text=_("The primary answers for the role; deputies cover for the primary"),
    )
    since = forms.DateField(label=_("Since"), widget=forms.DateInput)
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput, help_text=_("The last day; empty while it is open")
    )


class SeatChangeForm(SeatForm):
    """A seat that stands: its kind and its dates."""

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        kwargs["initial"] = {"kind": seat.kind, "since": seat.since, "until": seat.until}
        super().__init__(*args, **kwargs)
        del self.fields["person"], self.fields["role"]


class RoleForm(forms.Form):
    key = KeyInput(help_text=_("As in data-scientist. Charters name it, so it never changes."))
    name = LineInput(label=_("Name"))
    discipline = forms.ChoiceField(label=_("Discipline"), choices=Discipline.choices)
    description = forms.CharField(
        label=_("Description"), required=False, max_length=4_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    skills = LinesInput(label=_("Skills"), help_text=_("One a line"))
    tools = LinesInput(label=_("Tools"), help_text=_("One a line"))
    position = forms.IntegerField(
        label=_("Place in a matrix"),
        min_value=0,
        max_value=10_000,
        initial=200,
        help_text=_("Small numbers stand left"),
    )

    def __init__(self, *args: Any, role: Role | None = None, **kwargs: Any) -> None:
        if role is not None:
            kwargs["initial"] = {field: getattr(role, field) for field in self.base_fields}
        super().__init__(*args, **kwargs)
        if role is not None:
            del self.fields["key"]


class ModelForm(forms.Form):
    key = KeyInput(help_text=_("As in card-fraud-scorer. Charters and pipelines name it, so it never changes."))
    name = LineInput(label=_("Name"), max_length=300)
    description = forms.CharField(
        label=_("What it does"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    team = forms.ModelChoiceField(
        label=_("Owned by"), queryset=Team.objects.none(), to_field_name="key", empty_label=_("Choose a team")
    )
    accountable = PersonChoice(
        label=_("Accountable person"),
        required=False,
        empty_label=_("nobody yet"),
        help_text=_("Answers for its whole life: training, deployment, monitoring, retraining, retirement"),
    )
    tier = forms.TypedChoiceField(label=_("Risk tier"), choices=TIERS, coerce=int, initial=3, widget=forms.RadioSelect)
    stage = forms.ChoiceField(label=_("Stage"), choices=MLModel.Stage.choices, initial=MLModel.Stage.RUNNING)
    registry = LineInput(
        label=_("Registry link"),
        max_length=500,
        required=False,
        help_text=_("As in models:/card-fraud-scorer, or an address"),
    )

    def __init__(self, *args: Any, model: MLModel | None = None, **kwargs: Any) -> None:
        if model is not None:
            initial = {field: getattr(model, field) for field in self.base_fields}
            kwargs["initial"] = initial | {"team": model.team.key}
        super().__init__(*args, **kwargs)
        teams = Q(closed_at__isnull=True)
        if model is not None:
            del self.fields["key"]
            teams |= Q(pk=model.team_id)
            _person_choice(self, "accountable").keep(model.accountable_id)
        _choice(self, "team").queryset = Team.objects.filter(teams)


class TokenForm(forms.Form):
    label = LineInput(
        label=_("What is it for?"), max_length=100, help_text=_("As in “deployment pipeline of Fraud detection”")
    )


class AbsenceForm(forms.Form):
    first_on = forms.DateField(label=_("First day away"), widget=forms.DateInput)
    last_on = forms.DateField(label=_("Last day away"), widget=forms.DateInput)
    note = LineInput(
        label=_("Note for colleagues"),
        required=False,
        help_text=_("As in “On leave, call the deputy”. Everybody who signs in can read it."),
    )


class WelcomeForm(forms.Form):
    """The first admin of an empty installation."""

    name = LineInput(label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    timezone = TimeZoneChoice(initial="UTC")
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least ten characters, and none of the common ones"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("Password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        password = values.get("password")
        if password:
            try:
                validate_password(password, Person(email=values.get("email", ""), name=values.get("name", "")))
            except ValidationError as failure:
                self.add_error("password", failure)
            if "again" in values and values["again"] != password:
                self.add_error("again", _("The two passwords differ."))
        return values


def _choice(form: forms.Form, name: str) -> forms.ModelChoiceField:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  declared so above
    return field


def _person_choice(form: forms.Form, name: str) -> PersonChoice:
    field = form.fields[name]
    assert isinstance(field, PersonChoice)  # noqa: S101  declared so above
    return field
