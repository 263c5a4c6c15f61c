"""Words that pages, API and notices share: moments, numbers and kinds of evidence as people say them."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from charter.words import EvidenceKind
from config.words import listed


def evidence_names(kinds: Iterable[str]) -> str:
    """Kinds of evidence as a sentence lists them."""
    return listed([EvidenceKind(kind).label for kind in kinds])


def moment(at: datetime, timezone: str) -> str:
    """A moment that is past, as the clock of that zone showed it: "19 Nov 2026, 16:40"."""
    return date_format(at.astimezone(ZoneInfo(timezone)), "j M Y, H:i")


def by_when(at: datetime, timezone: str, now: datetime) -> str:
    """When: "by 17:00 today", "by Wed 25 Nov, 17:00"; once it has passed, "overdue since Wed 18 Nov"."""
    zone = ZoneInfo(timezone)
    local = at.astimezone(zone)
    clock, day = date_format(local, "H:i"), date_format(local, "D j M")
    if local.date() == now.astimezone(zone).date():
        words = _("overdue since %(time)s today") if at < now else _("by %(time)s today")
        return words % {"time": clock}
    if at < now:
        return _("overdue since %(day)s") % {"day": day}
    return _("by %(day)s, %(time)s") % {"day": day, "time": clock}


def age(since: datetime, now: datetime) -> str:
    """How long something has been there: "today", "1 day", "12 days"."""
    days = (now - since).days
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days} if days else _("today")


def number(value: float) -> str:
    """A number as people write it, without trailing zeros: "0.047", "1,200"."""
    return f"{value:,.10g}" if abs(value) < 1e10 else f"{value:g}"
