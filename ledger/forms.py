"""What the ledger is asked for; it stands in the address."""

from typing import Any

from django import forms
from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ledger.registry import all_sentences


def act_choices() -> list[tuple[str, Any]]:
    """The act keys, grouped by what they are done to, each as its sentence with the names left out."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for key, sentence in sorted(all_sentences().items()):
        group = capfirst(_name_of_kind(key))
        groups.setdefault(group, []).append((key, sentence.format(actor="…", object="…")))
    return [("", _("Any")), *sorted(groups.items())]


def _name_of_kind(key: str) -> str:
    """What an act is done to, in words: "charters.version.signed" is done to a version."""
    package, kind, _verb = key.split(".")
    try:
        return str(apps.get_model(package, kind)._meta.verbose_name)
    except LookupError:
        return kind


class LedgerFilters(forms.Form):
    who = forms.CharField(label=_("By whom"), required=False, widget=forms.SearchInput)
    act = forms.ChoiceField(label=_("Act"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput)
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput)
    about = forms.RegexField(r"^[a-z_]+\.[a-z_]+:[0-9]{1,18}$", required=False, widget=forms.HiddenInput)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        act = self.fields["act"]
        assert isinstance(act, forms.ChoiceField)  # noqa: S101  declared so above
        act.choices = act_choices()

    @property
    def asked(self) -> dict[str, Any]:
        """What can be understood; the rest filters nothing."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or None for name in self.fields}

    @property
    def is_asking(self) -> bool:
        return any(value for name, value in self.asked.items() if name != "before")
