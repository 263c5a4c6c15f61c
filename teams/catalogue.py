"""Acts on the role catalogue."""

from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ledger.errors import IllegalState
from ledger.record import record_act
from teams.changing import apply_changes, locked, store
from teams.fields import validate_single_line
from teams.models import Person, Role
from teams.rules import require_admin

UNRECORDED = ("name", "description", "skills", "tools")
LONGEST_ITEM = 100


class RoleFields(TypedDict, total=False):
    """What can be said about a role."""

    key: str
    name: str
    discipline: str
    description: str
    skills: list[str]
    tools: list[str]
    position: int


@transaction.atomic
def add_role(*, by: Person | None, now: datetime, **fields: Unpack[RoleFields]) -> Role:
    """Add a role to the catalogue. Raises Invalid, Forbidden."""
    require_admin(by)
    role = Role(**fields)
    _store(role)
    record_act(by=by, key="teams.role.created", on=role, now=now, change={"discipline": [None, str(role.discipline)]})
    return role


@transaction.atomic
def change_role(role: Role, *, by: Person | None, now: datetime, **fields: Unpack[RoleFields]) -> Role:
    """Change what is said about a role; its key stays, because charters name it. Raises Invalid, Forbidden."""
    require_admin(by)
    role = locked(role)
    changes: dict[str, Any] = dict(fields)
    if changes.pop("key", role.key) != role.key:
        raise IllegalState(_("The key of a role stays: charters name it."), state="in-catalogue")
    change = apply_changes(role, changes, unrecorded=UNRECORDED)
    _store(role)
    if change:
        record_act(by=by, key="teams.role.changed", on=role, now=now, change=change)
    return role


def _store(role: Role) -> None:
    store(role, taken={"key": _("Another role has this key.")}, further=_contradictions)


def _contradictions(role: Role) -> list[tuple[str, str]]:
    return [*_wrong_items("skills", role.skills), *_wrong_items("tools", role.tools)]


def _wrong_items(field: str, items: Any) -> list[tuple[str, str]]:
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        return [(field, _("Write a list of words."))]
    if any(not item.strip() or len(item) > LONGEST_ITEM for item in items):
        return [(field, _("Write each item in 1 to %(most)d characters.") % {"most": LONGEST_ITEM})]
    try:
        validate_single_line("".join(items))
    except ValidationError as failure:
        return [(field, " ".join(failure.messages))]
    return []
