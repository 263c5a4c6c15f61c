"""Forms of a team's channels. They turn input into values; what is allowed the acts decide."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from reminders.endpoints import ROTATIONS
from reminders.models import Endpoint
from reminders.telling import hearable_kinds
from teams.forms import LineInput

KEEPS = dict(zip(ROTATIONS, (_("1 hour"), _("1 day"), _("3 days"), _("7 days")), strict=True))
LONGEST_ADDRESS = 2000


class KindsInput(forms.MultipleChoiceField):
    """Which kinds of occasion a channel hears of; all of them unless somebody chooses."""

    def __init__(self) -> None:
        super().__init__(
            label=_("It hears of"),
            choices=lazy(hearable_kinds, list),
            initial=lambda: [key for key, _title in hearable_kinds()],
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Choose at least one kind.")},
        )


def address_input(help_text: Any) -> forms.CharField:
    """An address that may hold a secret: no browser fills it in or keeps it."""
    return forms.CharField(
        label=_("Address"),
        max_length=LONGEST_ADDRESS,
        strip=True,
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )


def secret_input() -> forms.CharField:
    return forms.CharField(
        label=_("Secret"),
        max_length=200,
        required=False,
        help_text=_("Leave it empty and Remit makes one. Your own: whsec_ and 24 to 64 bytes in Base64."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class WebhookForm(forms.Form):
    name = LineInput(label=_("Name"), max_length=80, help_text=_("As your team calls it: Deploy board"))
    address = address_input(_("Where Remit posts to, starting with https://"))
    secret = secret_input()
    kinds = KindsInput()
    names_people = forms.BooleanField(
        label=_("Name the people whom it concerns"),
        required=False,
        help_text=_("Their names and e-mail addresses then leave Remit. Without it a message names nobody."),
    )


class ChatForm(forms.Form):
    name = LineInput(label=_("Name"), max_length=80, help_text=_("As your team calls it: #fraud-detection"))
    address = address_input(
        _(
            "The address of the room as Apprise writes it, such as slack://… or mmosts://…; of Slack, "
            "Microsoft Teams, Google Chat, Webex and Discord also the https:// address of an incoming webhook"
        )
    )
    kinds = KindsInput()


class EndpointForm(forms.Form):
    """What can change: the address cannot, because it is never shown again."""

    name = LineInput(label=_("Name"), max_length=80)
    kinds = KindsInput()
    names_people = forms.BooleanField(
        label=_("Name the people whom it concerns"),
        required=False,
        help_text=_("Their names and e-mail addresses then leave Remit. Without it a message names nobody."),
    )

    def __init__(self, *args: Any, endpoint: Endpoint, **kwargs: Any) -> None:
        kwargs["initial"] = {field: getattr(endpoint, field) for field in ("name", "kinds", "names_people")}
        super().__init__(*args, **kwargs)
        if endpoint.way == Endpoint.Way.CHAT:
            del self.fields["names_people"]


class RotationForm(forms.Form):
    keep = forms.TypedChoiceField(
        label=_("The secret of now signs as well for"),
        choices=[(int(span.total_seconds()), words) for span, words in KEEPS.items()],
        coerce=lambda seconds: timedelta(seconds=int(seconds)),
        initial=int(timedelta(days=1).total_seconds()),
    )
    secret = secret_input()
