"""Words for moments, and for what a notice says."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reminders.kinds import Text, kind_of
from reminders.localtime import zone_or_utc
from reminders.models import Occasion


@dataclass(frozen=True)
class Words:
    """What is said about an occasion, to one person at one moment."""

    subject: str
    title: str
    sentence: str
    why: str
    action: str
    when: str
    due: str


def words_about(occasion: Occasion, *, why: str, timezone: str, now: datetime) -> Words:
    """What a notice says; every text on one line, the times as clocks in that zone show them."""
    kind = kind_of(occasion.kind)
    when = when_due(occasion.due_at, timezone=timezone, now=now)
    title = single_line(occasion.title, 200)
    return Words(
        subject=f"{title}: {when}",
        title=title,
        sentence=_filled(kind.sentence, occasion),
        why=reason_of(occasion, why),
        action=str(kind.action),
        when=when,
        due=long_moment(occasion.due_at, timezone=timezone),
    )


def reason_of(occasion: Occasion, why: str) -> str:
    """Why it concerns somebody: the reason given with it, else the one of its kind."""
    return single_line(why, 300) or _filled(kind_of(occasion.kind).why, occasion)


def _filled(text: Text, occasion: Occasion) -> str:
    team = occasion.team.name if occasion.team else _("The organisation")
    return single_line(str(text).format(title=occasion.title, team=team), 600)


def when_due(due_at: datetime, *, timezone: str, now: datetime) -> str:
    """How far away, as people say it: "tomorrow at 15:00", "in 7 days", "overdue for 2 days"."""
    zone = zone_or_utc(timezone)
    local = due_at.astimezone(zone)
    days = (local.date() - now.astimezone(zone).date()).days
    clock = date_format(local, "H:i")
    if due_at < now - timedelta(minutes=5):
        if days == 0:
            return _("was due today at %(time)s") % {"time": clock}
        return ngettext("overdue since yesterday", "overdue for %(days)s days", -days) % {"days": -days}
    if days == 0:
        return _("today at %(time)s") % {"time": clock}
    if days == 1:
        return _("tomorrow at %(time)s") % {"time": clock}
    return _("in %(days)s days") % {"days": days}


def short_moment(at: datetime, *, timezone: str, now: datetime) -> str:
    """A moment for the margin of a list: "Today, 15:00", "Thu 26 Nov"."""
    zone = zone_or_utc(timezone)
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    clock = date_format(local, "H:i")
    match (local.date() - today).days:
        case 0:
            return _("Today, %(time)s") % {"time": clock}
        case 1:
            return _("Tomorrow, %(time)s") % {"time": clock}
        case -1:
            return _("Yesterday, %(time)s") % {"time": clock}
    return date_format(local, "D j M" if local.year == today.year else "j M Y")


def distance(due_at: datetime, *, now: datetime) -> str:
    """How far away, for the margin of a list: "in 25 min", "in 3 h", "in 6 days", "overdue"."""
    if due_at <= now:
        return _("overdue")
    minutes = (due_at - now) // timedelta(minutes=1)
    if minutes < 60:
        return _("in %(count)s min") % {"count": minutes}
    if minutes < 24 * 60:
        return _("in %(count)s h") % {"count": minutes // 60}
    return ngettext("in %(count)s day", "in %(count)s days", minutes // 1440) % {"count": minutes // 1440}


def past_moment(at: datetime, *, timezone: str, now: datetime) -> str:
    """A moment behind us, within a sentence: "today at 15:00", "on 19 November at 09:00"."""
    zone = zone_or_utc(timezone)
    local = at.astimezone(zone)
    clock = date_format(local, "H:i")
    match (now.astimezone(zone).date() - local.date()).days:
        case 0:
            return _("today at %(time)s") % {"time": clock}
        case 1:
            return _("yesterday at %(time)s") % {"time": clock}
    return _("on %(day)s at %(time)s") % {"day": date_format(local, "j F"), "time": clock}


def long_moment(at: datetime, *, timezone: str) -> str:
    """A moment in full: "Thursday 26 November 2026, 15:00 (Europe/Berlin)"."""
    zone = zone_or_utc(timezone)
    return f"{date_format(at.astimezone(zone), 'l j F Y, H:i')} ({zone.key})"


def single_line(text: str, longest: int) -> str:
    """Text without line breaks and control characters, which have no place in a mail header."""
    clean = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text)
    clean = " ".join(clean.split())
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"
