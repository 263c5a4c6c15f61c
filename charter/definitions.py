"""The acts on definitions. Each change of what one says is a new version, and final; a key stays, charters name it."""

from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from charter.models import Definition, DefinitionVersion
from charter.models.definition import TEXT_FIELDS
from charter.rules import can_change_definition
from ledger.errors import IllegalState, Stale
from ledger.record import record_act
from teams.changing import apply_changes, locked, store
from teams.models import Person
from teams.rules import require, require_admin

UNRECORDED = ("name", "meaning", "formula", "unit", "source")


class DefinitionMoved(Stale):
    """Somebody else changed the definition since it was read."""


class DefinitionFields(TypedDict, total=False):
    """What can be said about a definition."""

    key: str
    name: str
    meaning: str
    formula: str
    unit: str
    direction: str
    source: str
    owner: Person | None


@transaction.atomic
def add_definition(*, by: Person | None, now: datetime, **fields: Unpack[DefinitionFields]) -> Definition:
    """Define a metric or a term. Raises Invalid, Forbidden."""
    require_admin(by)
    definition = Definition(**fields)
    _store(definition)
    _write_version(definition, by=by, now=now)
    owner = definition.owner
    change: dict[str, list[Any]] = {"key": [None, definition.key], "owner": [None, owner.pk if owner else None]}
    record_act(by=by, key="charter.definition.added", on=definition, change=change, now=now)
    return definition


@transaction.atomic
def change_definition(
    definition: Definition,
    *,
    seen: int | None = None,
    by: Person | None,
    now: datetime,
    **fields: Unpack[DefinitionFields],
) -> Definition:
    """Change what a definition says, or who owns it. `seen` is the version that was read; None asks for none.

    Raises Invalid, Forbidden, DefinitionMoved.
    """
    definition = locked(definition)
    require(
        by is None or can_change_definition(by, definition),
        _("Only the owner of this definition or an admin may change it."),
    )
    if seen is not None and seen != definition.number:
        raise DefinitionMoved(
            _("Somebody else changed it since you read it: version %(number)d says something else now.")
            % {"number": definition.number},
            state=f"version {definition.number}",
        )
    changes: dict[str, Any] = dict(fields)
    if changes.pop("key", definition.key) != definition.key:
        raise IllegalState(_("The key of a definition stays: charters name it."), state="defined")
    change = apply_changes(definition, changes, unrecorded=UNRECORDED)
    says_something_else = bool(change.keys() & set(TEXT_FIELDS))
    if says_something_else:
        definition.number += 1
        change["version"] = [definition.number - 1, definition.number]
    _store(definition)
    if says_something_else:
        _write_version(definition, by=by, now=now)
    if change:
        record_act(by=by, key="charter.definition.changed", on=definition, change=change, now=now)
    return definition


def _store(definition: Definition) -> None:
    store(definition, taken={"key": _("This is defined already.")}, further=lambda _row: [])


def _write_version(definition: Definition, *, by: Person | None, now: datetime) -> None:
    texts = {field: getattr(definition, field) for field in TEXT_FIELDS}
    DefinitionVersion.objects.create(
        definition=definition, number=definition.number, written_by=by, written_at=now, **texts
    )
