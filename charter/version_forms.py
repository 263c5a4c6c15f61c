"""Forms about whole versions: comparing, objections, realigning, and what it takes to ratify."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from charter.models import Version


class ComparedForm(forms.Form):
    """Any two versions of a charter; the newest two to begin with."""

    a = forms.ChoiceField(label=gettext_lazy("Version"))
    b = forms.ChoiceField(label=gettext_lazy("with version"))

    def __init__(self, versions: Sequence[Version], *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"a": versions[1].number, "b": versions[0].number})
        super().__init__(*args, **kwargs)
        choices = [(each.number, f"{each.number}, {each.get_state_display()}") for each in versions]
        for name in ("a", "b"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]


class RemarkForm(forms.Form):
    """An answer in the thread of an objection."""

    text = forms.CharField(
        label=gettext_lazy("Your answer"), widget=forms.Textarea(attrs={"rows": 3}), max_length=5_000
    )


class RulingForm(forms.Form):
    """Why an objection is overruled."""

    ruling = forms.CharField(
        label=gettext_lazy("Why is it overruled?"), widget=forms.Textarea(attrs={"rows": 3}), max_length=5_000
    )


class RealignForm(forms.Form):
    """Why a draft cannot wait for signatures, and the last day on which it holds without them."""

    reason = forms.CharField(
        label=gettext_lazy("Why can it not wait for signatures?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=5_000,
    )
    until = forms.DateField(
        label=gettext_lazy("Until"),
        help_text=gettext_lazy("At most thirty days ahead. Ratified before, it stays."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class TermsForm(forms.Form):
    """Whose signatures ratify."""

    signing_share = forms.IntegerField(
        label=gettext_lazy("Share of the signers, in percent"),
        help_text=gettext_lazy("100 means that all who are asked must sign."),
        min_value=1,
        max_value=100,
    )
    silence_days = forms.IntegerField(
        label=gettext_lazy("Days after which silence is consent"),
        help_text=gettext_lazy("Left empty, silence never counts. At least one person signs in any case."),
        min_value=1,
        max_value=90,
        required=False,
    )
