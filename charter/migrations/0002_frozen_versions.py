"""A version that is not a draft never changes its content: held by the database itself."""

from django.db import migrations

from ledger.triggers import Guard, guard_tables

DRAFT = "(SELECT state FROM charter_version WHERE id = {row}.{column}) <> 'draft'"
NESTED = "(SELECT v.state FROM charter_version v JOIN {parent} p ON p.version_id = v.id WHERE p.id = {row}.{column}) <> 'draft'"
MESSAGE = "a charter version that is no draft never changes"

PARTS = [
    "charter_stage",
    "charter_column",
    "charter_decisionright",
    "charter_escalationpath",
    "charter_threshold",
    "charter_evidencerequirement",
    "charter_ritual",
    "charter_waiver",
]
NESTED_PARTS = [
    ("charter_cell", "charter_stage", "stage_id"),
    ("charter_approverplace", "charter_decisionright", "right_id"),
    ("charter_voice", "charter_decisionright", "right_id"),
    ("charter_escalationlevel", "charter_escalationpath", "path_id"),
]
CONTENT = [
    "charter_id",
    "number",
    "purpose",
    "north_star",
    "north_star_target",
    "north_star_by",
    "pir_after",
    "document",
    "digest",
]
CHANGED = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in CONTENT)
REOPENS = "(OLD.state = 'proposed' AND NEW.state = 'draft')"


def part_guards() -> list[Guard]:
    """Two guards a table: rows that would come or change, and rows that would go."""
    guards = []
    for table in PARTS:
        guards += _pair(table, lambda row: DRAFT.format(row=row, column="version_id"))
    for table, parent, column in NESTED_PARTS:
        guards += _pair(table, lambda row, p=parent, c=column: NESTED.format(parent=p, row=row, column=c))
    return guards


def _pair(table, condition):
    return [
        Guard(f"{table}_frozen", table, ["INSERT", "UPDATE"], condition("NEW"), MESSAGE),
        Guard(f"{table}_kept", table, ["DELETE"], condition("OLD"), MESSAGE),
    ]


class Migration(migrations.Migration):
    dependencies = [("charter", "0001_initial")]

    operations = [
        guard_tables(
            [
                Guard(
                    "charter_version_final",
                    "charter_version",
                    ["UPDATE"],
                    f"OLD.state <> 'draft' AND NOT {REOPENS} AND ({CHANGED})",
                    MESSAGE,
                ),
                Guard(
                    "charter_version_kept",
                    "charter_version",
                    ["DELETE"],
                    "OLD.state <> 'draft'",
                    "a charter version is kept for ever",
                ),
                *part_guards(),
            ]
        )
    ]
