"""Forms about whole versions: which two to compare."""

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
