"""Edits of the matrix: its cells, its stages (rows) and its roles (columns).

A stage is named by its key and a column by its role as the charter writes it, `data-scientist` or
`governance/compliance-lead`: both stay true when others move them.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from charter.document import split_role
from charter.editing.desk import CellConflict, PartConflict, open_desk, record_edit
from charter.models import Cell, Column, Stage, Version
from charter.words import Letter, VersionState
from ledger.errors import Invalid
from teams.fields import KEY_LENGTH
from teams.models import Person, Role, Team

LONGEST_NAME = 500


@transaction.atomic
def save_cell(
    *, version: Version, stage: str, column: str, letter: str, seen: str | None = None, by: Person, now: datetime
) -> None:
    """Give a cell a letter; the empty one clears it. `seen` is the letter that the editor showed, None asks for none.

    Raises Invalid (no such letter), CellConflict (another letter was saved meanwhile; it carries both).
    """
    if letter and letter not in Letter.values:
        raise Invalid([("letter", _("“%(letter)s” is none of R, A, AR, C, I and empty.") % {"letter": letter})])
    version = open_desk(version, by=by, now=now)
    row, head = _stage(version, stage), _column(version, column)
    cell = Cell.objects.filter(stage=row, column=head).first()
    stored = cell.letter if cell else ""
    if stored == letter:
        return
    if seen is not None and seen != stored:
        raise CellConflict(
            _("Somebody else changed this cell since you read it."),
            state=version.state,
            stage=stage,
            column=column,
            stored=stored,
            wanted=letter,
        )
    if not letter and cell:
        cell.delete()
    elif cell:
        cell.letter, cell.changed_by, cell.changed_at = Letter(letter), by, now
        cell.save(update_fields=["letter", "changed_by", "changed_at"])
    else:
        Cell.objects.create(stage=row, column=head, letter=letter, changed_by=by, changed_at=now)
    record_edit(version, change={f"responsibilities/{stage}/{column}": [stored, letter]}, by=by, now=now)


# -- stages ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_stage(*, version: Version, name: str, outcome: str = "", by: Person, now: datetime) -> Stage:
    """Add a lifecycle stage after the others; its key is made of its name. Raises Invalid."""
    version = open_desk(version, by=by, now=now)
    stages = version.stages.all()
    stage = Stage(version=version, position=len(stages), name=_checked_name(name), outcome=outcome)
    stage.key = _free_key(stage.name, {other.key for other in stages})
    stage.save()
    record_edit(version, change={f"stages/{stage.key}": [None, stage.position]}, by=by, now=now)
    return stage


@transaction.atomic
def change_stage(*, version: Version, stage: str, name: str, outcome: str, by: Person, now: datetime) -> None:
    """Give a stage another name or outcome; its key stays."""
    version = open_desk(version, by=by, now=now)
    row = _stage(version, stage)
    wanted = {"name": _checked_name(name), "outcome": outcome}
    changed = [field for field, value in wanted.items() if getattr(row, field) != value]
    if not changed:
        return
    for field in changed:
        setattr(row, field, wanted[field])
    row.save(update_fields=changed)
    record_edit(version, change={f"stages/{stage}/{field}": [] for field in changed}, by=by, now=now)


@transaction.atomic
def move_stage(*, version: Version, stage: str, to: int, by: Person, now: datetime) -> None:
    """Put a stage at another place; 0 is the first."""
    version = open_desk(version, by=by, now=now)
    row = _stage(version, stage)
    if moved := _move(version.stages.all(), row, to):
        record_edit(version, change={f"stages/{stage}/position": moved}, by=by, now=now)


@transaction.atomic
def remove_stage(*, version: Version, stage: str, by: Person, now: datetime) -> None:
    """Take a stage out, with its letters."""
    version = open_desk(version, by=by, now=now)
    row = _stage(version, stage)
    letters = {cell.column.ref: cell.letter for cell in row.cells.select_related("column__role", "column__role_team")}
    row.delete()
    record_edit(version, change={f"stages/{stage}": [letters, None]}, by=by, now=now)


# -- roles ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_column(*, version: Version, role: str, by: Person, now: datetime) -> Column:
    """Add a role to the matrix, after the others. Raises Invalid."""
    version = open_desk(version, by=by, now=now)
    mention = _mention(role)
    _refuse_second_column(version, role)
    column = Column.objects.create(version=version, position=version.columns.count(), **mention)
    record_edit(version, change={f"columns/{role}": [None, column.position]}, by=by, now=now)
    return column


@transaction.atomic
def change_column(*, version: Version, column: str, role: str, by: Person, now: datetime) -> None:
    """Let a column stand for another role; its letters stay. Raises Invalid."""
    version = open_desk(version, by=by, now=now)
    head = _column(version, column)
    if role == column:
        return
    mention = _mention(role)
    _refuse_second_column(version, role)
    for field, value in mention.items():
        setattr(head, field, value)
    head.save(update_fields=list(mention))
    record_edit(version, change={f"columns/{column}/role": [column, role]}, by=by, now=now)


@transaction.atomic
def move_column(*, version: Version, column: str, to: int, by: Person, now: datetime) -> None:
    """Put a role at another place; 0 is the first."""
    version = open_desk(version, by=by, now=now)
    head = _column(version, column)
    if moved := _move(version.columns.all(), head, to):
        record_edit(version, change={f"columns/{column}/position": moved}, by=by, now=now)


@transaction.atomic
def remove_column(*, version: Version, column: str, by: Person, now: datetime) -> None:
    """Take a role out of the matrix, with its letters."""
    version = open_desk(version, by=by, now=now)
    head = _column(version, column)
    letters = dict(head.cells.values_list("stage__key", "letter"))
    head.delete()
    record_edit(version, change={f"columns/{column}": [letters, None]}, by=by, now=now)


# -- what these share -----------------------------------------------------------------------------------------------


def _stage(version: Version, key: str) -> Stage:
    stage = Stage.objects.filter(version=version, key=key).first()
    if stage is None:
        raise PartConflict(_("There is no stage “%(key)s” any more.") % {"key": key}, state=VersionState.DRAFT)
    return stage


def _column(version: Version, ref: str) -> Column:
    column = _columns_of(version, ref).first()
    if column is None:
        raise PartConflict(_("The role “%(role)s” left the matrix.") % {"role": ref}, state=VersionState.DRAFT)
    return column


def _columns_of(version: Version, ref: str) -> QuerySet[Column]:
    team, role = split_role(ref, "")
    columns = Column.objects.filter(version=version, role__key=role)
    return columns.filter(role_team__key=team) if team else columns.filter(role_team__isnull=True)


def _refuse_second_column(version: Version, ref: str) -> None:
    if _columns_of(version, ref).exists():
        raise Invalid([("role", _("This role has a column already."))])


def _mention(ref: str) -> dict[str, Any]:
    team_key, role_key = split_role(ref, "")
    role = Role.objects.filter(key=role_key).first()
    if role is None:
        raise Invalid([("role", _("“%(role)s” is no role of the catalogue.") % {"role": role_key})])
    team = Team.objects.filter(key=team_key).first() if team_key else None
    if team_key and team is None:
        raise Invalid([("role", _("There is no team “%(team)s”.") % {"team": team_key})])
    return {"role": role, "role_team": team}


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Invalid([("name", _("Give the stage a name of at most %(most)d characters.") % {"most": LONGEST_NAME})])
    return name


def _free_key(name: str, taken: set[str]) -> str:
    """A key made of the name, with a number behind it where the key is taken."""
    stem = slugify(name).replace("_", "-").strip("-")[: KEY_LENGTH - 4].rstrip("-") or "stage"
    candidates = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
    return next(key for key in candidates if key not in taken)


def _move(rows: QuerySet[Any], row: Model, to: int) -> list[int]:
    """Put a row at another place and number all of them on; the places before and after, empty where it stays."""
    order = list(rows)
    before = order.index(row)
    moved = order.pop(before)
    order.insert(max(to, 0), moved)
    after = order.index(moved)
    if before == after:
        return []
    for position, each in enumerate(order):
        each.position = position
    rows.model.objects.bulk_update(order, ["position"])
    return [before, after]
