"""The specimen sheet of the interface: every component in all its states, on /dev/components/."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from config.components import LETTERS, SEVERITIES, STATES
from config.components.sprite import GLYPHS, ICONS

app_name = "dev"


@dataclass(frozen=True)
class Somebody:
    """Whom the sheet speaks of, since it needs no database."""

    id: int
    name: str


class SpecimenForm(forms.Form):
    """One field of each kind."""

    version = forms.CharField(label=_("Version"), help_text=_("As it stands in the registry"))
    kind = forms.ChoiceField(label=_("Kind of change"), choices=[("retrain", _("Retrain")), ("data", _("Data change"))])
    why = forms.CharField(label=_("What and why"), widget=forms.Textarea(attrs={"rows": 3}))
    due = forms.DateField(label=_("Due"), required=False)
    at = forms.DateTimeField(label=_("At"), required=False)
    vote = forms.ChoiceField(
        label=_("My vote"),
        widget=forms.RadioSelect,
        choices=[("approve", _("Approve")), ("reject", _("Reject")), ("abstain", _("Abstain"))],
    )
    severity = forms.ChoiceField(
        label=_("Severity"),
        widget=forms.RadioSelect,
        choices=[("", _("All")), *((s, s) for s in SEVERITIES)],
        required=False,
    )
    days = forms.MultipleChoiceField(
        label=_("Working days"),
        widget=forms.CheckboxSelectMultiple,
        choices=[("1", _("Monday")), ("2", _("Tuesday")), ("3", _("Wednesday"))],
        required=False,
    )
    tell_me = forms.BooleanField(label=_("Tell me when it is decided"), required=False)
    reference = forms.CharField(label=_("Reference"), required=False, widget=forms.TextInput(attrs={"readonly": True}))
    rollout = forms.CharField(label=_("Rollout"), required=False, disabled=True)

    def clean_version(self) -> str:
        if self.cleaned_data["version"] == "2.7.0":
            raise forms.ValidationError(_("2.7.0 was released on 3 November. Choose a version that is new."))
        return str(self.cleaned_data["version"])


GOOD = {
    "version": "4.3.0",
    "kind": "retrain",
    "why": "Labels up to 31 October.",
    "vote": "approve",
    "severity": "",
    "days": ["1", "2"],
    "tell_me": True,
    "reference": "MCR-000123",
    "rollout": "Canary",
    "due": "2026-11-24",
}


def components_page(request: HttpRequest) -> HttpResponse:
    """The sheet; only where newcomers look around (the demonstration) or developers work."""
    if not (settings.DEMO or settings.DEBUG):
        raise Http404
    filled = SpecimenForm(initial=GOOD, auto_id="ok_%s")
    wrong = SpecimenForm({**GOOD, "version": "2.7.0", "why": "", "vote": ""}, auto_id="wrong_%s")
    return render(request, "dev/components.html", _specimens(request) | {"filled": filled, "wrong": wrong})


def _specimens(request: HttpRequest) -> dict[str, Any]:
    reader = request.user if request.user.is_authenticated else Somebody(1, "Ada Brandt")
    return {
        "reader": reader,
        "jonas": Somebody(2, "Jonas Weidner"),
        "mei_ling": Somebody(3, "Mei-Ling Zhou"),
        "letters": [letter for letter in LETTERS if letter != "hole"],
        "severities": SEVERITIES,
        "icons": ICONS,
        "glyphs": sorted(GLYPHS),
        "states": {kind: list(states) for kind, states in STATES.items()},
        "page": Paginator(range(45), 20).page(2),
        "on_call": [(_("Now"), "Jonas Weidner"), (_("Covered by"), "Sofia Almeida")],
        "sample_digest": "9c41" + "0" * 56 + "e07b",
        "swatches": [
            ("paper", "paper", _("page")),
            ("sunk", "paper-sunk", _("hover")),
            ("ink", "ink", _("text, rules")),
            ("ink2", "ink-2", _("second voice")),
            ("ink3", "ink-3", _("past, hints")),
            ("rule", "rule-strong", _("control edges")),
            ("pen", "pen", _("yours")),
            ("bad", "bad", _("fails, hole")),
            ("weak", "weak", _("weak, close")),
            ("good", "good", _("holds")),
        ],
    }


urlpatterns = [path("dev/components/", components_page, name="components")]
