"""Acts on people: adding, changing, deactivating. A person is never deleted here: what they did stays theirs."""

from datetime import datetime, time
from typing import Any, TypedDict, Unpack

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _

from ledger.errors import Forbidden, IllegalState
from ledger.record import record_act
from teams.changing import apply_changes, locked, store
from teams.departures import tell_of_seat_change
from teams.models import Person, Role
from teams.rules import require_admin

UNRECORDED = ("email", "name")
WEEKDAYS = range(1, 8)


class PersonFields(TypedDict, total=False):
    """What can be said about a person."""

    email: str
    name: str
    timezone: str
    working_days: list[int]
    work_starts: time
    work_ends: time
    is_staff: bool
    is_auditor: bool


class SomebodyIsHere(IllegalState):
    """The first admin is made once."""


class NoAdminWouldBeLeft(IllegalState):
    """The installation would have nobody who runs it."""


@transaction.atomic
def add_person(
    *, by: Person | None, now: datetime, password: str | None = None, **fields: Unpack[PersonFields]
) -> Person:
    """Add a person; without a password they choose one through a mail to their address. Raises Invalid, Forbidden."""
    require_admin(by)
    person = Person(**_tidied(fields))
    person.set_password(password)
    _store(person)
    record_act(by=by, key="teams.person.created", on=person, now=now)
    return person


@transaction.atomic
def add_first_admin(*, name: str, email: str, timezone: str, password: str, now: datetime) -> Person:
    """The first person of an empty installation. Raises Invalid, SomebodyIsHere."""
    list(Role.objects.select_for_update())  # two who come first at the same moment take turns here
    if Person.objects.exists():
        raise SomebodyIsHere(_("This installation has its first admin."), state="inhabited")
    return add_person(by=None, now=now, name=name, email=email, timezone=timezone, password=password, is_staff=True)


@transaction.atomic
def change_person(person: Person, *, by: Person | None, now: datetime, **fields: Unpack[PersonFields]) -> Person:
    """Change what is said about a person. Raises Invalid, Forbidden, NoAdminWouldBeLeft."""
    require_admin(by)
    person = locked(person)
    was_admin = person.is_admin
    change = apply_changes(person, _tidied(fields), unrecorded=UNRECORDED)
    if was_admin and not person.is_admin:
        _keep_an_admin(person)
    _store(person)
    if "email" in change:
        EmailAddress.objects.filter(user=person).delete()  # the former address opens nothing any more
    if change:
        record_act(by=by, key="teams.person.changed", on=person, now=now, change=change)
    return person


@transaction.atomic
def deactivate_person(person: Person, *, by: Person | None, now: datetime) -> Person:
    """A person left: no sign-in, no notices, no votes. The seats stay until somebody else takes them, as holes.

    Raises Forbidden, NoAdminWouldBeLeft.
    """
    require_admin(by)
    if by is not None and by.pk == person.pk:
        raise Forbidden(_("You cannot deactivate yourself. Another admin can."))
    person = locked(person)
    if not person.is_active:
        return person
    if person.is_admin:
        _keep_an_admin(person)
    person.is_active = False
    person.save(update_fields=["is_active"])
    record_act(by=by, key="teams.person.deactivated", on=person, now=now, change={"is_active": [True, False]})
    tell_of_seat_change(people=[person.pk], teams=_teams_of(person), now=now)
    return person


@transaction.atomic
def reactivate_person(person: Person, *, by: Person | None, now: datetime) -> Person:
    """A person is back. Raises Forbidden."""
    require_admin(by)
    person = locked(person)
    if person.is_active:
        return person
    person.is_active = True
    person.save(update_fields=["is_active"])
    record_act(by=by, key="teams.person.reactivated", on=person, now=now, change={"is_active": [False, True]})
    tell_of_seat_change(people=[person.pk], teams=_teams_of(person), now=now)
    return person


def _teams_of(person: Person) -> list[int]:
    return list(person.seats.values_list("team", flat=True).distinct())


def _store(person: Person) -> None:
    store(person, taken={"email": _("Somebody has this address already.")}, further=_contradictions)


def _tidied(fields: PersonFields) -> dict[str, Any]:
    tidied: dict[str, Any] = dict(fields)
    if "email" in tidied:
        tidied["email"] = tidied["email"].strip().lower()
    if "name" in tidied:
        tidied["name"] = tidied["name"].strip()
    return tidied


def _contradictions(person: Person) -> list[tuple[str, str]]:
    found = []
    if person.is_staff and person.is_auditor:
        found.append(("is_auditor", _("An auditor changes nothing, so cannot be an admin as well.")))
    hours = (person.work_starts, person.work_ends)
    if all(isinstance(hour, time) for hour in hours) and person.work_starts >= person.work_ends:
        found.append(("work_ends", _("The working day ends after it starts.")))
    days = person.working_days
    if not isinstance(days, list) or any(day not in WEEKDAYS for day in days) or len(set(days)) != len(days):
        found.append(("working_days", _("Name each working day once, as a number from 1 (Monday) to 7.")))
    return found


def _keep_an_admin(person: Person) -> None:
    admins = Person.objects.select_for_update().filter(is_active=True, is_staff=True).order_by("pk")
    if not [admin for admin in admins if admin.pk != person.pk]:
        raise NoAdminWouldBeLeft(
            _("%(name)s is the only admin. Make somebody else an admin first.") % {"name": person}, state="only-admin"
        )
