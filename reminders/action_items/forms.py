"""Forms of action items. They turn input into values; what is allowed the acts decide, and say beside the field."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reminders.action_items.acts import LONGEST_REASON
from reminders.models import ActionItem
from teams.forms import LineInput, PersonChoice
from teams.models import Person, Team


class PromiseForm(forms.Form):
    title = LineInput(label=_("Promise"), help_text=_("What will be there when it is done, so that everybody can tell"))
    owner = PersonChoice(label=_("Owner"), empty_label=_("Choose a person"))
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.filter(closed_at__isnull=True),
        to_field_name="key",
        empty_label=_("Choose a team"),
    )
    due_on = forms.DateField(label=_("Due"), widget=forms.DateInput, help_text=_("The last day on which it is in time"))
    source = forms.ChoiceField(label=_("Source"), choices=ActionItem.Source.choices, initial=ActionItem.Source.BY_HAND)
    reference = LineInput(
        label=_("Reference"), max_length=120, required=False, help_text=_("As in MCR-000123, or the day of the meeting")
    )
    url = LineInput(label=_("Link"), max_length=300, required=False, help_text=_("Where one can read more"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, PersonChoice)  # noqa: S101  declared so above
        owner.queryset = Person.objects.filter(is_active=True, is_auditor=False)


class ReasonInput(forms.CharField):
    """A reason, in a sentence or two."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 2}), **kwargs)


class MoveForm(forms.Form):
    prefix = "move"

    due_on = forms.DateField(label=_("New date"), widget=forms.DateInput)
    reason = ReasonInput(label=_("Reason"), help_text=_("It is kept beside the date; the first date stays on record"))


class DropForm(forms.Form):
    prefix = "drop"

    reason = ReasonInput(label=_("Reason"), help_text=_("Why it will not be done; everybody sees it"))


class ActionFilter(forms.Form):
    """What the list of all shows."""

    q = forms.CharField(label=_("Text"), required=False, max_length=200)
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.all(), to_field_name="key", required=False, empty_label=_("all teams")
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("any state")), *ActionItem.State.choices]
    )

    @property
    def is_asking(self) -> bool:
        return self.is_valid() and any(self.cleaned_data.values())

    def apply(self, items: QuerySet[ActionItem]) -> QuerySet[ActionItem]:
        """Those that are asked for; what cannot be understood narrows nothing."""
        asked = self.cleaned_data if self.is_valid() else {}
        if asked.get("team"):
            items = items.filter(team=asked["team"])
        if asked.get("state"):
            items = items.filter(state=asked["state"])
        for word in asked.get("q", "").split():
            items = items.filter(
                Q(title__icontains=word) | Q(reference__icontains=word) | Q(owner__name__icontains=word)
            )
        return items
