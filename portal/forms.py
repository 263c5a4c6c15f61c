"""The filters of the portal's lists: they stand in the address, so that a filtered list can be sent to somebody."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from teams.models import MLModel, Structure, Team

ANY = ("", _("Any"))


class Filters(forms.Form):
    """A form that is read from the address; what cannot be understood there filters nothing."""

    @property
    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}

    @property
    def is_asking(self) -> bool:
        return any(self.asked.values())


class TeamFilters(Filters):
    text = forms.CharField(label=_("Team or lead"), required=False, widget=forms.SearchInput)
    structure = forms.ChoiceField(label=_("Structure"), required=False, choices=[ANY, *Structure.choices])
    charter = forms.ChoiceField(
        label=_("Charter"),
        required=False,
        choices=[ANY, ("in-force", _("in force")), ("none", _("none in force")), ("open", _("being written"))],
    )


class PersonFilters(Filters):
    text = forms.CharField(label=_("Name or e-mail"), required=False, widget=forms.SearchInput)
    team = forms.ModelChoiceField(
        label=_("Team"),
        required=False,
        queryset=Team.objects.filter(closed_at__isnull=True),
        to_field_name="key",
        empty_label=ANY[1],
    )
    left = forms.BooleanField(label=_("Also who left"), required=False)


class ModelFilters(Filters):
    text = forms.CharField(label=_("Model or key"), required=False, widget=forms.SearchInput)
    team = forms.ModelChoiceField(
        label=_("Team"), required=False, queryset=Team.objects.all(), to_field_name="key", empty_label=ANY[1]
    )
    tier = forms.ChoiceField(label=_("Tier"), required=False, choices=[ANY, ("1", "1"), ("2", "2"), ("3", "3")])
    stage = forms.ChoiceField(label=_("Stage"), required=False, choices=[ANY, *MLModel.Stage.choices])
    nobody = forms.BooleanField(label=_("Only without an accountable person"), required=False)
