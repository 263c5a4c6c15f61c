"""What every edit does first and last: lock, check, reopen a proposal; store when it was, and write the ledger."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import rfc8785
from django.utils.translation import gettext as _

from charter.document import Document, Part
from charter.models import Version
from charter.ratification import lock_version, reopen
from charter.references import refuse_unknown
from charter.rules import can_edit
from charter.storage import load_known, read_rows, write_section
from charter.words import VersionState
from ledger.errors import IllegalState
from ledger.record import record_act
from teams.models import Person
from teams.rules import require

Change = dict[str, list[Any]]

SECTIONS = ("decisions", "escalation", "thresholds", "evidence", "rituals")


class NotADraft(IllegalState):
    """A version in force, or one that ended, never changes."""


class PartConflict(IllegalState):
    """Somebody else changed the same thing since it was read."""


class CellConflict(PartConflict):
    """Somebody else gave the same cell another letter since it was read."""

    def __init__(self, message: str, *, state: str, stage: str, column: str, stored: str, wanted: str) -> None:
        super().__init__(message, state=state)
        self.stage = stage
        self.column = column
        self.stored = stored
        self.wanted = wanted


def open_desk(version: Version, *, by: Person, now: datetime) -> Version:
    """The version as it stands, locked, as a draft. Runs in the caller's transaction. Raises Forbidden, NotADraft.

    An edit during signature returns the version to a draft and voids its signatures.
    """
    version = lock_version(version)
    team = version.charter.team
    require(can_edit(by, team), _("Only the lead of %(team)s or an admin can edit its charter.") % {"team": team})
    if version.state == VersionState.PROPOSED:
        reopen(version=version, by=by, now=now)
    elif version.state != VersionState.DRAFT:
        raise NotADraft(
            _("Version %(number)d is no draft any more: it does not change.") % {"number": version.number},
            state=version.state,
        )
    return version


def record_edit(version: Version, *, change: Change, by: Person, now: datetime) -> None:
    """Store when the version was edited, and write the ledger: keys and words of a list only, never free text."""
    Version.objects.filter(pk=version.pk).update(edited_at=now)
    record_act(by=by, key="charter.version.edited", on=version, change=change, now=now)


def rewrite(
    *, version: Version, edit: Callable[[Document], tuple[Document, Change]], by: Person, now: datetime
) -> None:
    """Edit a draft as a function of its document; store the sections that differ.

    `edit` may raise Invalid and PartConflict. What leads nowhere afterwards is refused as Unreadable, an Invalid.
    """
    version = open_desk(version, by=by, now=now)
    before = read_rows(version)
    after, change = edit(before)
    if not change:
        return
    refuse_unknown(after, load_known())
    for section in SECTIONS:
        if getattr(before, section) != getattr(after, section):
            write_section(version, after, section)
    record_edit(version, change=change, by=by, now=now)


def token_of(part: Part | None) -> str:
    """What an editor saw of a part, in short: it comes back with the edit, so that no change is lost unseen."""
    plain = part.model_dump(mode="json", by_alias=True) if part else None
    return hashlib.sha256(rfc8785.dumps(plain)).hexdigest()[:16]


def refuse_unseen(stored: Part | None, *, seen: str | None, wanted: Part | None) -> None:
    """Raise PartConflict where the stored part is neither what was seen nor what is wanted."""
    if seen is not None and token_of(stored) != seen and stored != wanted:
        raise PartConflict(_("Somebody else changed this since you read it."), state=VersionState.DRAFT)


def differences(before: Part, after: Part) -> Change:
    """Field → [before, after] of two forms of a part, as plain values."""
    old, new = (part.model_dump(mode="json", by_alias=True) for part in (before, after))
    return {field: [old[field], new[field]] for field in new if old[field] != new[field]}
