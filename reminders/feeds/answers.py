"""The sentence with which the page of feeds answers its question."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.words import in_words
from reminders.models import CalendarToken


def which_calendars(standing: Sequence[CalendarToken]) -> SafeString:
    """How many feeds stand, and how many were never fetched."""
    if not standing:
        return format_html("{}", _("In none yet: make a feed, and give its address to your calendar."))
    count = len(standing)
    first = ngettext("%(count)s feed stands.", "%(count)s feeds stand.", count) % {"count": in_words(count, start=True)}
    unused = sum(token.last_used_on is None for token in standing)
    if not unused:
        return format_html("{}", first)
    if unused == count:
        never = ngettext("No calendar has fetched it yet.", "No calendar has fetched them yet.", count)
        return format_html("{} <strong>{}</strong>", first, never)
    rest = ngettext(
        "No calendar has fetched %(count)s of them yet.", "No calendar has fetched %(count)s of them yet.", unused
    )
    return format_html("{} <strong>{}</strong>", first, rest % {"count": in_words(unused)})
