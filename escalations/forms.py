"""The filters of the matrix; they live in the address."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from charter.words import Severity, Trigger
from escalations.moments import NotAMoment, read_local, within_reach
from teams.organisation import Organisation
from teams.tree import team_choices


class MomentField(forms.CharField):
    """A moment; without an offset it is meant in the reader's time zone."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"})

    def __init__(self, *, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.zone = zone

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            moment = read_local(text)
            return within_reach(moment if moment.tzinfo else moment.replace(tzinfo=self.zone))
        except NotAMoment as reason:
            raise forms.ValidationError(str(reason)) from None


class MatrixFilter(forms.Form):
    """`at`, `team` (and below), `trigger`, `severity`, `only` holes and single points, `all` teams."""

    team = forms.ChoiceField(label=_("Team and below"), required=False)
    trigger = forms.ChoiceField(label=_("Trigger"), required=False, choices=[("", _("Any")), *Trigger.choices])
    severity = forms.ChoiceField(
        label=_("Severity"), required=False, widget=forms.RadioSelect, choices=[("", _("All")), *Severity.choices]
    )
    only = forms.BooleanField(label=_("Only holes and single points"), required=False)
    all = forms.BooleanField(required=False, widget=forms.HiddenInput)

    field_order = ["at", "team", "trigger", "severity", "only", "all"]

    def __init__(self, data: Mapping[str, Any], *, organisation: Organisation, zone: ZoneInfo, now: datetime) -> None:
        local = now.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
        super().__init__({"at": local, **{name: data[name] for name in data if data[name]}})
        self.asked_for_a_moment = bool(data.get("at"))
        self.fields["at"] = MomentField(label=_("At"), required=False, zone=zone)
        self.order_fields(self.field_order)
        field = self.fields["team"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        field.choices = [("", _("Whole organisation")), *team_choices(organisation)]

    def clean(self) -> dict[str, Any]:
        if "at" in self.errors:
            self.fields["at"].widget = forms.TextInput()  # a picker would not show what cannot be read
        return self.cleaned_data

    def moment(self, now: datetime) -> datetime:
        """The moment asked about: now, unless the address says otherwise."""
        at: datetime | None = self.cleaned_data.get("at")
        return at if at and self.asked_for_a_moment else now
