"""Edits of the levels of an escalation path; `number` counts from 0."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from charter.document import Document, EscalationLevel
from charter.editing.desk import Change, PartConflict, differences, refuse_unseen, rewrite
from charter.editing.parts import index_of
from charter.models import Version
from charter.words import VersionState
from teams.models import Person

Levels = tuple[EscalationLevel, ...]


@transaction.atomic
def add_level(*, version: Version, path: str, level: EscalationLevel, by: Person, now: datetime) -> None:
    """Call somebody more, after all others of the path. Raises Invalid."""

    def edit(levels: Levels) -> tuple[Levels, Change]:
        added = level.model_dump(mode="json", exclude_defaults=True)
        return (*levels, level), {f"{len(levels)}": [None, added]}

    _rewrite_levels(version=version, path=path, edit=edit, by=by, now=now)


@transaction.atomic
def change_level(
    *,
    version: Version,
    path: str,
    number: int,
    level: EscalationLevel,
    seen: str | None = None,
    by: Person,
    now: datetime,
) -> None:
    """Replace a level. `seen` is the token of what was read. Raises Invalid, PartConflict."""

    def edit(levels: Levels) -> tuple[Levels, Change]:
        stored = _level(levels, number)
        refuse_unseen(stored, seen=seen, wanted=level)
        change = {f"{number}/{field}": pair for field, pair in differences(stored, level).items()}
        return (*levels[:number], level, *levels[number + 1 :]), change

    _rewrite_levels(version=version, path=path, edit=edit, by=by, now=now)


@transaction.atomic
def move_level(
    *, version: Version, path: str, number: int, to: int, seen: str | None = None, by: Person, now: datetime
) -> None:
    """Call a level earlier or later."""

    def edit(levels: Levels) -> tuple[Levels, Change]:
        level = _level(levels, number)
        refuse_unseen(level, seen=seen, wanted=None)
        rest = [*levels[:number], *levels[number + 1 :]]
        rest.insert(max(to, 0), level)
        return tuple(rest), {} if tuple(rest) == levels else {"moved": [number, rest.index(level)]}

    _rewrite_levels(version=version, path=path, edit=edit, by=by, now=now)


@transaction.atomic
def remove_level(
    *, version: Version, path: str, number: int, seen: str | None = None, by: Person, now: datetime
) -> None:
    """Call a level no more."""

    def edit(levels: Levels) -> tuple[Levels, Change]:
        level = _level(levels, number)
        refuse_unseen(level, seen=seen, wanted=None)
        removed = level.model_dump(mode="json", exclude_defaults=True)
        return (*levels[:number], *levels[number + 1 :]), {f"{number}": [removed, None]}

    _rewrite_levels(version=version, path=path, edit=edit, by=by, now=now)


def _rewrite_levels(
    *, version: Version, path: str, edit: Callable[[Levels], tuple[Levels, Change]], by: Person, now: datetime
) -> None:
    def edit_document(document: Document) -> tuple[Document, Change]:
        paths = document.escalation
        index = index_of(paths, path)
        levels, change = edit(paths[index].levels)
        changed = paths[index].model_copy(update={"levels": levels})
        after = document.model_copy(update={"escalation": (*paths[:index], changed, *paths[index + 1 :])})
        return after, {f"escalation/{path}/levels/{where}": pair for where, pair in change.items()}

    rewrite(version=version, edit=edit_document, by=by, now=now)


def _level(levels: Levels, number: int) -> EscalationLevel:
    if not 0 <= number < len(levels):
        raise PartConflict(_("Somebody else removed this level."), state=VersionState.DRAFT)
    return levels[number]
