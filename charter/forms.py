"""Forms of the editor. They turn input into parts of the document; what is allowed the acts decide.

A form that edits a part has `part`, made in `clean`, and `seen`, the token of what its editor read.
"""

import datetime as dt
from typing import Any, ClassVar

import pydantic
from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charter import document as doc
from charter.editing import Purpose, token_of
from charter.inputs import DurationField, GroupedSelect, Groups, KeysField, PlacesField, RoleField, RolesField
from charter.offers import Offers
from charter.sentences import title_of
from charter.words import Channel, EvidenceKind, Hours, Kind, RitualKind, Severity, Then, Trigger
from teams.forms import TIERS, LineInput, TimeZoneChoice
from teams.models import Structure

WEEKDAYS = [
    ("MO", gettext_lazy("Monday")),
    ("TU", gettext_lazy("Tuesday")),
    ("WE", gettext_lazy("Wednesday")),
    ("TH", gettext_lazy("Thursday")),
    ("FR", gettext_lazy("Friday")),
    ("SA", gettext_lazy("Saturday")),
    ("SU", gettext_lazy("Sunday")),
]
PERIODS = [
    ("DAILY", gettext_lazy("days")),
    ("WEEKLY", gettext_lazy("weeks")),
    ("MONTHLY", gettext_lazy("months")),
    ("YEARLY", gettext_lazy("years")),
]
ALL_MEANT = gettext_lazy("None ticked means all.")


def _ticks(label: Any, choices: Any, **kwargs: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, widget=forms.CheckboxSelectMultiple, required=False, **kwargs
    )


class PartForm(forms.Form):
    """A form that makes a part of the document; `stored` is the part as it stands, to be shown."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    names: ClassVar[dict[str, str]] = {}  # field of the part → field of the form, where they differ

    part: Any = None

    def __init__(self, *args: Any, stored: Any = None, **kwargs: Any) -> None:
        if stored is not None:
            kwargs["initial"] = {**self.values_of(stored), "seen": token_of(stored)}
        super().__init__(*args, **kwargs)

    def offer(self, offers: Offers) -> None:
        """Give the fields what can be chosen; asked for before the form is shown, not to read it."""

    def values_of(self, part: Any) -> dict[str, Any]:
        """What the fields show of a part."""
        raise NotImplementedError

    def build(self, values: dict[str, Any]) -> Any:
        """The part that the input makes. May raise pydantic's ValidationError."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors:
            try:
                self.part = self.build(values)
            except pydantic.ValidationError as failure:
                for error in failure.errors():
                    field = str(error["loc"][0]) if error["loc"] else ""
                    field = self.names.get(field, field)
                    self.add_error(field if field in self.fields else None, str(error["msg"]))
        return values


class NamedPartForm(PartForm):
    """A part that is found again under a key, which is made of the name that people give it."""

    name = LineInput(
        label=gettext_lazy("Name"), max_length=60, help_text=gettext_lazy("A few words; findings call it so.")
    )
    names: ClassVar[dict[str, str]] = {"key": "name"}

    def clean_name(self) -> str:
        if not self.key_of(self.cleaned_data["name"]):
            raise forms.ValidationError(_("Use letters or digits of the Latin alphabet: the name becomes a key."))
        return str(self.cleaned_data["name"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([*(name for name in self.fields if name != "name"), "name"])

    @staticmethod
    def key_of(name: str) -> str:
        return slugify(name).replace("_", "-").strip("-")


class PurposeForm(PartForm):
    purpose = forms.CharField(
        label=gettext_lazy("Purpose"), widget=forms.Textarea(attrs={"rows": 2}), required=False, max_length=20_000
    )
    north_star = LineInput(
        label=gettext_lazy("North star"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("The one measure by which everybody knows that it works"),
    )
    target = LineInput(label=gettext_lazy("Target"), required=False, max_length=500)
    reached_by = forms.DateField(label=gettext_lazy("Reached by"), required=False, widget=forms.DateInput)

    def values_of(self, part: Purpose) -> dict[str, Any]:
        star = part.north_star or doc.NorthStar(statement="")
        return {
            "purpose": part.purpose,
            "north_star": star.statement,
            "target": star.target,
            "reached_by": star.by,
        }

    def build(self, values: dict[str, Any]) -> Purpose:
        star = None
        if values["north_star"]:
            star = doc.NorthStar(statement=values["north_star"], target=values["target"], by=values["reached_by"])
        elif values["target"] or values["reached_by"]:
            self.add_error("north_star", _("Say which measure this target is of."))
        return Purpose(purpose=values["purpose"].replace("\r\n", "\n").strip(), north_star=star)


class StageForm(forms.Form):
    name = LineInput(label=gettext_lazy("Stage"), max_length=500)
    outcome = forms.CharField(
        label=gettext_lazy("Outcome"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("What is there when this stage is done well"),
    )


class ColumnForm(forms.Form):
    role = RoleField(label=gettext_lazy("Role"))

    def offer(self, offers: Offers) -> None:
        _role(self, "role").offer(offers.roles)


class RightForm(NamedPartForm):
    """A decision right (DACI)."""

    kinds = _ticks(gettext_lazy("Kinds of change"), Kind.choices, help_text=ALL_MEANT)
    tiers = _ticks(gettext_lazy("Tiers"), TIERS, help_text=ALL_MEANT)
    driver = RoleField(
        label=gettext_lazy("Driver"), required=False, help_text=gettext_lazy("Brings the change to its decision")
    )
    approval = forms.ChoiceField(
        label=gettext_lazy("Approval"),
        widget=forms.RadioSelect,
        choices=[("people", gettext_lazy("by people")), ("automatic", gettext_lazy("automatic"))],
        initial="people",
        help_text=gettext_lazy("Automatic: approved when all evidence is there and every threshold holds"),
    )
    approvers = PlacesField(
        label=gettext_lazy("Approvers"), required=False, help_text=gettext_lazy("How many of which role must approve")
    )
    decide_within = DurationField(label=gettext_lazy("Decide within"), required=False)
    overdue = forms.CharField(label=gettext_lazy("A late decision calls"), required=False, widget=GroupedSelect)
    contributors = RolesField(label=gettext_lazy("Asked before"), required=False)
    informed = RolesField(label=gettext_lazy("Told after"), required=False)

    def offer(self, offers: Offers) -> None:
        _role(self, "driver").offer(offers.roles, _("nobody"))
        for name in ("approvers", "contributors", "informed"):
            self.fields[name].offer(offers.roles)  # type: ignore[attr-defined]
        _offer(self, "overdue", offers.own_paths, _("nobody"))

    def values_of(self, part: doc.DecisionRight) -> dict[str, Any]:
        return {
            "name": title_of(part.key),
            "kinds": [kind.value for kind in part.kinds],
            "tiers": [str(tier) for tier in part.tiers],
            "driver": part.driver,
            "approval": "automatic" if part.is_automatic else "people",
            "approvers": [(place.count, place.role) for place in part.places],
            "decide_within": part.decide_within,
            "overdue": part.overdue,
            "contributors": part.contributors,
            "informed": part.informed,
        }

    def build(self, values: dict[str, Any]) -> doc.DecisionRight:
        places = tuple(doc.ApproverPlace(role=role, count=count) for count, role in values["approvers"])
        return doc.DecisionRight(
            key=self.key_of(values["name"]),
            kinds=tuple(Kind(kind) for kind in values["kinds"]),
            tiers=tuple(int(tier) for tier in values["tiers"]),
            driver=values["driver"] or None,
            approvers="automatic" if values["approval"] == "automatic" else places,
            decide_within=values["decide_within"] or None,
            overdue=values["overdue"] or None,
            contributors=tuple(values["contributors"]),
            informed=tuple(values["informed"]),
        )


class PathForm(NamedPartForm):
    """An escalation path without its levels, which have forms of their own."""

    triggers = _ticks(gettext_lazy("Triggers"), Trigger.choices, help_text=ALL_MEANT)
    severities = _ticks(gettext_lazy("Severities"), Severity.choices, help_text=ALL_MEANT)
    hours = forms.ChoiceField(
        label=gettext_lazy("Hours"), widget=forms.RadioSelect, choices=Hours.choices, initial=Hours.ALWAYS
    )

    def values_of(self, part: doc.EscalationPath) -> dict[str, Any]:
        return {
            "name": title_of(part.key),
            "triggers": [trigger.value for trigger in part.triggers],
            "severities": [severity.value for severity in part.severities],
            "hours": part.hours.value,
        }

    def build(self, values: dict[str, Any]) -> doc.EscalationPath:
        return doc.EscalationPath(
            key=self.key_of(values["name"]),
            triggers=tuple(Trigger(trigger) for trigger in values["triggers"]),
            severities=tuple(Severity(severity) for severity in values["severities"]),
            hours=Hours(values["hours"]),
        )


class LevelForm(PartForm):
    """A level of an escalation path."""

    to = RoleField(label=gettext_lazy("Calls"))
    acknowledge_within = DurationField(
        label=gettext_lazy("Time to acknowledge"),
        required=False,
        help_text=gettext_lazy("Then the next level is called. A path needs none."),
    )
    channels = _ticks(
        gettext_lazy("By"),
        [choice for choice in Channel.choices if choice[0] != Channel.INBOX],
        help_text=gettext_lazy("The inbox always has it too."),
    )
    repeat = forms.IntegerField(
        label=gettext_lazy("Further calls"), min_value=0, max_value=20, initial=0, required=False
    )

    def offer(self, offers: Offers) -> None:
        _role(self, "to").offer(offers.targets, _("choose whom"))

    def values_of(self, part: doc.EscalationLevel) -> dict[str, Any]:
        return {
            "to": f"{part.to.kind}:{part.to.value}",
            "acknowledge_within": part.acknowledge_within,
            "channels": [channel.value for channel in part.channels],
            "repeat": part.repeat,
        }

    def build(self, values: dict[str, Any]) -> doc.EscalationLevel:
        kind, _colon, value = values["to"].partition(":")
        if kind not in doc.Target.model_fields:
            self.add_error("to", _("Choose whom to call."))
            return None  # type: ignore[return-value]
        return doc.EscalationLevel(
            to=doc.Target.model_validate({kind: value}),
            acknowledge_within=values["acknowledge_within"] or None,
            channels=tuple(Channel(channel) for channel in values["channels"]),
            repeat=values["repeat"] or 0,
        )


class ThresholdForm(NamedPartForm):
    """A limit of a metric and what happens beyond it."""

    metric = LineInput(label=gettext_lazy("Metric"), max_length=60, help_text=gettext_lazy("As in psi, or p95-latency"))
    models = KeysField(
        label=gettext_lazy("Models"), widget=forms.CheckboxSelectMultiple, required=False, help_text=ALL_MEANT
    )
    above = forms.FloatField(label=gettext_lazy("Above"), required=False)
    below = forms.FloatField(label=gettext_lazy("Below"), required=False)
    clears_below = forms.FloatField(label=gettext_lazy("Clears below"), required=False)
    clears_above = forms.FloatField(label=gettext_lazy("Clears above"), required=False)
    window = DurationField(label=gettext_lazy("For"), required=False)
    then = forms.ChoiceField(label=gettext_lazy("Then"), choices=Then.choices)
    severity = forms.ChoiceField(
        label=gettext_lazy("As"), choices=[("", gettext_lazy("no severity")), *Severity.choices], required=False
    )
    trigger = forms.ChoiceField(
        label=gettext_lazy("For trigger"), choices=[("", gettext_lazy("no trigger")), *Trigger.choices], required=False
    )

    def offer(self, offers: Offers) -> None:
        self.fields["models"].choices = offers.models  # type: ignore[attr-defined]
        if not offers.models:
            self.fields["models"].widget = forms.MultipleHiddenInput()

    def values_of(self, part: doc.Threshold) -> dict[str, Any]:
        values = part.model_dump(mode="json", exclude={"key"})
        return {"name": title_of(part.key), **values}

    def clean_metric(self) -> str:
        return self.key_of(self.cleaned_data["metric"])

    def build(self, values: dict[str, Any]) -> doc.Threshold:
        if values["above"] is None and values["below"] is None:
            self.add_error("above", _("Say above or below which value it strikes."))
        return doc.Threshold(
            key=self.key_of(values["name"]),
            metric=values["metric"],
            models=tuple(values["models"]),
            above=values["above"],
            below=values["below"],
            clears_below=values["clears_below"],
            clears_above=values["clears_above"],
            window=values["window"] or None,
            then=Then(values["then"]),
            severity=Severity(values["severity"]) if values["severity"] else None,
            trigger=Trigger(values["trigger"]) if values["trigger"] else None,
        )


class RitualForm(NamedPartForm):
    """A recurring meeting. The usual cadences are chosen; any other is written as RFC 5545 has it."""

    kind = forms.ChoiceField(label=gettext_lazy("Meeting"), choices=RitualKind.choices)
    every = forms.IntegerField(label=gettext_lazy("Every"), min_value=1, max_value=99, initial=1)
    period = forms.ChoiceField(label=gettext_lazy("Period"), choices=PERIODS, initial="WEEKLY")
    weekdays = _ticks(gettext_lazy("On"), WEEKDAYS, help_text=gettext_lazy("For weeks"))
    month_day = forms.IntegerField(
        label=gettext_lazy("On day"), min_value=1, max_value=31, required=False, help_text=gettext_lazy("For months")
    )
    rule = LineInput(
        label=gettext_lazy("Or as a rule of RFC 5545"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("As in FREQ=MONTHLY;BYDAY=1MO. It goes before what is chosen above."),
    )
    starts_on = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput)
    at = forms.TimeField(label=gettext_lazy("At"), initial="10:00", widget=forms.TimeInput)
    timezone = TimeZoneChoice()
    facilitator = RoleField(label=gettext_lazy("Facilitator"), required=False)
    names: ClassVar[dict[str, str]] = {"key": "name", "cadence": "rule", "from": "starts_on"}

    def offer(self, offers: Offers) -> None:
        _role(self, "facilitator").offer(offers.roles, _("nobody"))

    def values_of(self, part: doc.Ritual) -> dict[str, Any]:
        return {
            "name": title_of(part.key),
            "kind": part.kind.value,
            **_cadence_fields(part.cadence),
            "starts_on": part.starts_on,
            "at": dt.time.fromisoformat(part.at),
            "timezone": part.timezone,
            "facilitator": part.facilitator,
        }

    def build(self, values: dict[str, Any]) -> doc.Ritual:
        return doc.Ritual.model_validate(
            {
                "key": self.key_of(values["name"]),
                "kind": RitualKind(values["kind"]),
                "cadence": values["rule"] or _cadence_of(values),
                "from": values["starts_on"],
                "at": values["at"].strftime("%H:%M"),
                "timezone": values["timezone"],
                "facilitator": values["facilitator"] or None,
            }
        )


class EvidenceForm(forms.Form):
    """Which evidence a review must carry, by tier."""

    tier_1 = _ticks(gettext_lazy("Tier 1"), EvidenceKind.choices)
    tier_2 = _ticks(gettext_lazy("Tier 2"), EvidenceKind.choices)
    tier_3 = _ticks(gettext_lazy("Tier 3"), EvidenceKind.choices)

    @property
    def evidence(self) -> dict[str, list[EvidenceKind]]:
        return {tier: [EvidenceKind(kind) for kind in self.cleaned_data[f"tier_{tier}"]] for tier in ("1", "2", "3")}


class ReviewAfterForm(forms.Form):
    after = DurationField(
        label=gettext_lazy("Post-implementation review after"),
        required=False,
        help_text=gettext_lazy("Counted from the release; empty: none falls due."),
    )


class ObjectionForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("What stands against it?"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2_000
    )


class ListFilter(forms.Form):
    """What /charters/ shows."""

    q = forms.CharField(
        label=gettext_lazy("Team or lead"), required=False, widget=forms.TextInput(attrs={"type": "search"})
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", gettext_lazy("Any")),
            ("ratified", gettext_lazy("in force")),
            ("interim", gettext_lazy("interim")),
            ("proposed", gettext_lazy("proposed")),
            ("draft", gettext_lazy("draft")),
            ("none", gettext_lazy("none")),
        ],
    )
    structure = forms.ChoiceField(
        label=gettext_lazy("Structure"), required=False, choices=[("", gettext_lazy("Any")), *Structure.choices]
    )
    errors_only = forms.BooleanField(label=gettext_lazy("Only with errors"), required=False)


PART_FORMS: dict[str, type[NamedPartForm]] = {
    "decisions": RightForm,
    "escalation": PathForm,
    "thresholds": ThresholdForm,
    "rituals": RitualForm,
}


def _role(form: forms.Form, name: str) -> RoleField:
    field = form.fields[name]
    assert isinstance(field, RoleField)  # noqa: S101  declared above
    return field


def _offer(form: forms.Form, name: str, groups: Groups, empty: str) -> None:
    widget = form.fields[name].widget
    assert isinstance(widget, GroupedSelect)  # noqa: S101  declared above
    widget.groups, widget.empty = groups, empty


def _cadence_fields(cadence: str) -> dict[str, Any]:
    """The fields that say a usual cadence, else the rule itself."""
    parts = dict(part.split("=", 1) for part in cadence.split(";") if "=" in part)
    days = parts.get("BYDAY", "").split(",") if "BYDAY" in parts else []
    usual = parts.keys() <= {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY"} and (
        (not days or (parts["FREQ"] == "WEEKLY" and all(day in dict(WEEKDAYS) for day in days)))
        and ("BYMONTHDAY" not in parts or (parts["FREQ"] == "MONTHLY" and parts["BYMONTHDAY"].isdecimal()))
    )
    if not usual:
        return {"rule": cadence}
    return {
        "every": int(parts.get("INTERVAL", "1")),
        "period": parts["FREQ"],
        "weekdays": days,
        "month_day": parts.get("BYMONTHDAY"),
    }


def _cadence_of(values: dict[str, Any]) -> str:
    parts = [f"FREQ={values['period']}"]
    if values["every"] > 1:
        parts.append(f"INTERVAL={values['every']}")
    if values["period"] == "WEEKLY" and values["weekdays"]:
        parts.append("BYDAY=" + ",".join(values["weekdays"]))
    if values["period"] == "MONTHLY" and values["month_day"]:
        parts.append(f"BYMONTHDAY={values['month_day']}")
    return ";".join(parts)
