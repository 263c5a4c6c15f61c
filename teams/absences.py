"""Absences: the days on which somebody cannot be reached, and a deputy is asked instead."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ledger.errors import IllegalState
from ledger.record import Change, record_act
from teams.changing import check, locked
from teams.models import Absence, Person
from teams.rules import can_enter_absence, require

A_DAY = timedelta(days=1)
EARLIEST, LATEST = timedelta(days=366), timedelta(days=3 * 366)


class AbsenceIsOver(IllegalState):
    """The days have passed; the record of them stays."""


@transaction.atomic
def enter_absence(
    *, person: Person, first_on: date, last_on: date, by: Person | None, now: datetime, note: str = ""
) -> Absence:
    """Enter an absence, both days included. Raises Invalid, Forbidden.

    It overlaps none that is there: what colleagues read stays one sentence.
    """
    _require_allowed(by, person)
    person = Person.objects.select_for_update().get(pk=person.pk)  # two entered in the same moment take turns
    absence = Absence(person=person, first_on=first_on, last_on=last_on, note=note.strip())
    check(absence, taken={}, further=lambda row: _contradictions(row, today=today_of(person, now)))
    absence.save()
    change = {"first_on": [None, first_on.isoformat()], "last_on": [None, last_on.isoformat()]}
    record_act(by=by, key="teams.absence.entered", on=absence, now=now, change=change)
    return absence


@transaction.atomic
def withdraw_absence(absence: Absence, *, by: Person | None, now: datetime) -> Absence | None:
    """Take back the days that are still to come; those that have passed stay, and are returned.

    Raises Forbidden, AbsenceIsOver.
    """
    absence = locked(absence)
    _require_allowed(by, absence.person)
    today = today_of(absence.person, now)
    if absence.last_on < today:
        raise AbsenceIsOver(_("These days have passed; they stay on record."), state="over")
    if absence.first_on < today:
        before, absence.last_on = absence.last_on, today - A_DAY
        absence.save(update_fields=["last_on"])
        shortened: Change = {"last_on": [before.isoformat(), absence.last_on.isoformat()]}
        record_act(by=by, key="teams.absence.shortened", on=absence, now=now, change=shortened)
        return absence
    change = {"first_on": [absence.first_on.isoformat(), None], "last_on": [absence.last_on.isoformat(), None]}
    record_act(by=by, key="teams.absence.withdrawn", on=absence, now=now, change=change)
    absence.delete()
    return None


def today_of(person: Person, now: datetime) -> date:
    """The day that it is where the person is."""
    return now.astimezone(ZoneInfo(person.timezone)).date()


@dataclass(frozen=True)
class Away:
    """Until which day somebody is away, and the day on which they work again."""

    until: date
    back_on: date


def away_among(people: Collection[int], now: datetime) -> Mapping[int, Away]:
    """Those of these people who are away at that moment, by id: one query."""
    if not people:
        return {}
    yesterday = now.astimezone(UTC).date() - A_DAY  # west of Greenwich it may still be that day
    rows = Absence.objects.filter(person__in=people, last_on__gte=yesterday).select_related("person")
    by_person: dict[Person, list[Absence]] = defaultdict(list)
    for row in rows.order_by("first_on", "id"):
        by_person[row.person].append(row)
    found = {person.pk: away_from(person, absences, now) for person, absences in by_person.items()}
    return {person: away for person, away in found.items() if away}


def away_from(person: Person, absences: Sequence[Absence], now: datetime) -> Away | None:
    """Whether somebody with these absences, in order, is away now; days off between two of them count as away."""
    today = today_of(person, now)
    until: date | None = None
    back_on = today
    for absence in absences:
        if absence.first_on <= back_on <= absence.last_on:
            until = absence.last_on
            back_on = _next_working_day(person, until)
    return Away(until, back_on) if until else None


def _next_working_day(person: Person, after: date) -> date:
    days = (after + n * A_DAY for n in range(1, 8))
    return next((day for day in days if day.isoweekday() in person.working_days), after + A_DAY)


def _contradictions(absence: Absence, *, today: date) -> list[tuple[str, str]]:
    if absence.last_on < absence.first_on:
        return [("last_on", _("The last day is on or after the first."))]
    if absence.first_on < today - EARLIEST or absence.last_on > today + LATEST:
        field = "first_on" if absence.first_on < today - EARLIEST else "last_on"
        return [(field, _("Days from a year ago to three years ahead can be entered."))]
    standing = Absence.objects.filter(
        person=absence.person, first_on__lte=absence.last_on, last_on__gte=absence.first_on
    ).first()
    if standing:
        days = {"first": date_format(standing.first_on, "j F Y"), "last": date_format(standing.last_on, "j F Y")}
        text = _("These days overlap with an absence from %(first)s to %(last)s. Withdraw that one first.")
        return [("first_on", text % days)]
    return []


def _require_allowed(by: Person | None, person: Person) -> None:
    allowed = by is None or can_enter_absence(by, person)
    require(allowed, _("Only %(name)s or an admin may enter these days.") % {"name": person})
