"""The acts that change a draft. Each is one transaction under the charter's lock, with its ledger entry inside."""

from charter.editing.desk import CellConflict, PartConflict, token_of
from charter.editing.levels import add_level, change_level, move_level, remove_level
from charter.editing.matrix import (
    add_column,
    add_stage,
    change_column,
    change_stage,
    move_column,
    move_stage,
    remove_column,
    remove_stage,
    save_cell,
)
from charter.editing.parts import add_part, change_part, move_part, remove_part
from charter.editing.terms import Purpose, purpose_of, set_evidence, set_purpose, set_review_interval

__all__ = [
    "CellConflict",
    "PartConflict",
    "Purpose",
    "add_column",
    "add_level",
    "add_part",
    "add_stage",
    "change_column",
    "change_level",
    "change_part",
    "change_stage",
    "move_column",
    "move_level",
    "move_part",
    "move_stage",
    "purpose_of",
    "remove_column",
    "remove_level",
    "remove_part",
    "remove_stage",
    "save_cell",
    "set_evidence",
    "set_purpose",
    "set_review_interval",
    "token_of",
]
