"""Database triggers under guarded models: what is final refuses change, whoever writes (CONVENTIONS: habit 4).

A guard is the same sentence on both databases: BEFORE some events on a table, WHEN a condition holds, refuse.
Conditions are SQL that SQLite and PostgreSQL both read; they name rows NEW and OLD.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


@dataclass(frozen=True, slots=True)
class Guard:
    """`events` are INSERT, UPDATE, DELETE; an empty condition refuses always."""

    name: str
    table: str
    events: Sequence[str]
    condition: str
    message: str

    def create(self, vendor: str) -> list[str]:
        """The statements that set the guard up."""
        if vendor == "postgresql":
            return self._create_on_postgresql()
        when = f"WHEN {self.condition} " if self.condition else ""
        return [
            f"CREATE TRIGGER {self.name}_{event.lower()} BEFORE {event} ON {self.table} FOR EACH ROW "
            f"{when}BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
            for event in self.events
        ]

    def drop(self, vendor: str) -> list[str]:
        """The statements that take it down."""
        if vendor == "postgresql":
            return [
                *(f"DROP TRIGGER {self.name}_{event.lower()} ON {self.table}" for event in self.events),
                *(f"DROP FUNCTION {self.name}_{event.lower()}()" for event in self.events),
            ]
        return [f"DROP TRIGGER {self.name}_{event.lower()}" for event in self.events]

    def _create_on_postgresql(self) -> list[str]:
        # A condition may ask another table, which PostgreSQL allows in a function and not in WHEN.
        statements = []
        for event in self.events:
            function = f"{self.name}_{event.lower()}"
            row = "OLD" if event == "DELETE" else "NEW"
            refusal = f"RAISE EXCEPTION '{self.message}'"
            body = f"IF {self.condition or 'TRUE'} THEN {refusal}; END IF; RETURN {row};"
            statements += [
                f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
                f"CREATE TRIGGER {function} BEFORE {event} ON {self.table} FOR EACH ROW EXECUTE FUNCTION {function}()",
            ]
        return statements


def guard_tables(guards: Sequence[Guard]) -> migrations.RunPython:
    """The migration operation that sets guards up, and takes them down when it is reversed."""

    def set_up(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
        for guard in guards:
            for statement in guard.create(editor.connection.vendor):
                editor.execute(statement, params=None)

    def take_down(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
        for guard in guards:
            for statement in guard.drop(editor.connection.vendor):
                editor.execute(statement, params=None)

    return migrations.RunPython(set_up, take_down)
