"""The answer of the page that everybody lands on."""

import re
from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.words import in_words
from portal.queries.home import Day, HomePage, Task
from teams.models import Person

_REFERENCE = re.compile(r"^(MCR-\d+): .*$")


def what_waits(page: HomePage) -> SafeString:
    """How much waits, and the one thing to begin with."""
    if not page.tasks:
        return _nothing_waits(page)
    count = len(page.tasks)
    how_many = ngettext("One thing waits for you.", "%(count)s things wait for you.", count) % {
        "count": in_words(count, start=True)
    }
    overdue = [task for task in page.tasks if task.is_overdue]
    first = next((task for task in page.tasks if task not in overdue), page.tasks[0])
    if not overdue:
        return format_html("{} <strong>{}</strong>.", how_many, _is_due(first))
    if first.is_overdue:
        return format_html("{} <strong>{}</strong>.", how_many, _is_late(first))
    late = ngettext("one thing is late", "%(count)s things are late", len(overdue)) % {"count": in_words(len(overdue))}
    return format_html("{} <strong>{}</strong>; {}.", how_many, _is_due(first), late)


def who_i_am(person: Person, page: HomePage) -> str:
    """ "Ada Brandt, lead of Fraud detection"."""
    if page.leads:
        return _("%(name)s, lead of %(team)s") % {"name": person.name, "team": page.leads[0].name}
    if page.seats:
        seat = page.seats[0]
        values = {"name": person.name, "role": seat.role.name, "team": seat.team.name}
        return _("%(name)s, %(role)s of %(team)s") % values
    return person.name


def what_i_hold(page: HomePage) -> str:
    """ "You hold two seats: Product owner of Fraud detection and …"."""
    if not page.seats:
        return _("You hold no seat in any team.")
    count = len(page.seats)
    words = [_("%(role)s of %(team)s") % {"role": seat.role.name, "team": seat.team.name} for seat in page.seats]
    seats = ngettext("You hold one seat: %(seats)s.", "You hold %(count)s seats: %(seats)s.", count)
    return seats % {"count": in_words(count), "seats": ", ".join(words)}


def _is_due(task: Task) -> str:
    if not task.when_due:
        return _("%(title)s is yours to move") % {"title": _short(task.title)}
    return _("%(what)s is due %(when)s") % {"what": _called(task), "when": task.when_due}


def _is_late(task: Task) -> str:
    return _("%(what)s is late") % {"what": _called(task)}


def _called(task: Task) -> str:
    """ "Your vote on MCR-000010", "Retrospective of Fraud detection"."""
    if task.title.startswith(task.kind):
        return task.title
    return _("Your %(kind)s on %(title)s") % {"kind": task.kind.lower(), "title": _short(task.title)}


def _short(title: str) -> str:
    """A review by its reference alone."""
    return _REFERENCE.sub(r"\1", title)


def _nothing_waits(page: HomePage) -> SafeString:
    if page.holes.findings:
        return format_html(
            _("Nothing waits for you, but <strong>{hole}</strong>."), hole=page.holes.findings[0].headline
        )
    week: Sequence[Day] = page.week
    coming = next(((day, day.appointments[0]) for day in week if day.appointments), None)
    if coming is None:
        return format_html("{}", _("Nothing waits for you, and nothing falls due this week."))
    day, appointment = coming
    when = _("today") if day.is_today else date_format(day.day, "l")
    return format_html(
        _("Nothing waits for you. Next: <strong>{title}</strong>, {when} at {time}."),
        title=appointment.title,
        when=when,
        time=appointment.at,
    )
