"""The act behind “fix it”: a finding of a draft is mended where the mend is mechanical."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from charter.document import Document
from charter.editing.desk import open_desk, record_edit
from charter.mending import Mend, mend_of
from charter.models import Cell, Column, Stage, Version
from charter.references import refuse_unknown
from charter.storage import load_known, read_rows, write_section
from ledger.errors import IllegalState
from teams.models import Person, Role
from teams.organisation import load_organisation

KEYED_SECTIONS = ("decisions", "escalation", "rituals")
"""The sections beside the matrix that mends change; each is a list under keys."""


class NothingToFix(IllegalState):
    """The finding is gone already, or it takes somebody's decision."""


@transaction.atomic
def fix_finding(*, version: Version, rule: str, pointer: str, by: Person, now: datetime) -> Mend:
    """Mend one finding of a draft; returns what was done. Raises Forbidden, NotADraft, NothingToFix, Invalid."""
    version = open_desk(version, by=by, now=now)
    before = read_rows(version)
    mend = mend_of(before, rule=rule, pointer=pointer, organisation=load_organisation(), now=now)
    if mend is None or mend.document == before:
        raise NothingToFix(_("There is nothing to fix here any more: somebody has mended it."), state=version.state)
    after = mend.document
    refuse_unknown(after, load_known())
    change = _write_matrix(version, before, after, by=by, now=now)
    for section in KEYED_SECTIONS:
        if getattr(before, section) != getattr(after, section):
            write_section(version, after, section)
            change |= _keys_that_changed(section, getattr(before, section), getattr(after, section))
    record_edit(version, change={"fixed": [f"{rule} {pointer}", None], **change}, by=by, now=now)
    return mend


def _write_matrix(
    version: Version, before: Document, after: Document, *, by: Person, now: datetime
) -> dict[str, list[Any]]:
    """Write the stages, roles and letters that are new or differ; everything else keeps its row."""
    change: dict[str, list[Any]] = {}
    known = {stage.key: stage for stage in version.stages.all()}
    for position, part in enumerate(after.stages):
        if part.key not in known:
            known[part.key] = Stage.objects.create(version=version, key=part.key, name=part.name, position=position)
            change[f"stages/{part.key}"] = [None, position]
        elif known[part.key].position != position:
            known[part.key].position = position
            known[part.key].save(update_fields=["position"])
    columns = {column.ref: column for column in version.columns.select_related("role", "role_team")}
    for stage_key, row in after.responsibilities.items():
        for ref, letter in row.items():
            stored = before.letter(stage_key, ref)
            if stored == letter:
                continue
            if ref not in columns:
                columns[ref] = _new_column(version, ref, len(columns))
                change[f"columns/{ref}"] = [None, columns[ref].position]
            Cell.objects.update_or_create(
                stage=known[stage_key],
                column=columns[ref],
                defaults={"letter": letter, "changed_by": by, "changed_at": now},
            )
            change[f"responsibilities/{stage_key}/{ref}"] = [stored, letter.value]
    return change


def _new_column(version: Version, role: str, position: int) -> Column:
    """A column for a role of the team itself: mends bring in no others."""
    return Column.objects.create(version=version, position=position, role=Role.objects.get(key=role))


def _keys_that_changed(section: str, old: Any, new: Any) -> dict[str, list[Any]]:
    """What came, went or changed in a section that is a list under keys, as plain values."""
    before = {part.key: part.model_dump(mode="json", by_alias=True, exclude_defaults=True) for part in old}
    after = {part.key: part.model_dump(mode="json", by_alias=True, exclude_defaults=True) for part in new}
    return {
        f"{section}/{key}": [before.get(key), after.get(key)]
        for key in {**before, **after}
        if before.get(key) != after.get(key)
    }
