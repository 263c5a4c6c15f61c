"""The one-sentence answer of the ledger's page."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.words import in_words


def what_was_done(*, acts: int, today: int, since: datetime | None) -> SafeString:
    """How many acts the ledger holds, since when, and how many are of today."""
    if since is None:
        return format_html("{}", _("Nothing yet: the first act is recorded when somebody does it."))
    first = ngettext("%(count)s act since %(day)s", "%(count)s acts since %(day)s", acts) % {
        "count": in_words(acts, start=True),
        "day": date_format(localtime(since), "j F Y"),
    }
    if today == acts:
        text = ngettext("%(count)s act, all today.", "%(count)s acts, all of them today.", acts)
        return format_html("{}", text % {"count": in_words(acts, start=True)})
    if not today:
        return format_html("{}, {}.", first, _("none of them today"))
    return format_html("{}; <strong>{}</strong>", first, _("%(count)s today.") % {"count": in_words(today)})
