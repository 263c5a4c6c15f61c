"""Who may change what: pure predicates, deny by default.

Admins change people, teams, roles, seats and models; a lead gives and ends the seats of the own team. Auditors change
nothing, ever, whatever else they are. Everybody who is signed in reads. A token of one's own is no change of the
organisation: an auditor makes one too, to read through the API.
"""

from typing import TypeAlias, TypeGuard

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.request import Request

from ledger.errors import Forbidden
from teams.models import Person, Team

Reader: TypeAlias = Person | AnonymousUser


def can_change_anything(person: Reader) -> TypeGuard[Person]:
    """Whether this is somebody active who is no auditor: the least that every change asks for."""
    return isinstance(person, Person) and person.is_active and not person.is_auditor


def can_change_organisation(person: Reader) -> bool:
    """Teams, people, roles and models are changed by admins."""
    return can_change_anything(person) and person.is_admin


def can_seat(person: Reader, team: Team) -> bool:
    """Seats are given and ended by admins and by the lead of the team."""
    return can_change_organisation(person) or (can_change_anything(person) and team.lead_id == person.pk)


def can_enter_absence(person: Reader, of: Person) -> bool:
    """Everybody enters their own absences; admins those of all."""
    return can_change_organisation(person) or (can_change_anything(person) and person.pk == of.pk)


def require(allowed: bool, message: str) -> None:  # noqa: FBT001  reads as `require(can_seat(by, team), …)`
    """Raises Forbidden unless it is allowed."""
    if not allowed:
        raise Forbidden(message)


def require_admin(by: Person | None) -> None:
    """Raises Forbidden unless an admin acts, or Remit itself (None): imports, commands, the first admin."""
    require(by is None or can_change_organisation(by), _("Only an admin may change this."))


def reader_of(request: HttpRequest | Request) -> Person:
    """The signed-in person of a request; pages are behind sign-in unless they say otherwise."""
    assert isinstance(request.user, Person)  # noqa: S101  holds by LoginRequiredMiddleware
    return request.user
