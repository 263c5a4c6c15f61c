"""Edits of what stands in a list under a key: decision rights, escalation paths, thresholds, rituals."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from charter.document import DecisionRight, Document, EscalationPath, Ritual, Threshold
from charter.editing.desk import Change, PartConflict, differences, refuse_unseen, rewrite
from charter.models import Version
from charter.words import VersionState
from ledger.errors import Invalid
from teams.models import Person

KeyedPart = DecisionRight | EscalationPath | Threshold | Ritual


@transaction.atomic
def add_part(*, version: Version, section: str, part: KeyedPart, by: Person, now: datetime) -> None:
    """Add a right, a path, a threshold or a ritual at the end of its section. Raises Invalid."""

    def edit(document: Document) -> tuple[Document, Change]:
        parts = parts_of(document, section)
        _refuse_taken(parts, part.key)
        return _with(document, section, [*parts, part]), {f"{section}/{part.key}": [None, _plain(part)]}

    rewrite(version=version, edit=edit, by=by, now=now)


@transaction.atomic
def change_part(
    *, version: Version, section: str, key: str, part: KeyedPart, seen: str | None = None, by: Person, now: datetime
) -> None:
    """Replace a part, perhaps under a new key. `seen` is the token of what was read. Raises Invalid, PartConflict.

    The levels of a path stay; they have edits of their own.
    """

    def edit(document: Document) -> tuple[Document, Change]:
        parts = parts_of(document, section)
        index = index_of(parts, key)
        stored, wanted = parts[index], part
        if isinstance(stored, EscalationPath):
            wanted = part.model_copy(update={"levels": stored.levels})
        refuse_unseen(stored, seen=seen, wanted=wanted)
        if part.key != key:
            _refuse_taken(parts, part.key)
        after = _with(document, section, [*parts[:index], wanted, *parts[index + 1 :]])
        if section == "escalation":
            after = _lead_late_decisions(after, key, part.key)
        change = {f"{section}/{key}/{field}": pair for field, pair in differences(stored, wanted).items()}
        return after, change

    rewrite(version=version, edit=edit, by=by, now=now)


@transaction.atomic
def move_part(*, version: Version, section: str, key: str, to: int, by: Person, now: datetime) -> None:
    """Put a part at another place of its section; 0 is the first. Of rights the first that matches wins."""

    def edit(document: Document) -> tuple[Document, Change]:
        parts = list(parts_of(document, section))
        before = [part.key for part in parts]
        part = parts.pop(index_of(parts, key))
        parts.insert(max(to, 0), part)
        after = [part.key for part in parts]
        return _with(document, section, parts), {} if before == after else {section: [before, after]}

    rewrite(version=version, edit=edit, by=by, now=now)


@transaction.atomic
def remove_part(*, version: Version, section: str, key: str, by: Person, now: datetime) -> None:
    """Take a part out. Rights whose late decisions climbed a removed path climb none then."""

    def edit(document: Document) -> tuple[Document, Change]:
        parts = parts_of(document, section)
        index = index_of(parts, key)
        after = _with(document, section, [*parts[:index], *parts[index + 1 :]])
        if section == "escalation":
            after = _lead_late_decisions(after, key, None)
        return after, {f"{section}/{key}": [_plain(parts[index]), None]}

    rewrite(version=version, edit=edit, by=by, now=now)


def parts_of(document: Document, section: str) -> Sequence[KeyedPart]:
    """The parts of a section that is a list under keys."""
    parts: Sequence[KeyedPart] = getattr(document, section)
    return parts


def index_of(parts: Sequence[KeyedPart], key: str) -> int:
    """Where a key stands. Raises PartConflict where somebody took it out meanwhile."""
    for index, part in enumerate(parts):
        if part.key == key:
            return index
    raise PartConflict(_("Somebody else removed “%(key)s”.") % {"key": key}, state=VersionState.DRAFT)


def _refuse_taken(parts: Sequence[KeyedPart], key: str) -> None:
    if any(part.key == key for part in parts):
        raise Invalid([("key", _("There is “%(key)s” already: choose another name.") % {"key": key})])


def _with(document: Document, section: str, parts: Sequence[KeyedPart]) -> Document:
    return document.model_copy(update={section: tuple(parts)})


def _lead_late_decisions(document: Document, key: str, to: str | None) -> Document:
    """Rights that named a path follow it to its new key, or lose it."""
    rights = [
        right.model_copy(update={"overdue": to}) if right.overdue == key else right for right in document.decisions
    ]
    return document.model_copy(update={"decisions": tuple(rights)})


def _plain(part: KeyedPart) -> dict[str, Any]:
    return part.model_dump(mode="json", by_alias=True, exclude_defaults=True)
