"""Forms of what the whole organisation shares: definitions, the decision log, and the filters of their lists."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charter.models import Decision, Definition
from charter.models.decision import LONGEST_TEXT
from charter.sentences import title_of
from teams.forms import KeyInput, LineInput, LinesInput, PersonChoice
from teams.models import Person, Team
from teams.organisation import Organisation
from teams.tree import team_choices

LONGEST_SEARCH = 200


class Remembering(forms.Form):
    """A form that knows which text its writer read, so that nobody overwrites what they have not seen."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def show_again(self, number: int) -> None:
        """Keep the input; the next time it is sent, it is sent in knowledge of the newest text."""
        data = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict: the form came with a request
        data["seen"] = str(number)
        self.data = data


def _long(label: Any, *, rows: int, help_text: Any = "", required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST_TEXT,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class DefinitionForm(Remembering):
    key = KeyInput(help_text=gettext_lazy("As in false-positive-rate. Thresholds name it, so it never changes."))
    name = LineInput(label=gettext_lazy("Name"))
    meaning = forms.CharField(
        label=gettext_lazy("Meaning"),
        max_length=10_000,
        help_text=gettext_lazy("What it says, and what it does not. Markdown."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    formula = forms.CharField(
        label=gettext_lazy("Formula"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    unit = LineInput(
        label=gettext_lazy("Unit"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("As in ms, EUR, hours; empty where it has none"),
    )
    direction = forms.ChoiceField(
        label=gettext_lazy("Direction"),
        choices=Definition.Direction.choices,
        initial=Definition.Direction.NEITHER,
        widget=forms.RadioSelect,
    )
    source = LineInput(
        label=gettext_lazy("Source"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("The paper, standard or contract that it comes from"),
    )
    owner = PersonChoice(
        label=gettext_lazy("Owner"),
        required=False,
        empty_label=gettext_lazy("nobody yet"),
        help_text=gettext_lazy("Answers questions about it, and may change it"),
    )

    def __init__(self, *args: Any, definition: Definition | None = None, key: str = "", **kwargs: Any) -> None:
        kwargs["initial"] = {"key": key}
        if definition is not None:
            shown = [name for name in self.base_fields if name not in {"key", "seen"}]
            kwargs["initial"] = {field: getattr(definition, field) for field in shown} | {"seen": definition.number}
        super().__init__(*args, **kwargs)
        if definition is not None:
            del self.fields["key"]
            owner = self.fields["owner"]
            assert isinstance(owner, PersonChoice)  # noqa: S101  declared above
            owner.keep(definition.owner_id)


class DefinitionFilter(forms.Form):
    q = forms.CharField(label=gettext_lazy("Name or meaning"), required=False, max_length=LONGEST_SEARCH)
    direction = forms.ChoiceField(
        label=gettext_lazy("Direction"),
        required=False,
        choices=[("", gettext_lazy("Any")), *Definition.Direction.choices],
    )
    used = forms.BooleanField(label=gettext_lazy("Only what charters watch"), required=False)


class DecisionForm(Remembering):
    """A decision of one team: its people can be ticked, its charter's rights chosen."""

    title = LineInput(label=gettext_lazy("Title"), help_text=gettext_lazy("What is it about? In one line."))
    outcome = _long(
        gettext_lazy("What was decided"),
        rows=3,
        required=True,
        help_text=gettext_lazy("One or two sentences. Markdown."),
    )
    options = _long(
        gettext_lazy("Options and their trade-offs"),
        rows=6,
        help_text=gettext_lazy("A list item or a heading for each, with what speaks for it and against it. Markdown."),
    )
    rationale = _long(gettext_lazy("Why this one"), rows=4, help_text=gettext_lazy("Markdown."))
    dissent = _long(
        gettext_lazy("Dissent"), rows=3, help_text=gettext_lazy("Who saw it differently, and why. It is kept as said.")
    )
    deciders = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Who decided"),
        queryset=Person.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    others = LinesInput(
        label=gettext_lazy("Others who decided"), help_text=gettext_lazy("Their e-mail addresses, one a line")
    )
    decided_on = forms.DateField(label=gettext_lazy("Decided on"), widget=forms.DateInput)
    right_key = forms.ChoiceField(label=gettext_lazy("Under which decision right"), required=False)
    review_ref = LineInput(
        label=gettext_lazy("Review"), required=False, max_length=20, help_text=gettext_lazy("As in MCR-000123")
    )
    revisit_on = forms.DateField(
        label=gettext_lazy("Revisit on"),
        required=False,
        widget=forms.DateInput,
        help_text=gettext_lazy("On that day Remit asks whoever decided whether it still holds"),
    )

    def __init__(
        self,
        *args: Any,
        people: Iterable[Person],
        rights: Sequence[str],
        decision: Decision | None = None,
        today: Any = None,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {"decided_on": today}
        offered = {person.pk for person in people}
        keys = list(rights)
        if decision is not None:
            shown = [name for name in self.base_fields if name not in {"deciders", "others", "seen"}]
            kwargs["initial"] = {field: getattr(decision, field) for field in shown}
            deciders = list(decision.deciders.all())
            kwargs["initial"] |= {"deciders": deciders, "seen": decision.number}
            offered |= {person.pk for person in deciders}
            if decision.right_key and decision.right_key not in keys:
                keys.append(decision.right_key)
        super().__init__(*args, **kwargs)
        ticked = self.fields["deciders"]
        assert isinstance(ticked, forms.ModelMultipleChoiceField)  # noqa: S101  declared above
        ticked.queryset = Person.objects.filter(pk__in=offered).order_by("name", "id")
        self.fields["others"].widget.attrs["rows"] = 2
        right = self.fields["right_key"]
        assert isinstance(right, forms.ChoiceField)  # noqa: S101  declared above
        right.choices = [("", _("none that the charter names")), *((key, title_of(key)) for key in keys)]

    def clean_others(self) -> list[Person]:
        emails: list[str] = self.cleaned_data["others"]
        found = {person.email.lower(): person for person in Person.objects.filter(email__in=emails)}
        found |= {
            person.email.lower(): person
            for email in emails
            if email.lower() not in found
            for person in Person.objects.filter(email__iexact=email)[:1]
        }
        unknown = [email for email in emails if email.lower() not in found]
        if unknown:
            raise forms.ValidationError(
                _("Nobody here has the address %(email)s."), params={"email": ", ".join(unknown[:3])}
            )
        return list(found.values())

    def clean_review_ref(self) -> str:
        return str(self.cleaned_data["review_ref"]).upper()

    def values(self) -> dict[str, Any]:
        """What the act takes."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "others"}
        ticked = list(values["deciders"])
        values["deciders"] = ticked + [person for person in self.cleaned_data["others"] if person not in ticked]
        return values


class DecisionFilter(forms.Form):
    q = forms.CharField(label=gettext_lazy("Words"), required=False, max_length=LONGEST_SEARCH)
    team = forms.ModelChoiceField(
        label=gettext_lazy("Team"),
        queryset=Team.objects.all(),
        to_field_name="key",
        required=False,
        empty_label=gettext_lazy("All teams"),
    )
    mine = forms.BooleanField(label=gettext_lazy("Only what I decided"), required=False)


class TeamToLogForm(forms.Form):
    """Of which team is the decision?"""

    team = forms.ModelChoiceField(
        label=gettext_lazy("Team"),
        queryset=Team.objects.none(),
        to_field_name="key",
        empty_label=gettext_lazy("Choose a team"),
    )

    def __init__(self, *args: Any, teams: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = self.fields["team"]
        assert isinstance(team, forms.ModelChoiceField)  # noqa: S101  declared above
        team.queryset = teams


class ResponsibilityFilter(forms.Form):
    team = forms.ChoiceField(label=gettext_lazy("Team and below"), required=False)
    only = forms.BooleanField(label=gettext_lazy("Only teams with holes"), required=False)

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = self.fields["team"]
        assert isinstance(team, forms.ChoiceField)  # noqa: S101  declared above
        team.choices = [("", _("Whole organisation")), *team_choices(organisation)]
