"""Acts on absences: the days on which somebody cannot be reached, and a deputy is asked instead."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ledger.record import record_act
from teams.changing import check, locked
from teams.models import Absence, Person
from teams.rules import can_enter_absence, require


@transaction.atomic
def enter_absence(
    *, person: Person, first_on: date, last_on: date, by: Person | None, now: datetime, note: str = ""
) -> Absence:
    """Enter an absence, both days included. Raises Invalid, Forbidden."""
    _require_allowed(by, person)
    absence = Absence(person=person, first_on=first_on, last_on=last_on, note=note)
    check(absence, taken={}, further=_contradictions)
    absence.save()
    change = {"first_on": [None, first_on.isoformat()], "last_on": [None, last_on.isoformat()]}
    record_act(by=by, key="teams.absence.entered", on=absence, now=now, change=change)
    return absence


@transaction.atomic
def withdraw_absence(absence: Absence, *, by: Person | None, now: datetime) -> None:
    """Take an absence back. Raises Forbidden."""
    absence = locked(absence)
    _require_allowed(by, absence.person)
    change = {"first_on": [absence.first_on.isoformat(), None], "last_on": [absence.last_on.isoformat(), None]}
    record_act(by=by, key="teams.absence.withdrawn", on=absence, now=now, change=change)
    absence.delete()


def _contradictions(absence: Absence) -> list[tuple[str, str]]:
    if absence.last_on < absence.first_on:
        return [("last_on", _("The last day is on or after the first."))]
    return []


def _require_allowed(by: Person | None, person: Person) -> None:
    allowed = by is None or can_enter_absence(by, person)
    require(allowed, _("Only %(name)s or an admin may enter these days.") % {"name": person})
