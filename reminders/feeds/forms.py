"""The form that asks for a feed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from teams.models import Team


class FeedForm(forms.Form):
    """What a feed shows; a team is named by its key."""

    scope = forms.ModelChoiceField(
        label=_("It shows"),
        queryset=Team.objects.filter(closed_at__isnull=True),
        to_field_name="key",
        required=False,
        empty_label=_("What is due for me"),
        help_text=_("Or everything that is due in one team"),
    )
