"""Taking models in from a table: each row once, what is there brought up to date, all of it or nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from charter.parsing import hidden_character
from ledger.errors import ActRefused, Invalid
from portal.importing.faults import BadInput, Fault
from portal.importing.keys import Identity, keys_of, number_repeats, tell_apart
from portal.importing.mapping import Founding, KeyRule, ModelMap, NotSaid, TeamRule
from portal.importing.progress import Progress, Silent
from portal.importing.tables import Row, Table
from teams.founding import found_team
from teams.inventory import change_models, check_model, register_models
from teams.models import MLModel, Person, Team
from teams.registering import ModelFields


@dataclass(frozen=True)
class Taken:
    """What came of a table: how many models are new, changed and the same, and what was left out."""

    new: int = 0
    changed: int = 0
    same: int = 0
    teams_founded: int = 0
    left_out: Sequence[Fault] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a row says about a model."""

    line: int
    key: str
    team: str
    fields: ModelFields


class _RowRefused(Exception):
    """A row that cannot be taken in; the message says why."""


@transaction.atomic
def import_models(
    table: Table,
    mapping: ModelMap,
    *,
    by: Person | None,
    now: datetime,
    skip_invalid: bool = False,
    progress: Progress | None = None,
) -> Taken:
    """Take the models of a table in. Raises BadInput with every fault, and then nothing is stored.

    With `skip_invalid` the rows with a fault are left out instead. A mapping that asks for columns which are not there
    is refused in any case.
    """
    mapping.refuse_missing(table.columns, name=table.name)
    reader = _Reader(table, mapping, progress or Silent())
    wanted = reader.read()
    founded = reader.found_teams(wanted, by=by, now=now)
    new, changes, same = reader.compare(wanted)
    if reader.faults and not skip_invalid:
        raise BadInput(table.name, reader.faults)
    register_models(new, by=by, now=now)
    changed = change_models(changes, by=by, now=now)
    return Taken(len(new), changed, same, founded, tuple(sorted(reader.faults)))


class _Reader:
    """Makes models of rows, and collects what is wrong with them."""

    def __init__(self, table: Table, mapping: ModelMap, progress: Progress) -> None:
        self.table = table
        self.mapping = mapping
        self.progress = progress
        self.faults = list(table.faults)
        self.teams = {team.key: team for team in Team.objects.all()}
        self.people = self._people()

    def read(self) -> list[Wanted]:
        """What the rows say, without those that cannot be understood or whose key another row has."""
        team_keys = _team_keys(self.mapping.team, self.table.rows)
        wanted: list[Wanted] = []
        lines: dict[str, int] = {}
        rows = list(zip(self.table.rows, self._model_keys(), team_keys, strict=True))
        for row, key, team in self.progress.over(rows, "Reading rows"):
            try:
                if not key:
                    raise _RowRefused(_why_no_key(self.mapping.key, row))
                if key in lines:
                    raise _RowRefused(f"the key {key} stands on line {lines[key]} already")
                lines[key] = row.line
                wanted.append(Wanted(row.line, key, team, self._fields(row)))
            except (_RowRefused, NotSaid) as refusal:
                self.faults.append(Fault(row.line, str(refusal)))
        return wanted

    def found_teams(self, wanted: Sequence[Wanted], *, by: Person | None, now: datetime) -> int:
        """Found the teams that are named and missing, if the mapping says how. Returns how many."""
        founding = self.mapping.team.found
        before = len(self.teams)
        rows = {row.line: row for row in self.table.rows}
        refused: dict[str, str] = {}
        for one in wanted:
            if not one.team or one.team in self.teams or one.team in refused:
                continue
            try:
                if founding is None:
                    raise _RowRefused(f"there is no team {one.team}, and the mapping does not say how to found it")
                self.teams[one.team] = self._found(one.team, founding, rows[one.line], by=by, now=now)
            except _RowRefused as refusal:
                refused[one.team] = str(refusal)
        for one in wanted:
            if one.team not in self.teams:
                why = refused.get(one.team, f"{', '.join(self.mapping.team.columns)}: no team is named")
                self.faults.append(Fault(one.line, why))
        return len(self.teams) - before

    def compare(self, wanted: Iterable[Wanted]) -> tuple[list[MLModel], list[tuple[MLModel, ModelFields]], int]:
        """New models, models with what is to change on them, and how many are the same."""
        there = {model.key: model for model in MLModel.objects.select_related("team", "accountable")}
        new: list[MLModel] = []
        changes: list[tuple[MLModel, ModelFields]] = []
        same = 0
        for one in wanted:
            if one.team not in self.teams:
                continue
            fields: ModelFields = {**one.fields, "team": self.teams[one.team]}
            known = there.get(one.key)
            model = MLModel(key=one.key, **fields)
            differing = known is None or any(getattr(known, name) != value for name, value in fields.items())
            if not differing:
                same += 1
            elif faults := _faults_of_model(model, one.line):
                self.faults.extend(faults)
            elif known is None:
                new.append(model)
            else:
                changes.append((known, fields))
        return new, changes, same

    def _people(self) -> Mapping[str, Person]:
        return {person.email.lower(): person for person in Person.objects.all()} if self.mapping.accountable else {}

    def _model_keys(self) -> list[str]:
        """The key of each row; empty where a row does not say enough to make one."""
        rule = self.mapping.key
        identities = [_identity(rule, row) for row in self.table.rows]
        known = tell_apart([identity for identity in identities if identity])
        if rule.number_repeats:
            known = number_repeats(known)
        keys = iter(keys_of(known))
        return [next(keys) if identity else "" for identity in identities]

    def _fields(self, row: Row) -> ModelFields:
        """What a row says about its model, beside key and team. Raises NotSaid, _RowRefused."""
        mapping = self.mapping
        fields: ModelFields = {"name": mapping.name.line(row), "tier": mapping.tier.word(row)}
        if mapping.stage:
            fields["stage"] = mapping.stage.word(row).value
        if mapping.registry:
            fields["registry"] = mapping.registry.line(row)
        if mapping.description:
            fields["description"] = mapping.description.text(row)
        if mapping.accountable and (email := mapping.accountable.line(row).lower()):
            if email not in self.people:
                raise _RowRefused(f"nobody here has the address {email}")
            fields["accountable"] = self.people[email]
        if not fields["name"]:
            raise _RowRefused(f"{', '.join(mapping.name.columns)}: the name is blank")
        for name, value in fields.items():
            if isinstance(value, str) and (hidden := hidden_character(value)):
                raise _RowRefused(f"the {name} holds a hidden character ({hidden})")
        return fields

    def _found(self, key: str, founding: Founding, row: Row, *, by: Person | None, now: datetime) -> Team:
        if founding.parent and founding.parent not in self.teams:
            raise _RowRefused(f"the team {key} cannot be founded: there is no team {founding.parent} above it")
        try:
            return found_team(
                by=by,
                now=now,
                key=key,
                name=founding.name.line(row),
                structure=founding.structure.value,
                parent=self.teams[founding.parent] if founding.parent else None,
                timezone=founding.timezone,
                holidays=founding.holidays,
            )
        except Invalid as refusal:
            said = "; ".join(f"{name}: {detail}" for name, detail in refusal.errors)
            raise _RowRefused(f"the team {key} cannot be founded: {said}") from None
        except ActRefused as refusal:
            raise _RowRefused(f"the team {key} cannot be founded: {refusal.message}") from None


def _identity(rule: KeyRule, row: Row) -> Identity | None:
    parts = tuple(row[column] for column in rule.columns)
    if not all(parts):
        parts = tuple(row[column] for column in rule.when_blank)
        if not any(parts):
            return None
    return Identity(parts, tuple(row[column] for column in rule.tell_apart_by))


def _why_no_key(rule: KeyRule, row: Row) -> str:
    blank = ", ".join(column for column in rule.columns if not row[column])
    if rule.when_blank:
        return f"has no key: {blank} is blank, and so is {', '.join(rule.when_blank)}"
    return f"has no key: {blank} is blank, and the mapping names no columns for that case (when_blank)"


def _team_keys(rule: TeamRule, rows: Sequence[Row]) -> list[str]:
    if rule.always:
        return [rule.always] * len(rows)
    parts = [tuple(row[column] for column in rule.columns) for row in rows]
    named = sorted({one for one in parts if all(one)})
    keys = dict(zip(named, keys_of([Identity(one) for one in named]), strict=True))
    return [keys.get(one, "") for one in parts]


def _faults_of_model(model: MLModel, line: int) -> list[Fault]:
    try:
        check_model(model)
    except Invalid as refusal:
        return [Fault(line, f"{name}: {detail}") for name, detail in refusal.errors]
    return []
