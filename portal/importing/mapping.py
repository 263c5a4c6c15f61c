"""The mapping of a CSV of models: a small YAML file that says which columns mean what (docs/importing.md)."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from charter.document import Key, Line, Part, Text, Tier
from charter.parsing import Problem, Source, Unreadable, read_part, read_yaml
from portal.importing.faults import BadInput, Fault, faults_of
from portal.importing.tables import Row
from teams.models import MLModel, Structure

Column = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Word = TypeVar("Word")


def _at_least_one(columns: tuple[str, ...]) -> tuple[str, ...]:
    if not columns:
        raise PydanticCustomError("columns", "name at least one column")
    return columns


Columns = Annotated[tuple[Column, ...], AfterValidator(_at_least_one)]


class NotSaid(Exception):
    """A cell whose value the mapping gives no meaning. The message is for people."""


class TextRule(Part):
    """Text from one or several columns; blank cells are passed over. A heading stands before its column's text."""

    columns: Columns
    headings: Mapping[Column, Line] = Field(default_factory=dict)
    joined_by: Text = " "
    when_blank: tuple[Column, ...] = ()
    otherwise: Text = ""

    @property
    def named(self) -> Sequence[str]:
        return (*self.columns, *self.headings, *self.when_blank)

    def text(self, row: Row) -> str:
        said = self._joined(row, self.columns) or self._joined(row, self.when_blank)
        return said or self.otherwise

    def line(self, row: Row) -> str:
        """The text on one line: white space of any kind becomes one space."""
        return " ".join(self.text(row).split())

    def _joined(self, row: Row, columns: Sequence[str]) -> str:
        return self.joined_by.join(
            f"{self.headings[column]}: {row[column]}" if column in self.headings else row[column]
            for column in columns
            if row[column]
        )


class Translation(Part, Generic[Word]):
    """A word of ours from a cell of theirs, or always the same one. Upper and lower case are no difference."""

    column: Column | None = None
    values: Mapping[str, Word] = Field(default_factory=dict)
    blank: Word | None = None
    otherwise: Word | None = None
    always: Word | None = None

    @property
    def named(self) -> Sequence[str]:
        return (self.column,) if self.column else ()

    def word(self, row: Row) -> Word:
        """Raises NotSaid."""
        if self.always is not None:
            return self.always
        assert self.column is not None  # noqa: S101  the mapping was validated
        said = row[self.column]
        found = self._by_folded.get(_folded(said)) if said else self.blank
        if found is None and said:
            found = self.otherwise
        if found is None:
            raise NotSaid(self._why(said))
        return found

    @cached_property
    def _by_folded(self) -> Mapping[str, Word]:
        return {_folded(value): word for value, word in self.values.items()}

    def _why(self, said: str) -> str:
        if not said:
            return f"{self.column} is blank, and the mapping does not say what that means"
        known = ", ".join(self.values) or "none"
        return f"{self.column} is {said[:60]!r}, which the mapping does not translate; it knows {known}"


def _one_source(translation: Translation[Word]) -> Translation[Word]:
    if (translation.column is None) == (translation.always is None):
        raise PydanticCustomError("translation", "name either a column or what is always so")
    if len({_folded(value) for value in translation.values}) < len(translation.values):
        raise PydanticCustomError("translation", "a value stands there twice, in upper and in lower case")
    return translation


class KeyRule(Part):
    """What a model is known by.

    Where one of `columns` is blank, `when_blank` takes their place. Rows whose key repeats are told apart by further
    columns; rows that even these do not tell apart are refused, or numbered where that is asked for.
    """

    columns: Columns
    when_blank: tuple[Column, ...] = ()
    tell_apart_by: tuple[Column, ...] = ()
    number_repeats: bool = False

    @property
    def named(self) -> Sequence[str]:
        return (*self.columns, *self.when_blank, *self.tell_apart_by)


class Founding(Part):
    """What is said of a team that is founded because a row names it. A team that is there stays as it is."""

    name: TextRule
    structure: Structure = Structure.EMBEDDED
    parent: Key | None = None
    timezone: Line = "UTC"
    holidays: Line = ""


class TeamRule(Part):
    """The owning team: its key made of columns, or always the same. Missing teams are founded only if this says how."""

    columns: tuple[Column, ...] = ()
    always: Key | None = None
    found: Founding | None = None

    @property
    def named(self) -> Sequence[str]:
        return (*self.columns, *(self.found.name.named if self.found else ()))


def _one_team(rule: TeamRule) -> TeamRule:
    if bool(rule.columns) == bool(rule.always):
        raise PydanticCustomError("team", "name either columns or the team that always owns them")
    return rule


class ModelMap(Part):
    """A whole mapping."""

    remit_models: Literal[1]
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] = ","
    key: KeyRule
    name: TextRule
    team: Annotated[TeamRule, AfterValidator(_one_team)]
    tier: Annotated[Translation[Tier], AfterValidator(_one_source)]
    stage: Annotated[Translation[MLModel.Stage], AfterValidator(_one_source)] | None = None
    registry: TextRule | None = None
    description: TextRule | None = None
    accountable: TextRule | None = None

    @property
    def named(self) -> Mapping[str, Sequence[str]]:
        """The columns that are named, each with the rules that ask for it."""
        asking: dict[str, list[str]] = {}
        for name in ("key", "name", "team", "tier", "stage", "registry", "description", "accountable"):
            rule = getattr(self, name)
            for column in dict.fromkeys(rule.named if rule else ()):
                asking.setdefault(column, []).append(name)
        return asking

    def refuse_missing(self, columns: Sequence[str], *, name: str) -> None:
        """Raises BadInput where the table lacks columns that the mapping asks for."""
        missing = [f"{column!r} ({', '.join(rules)})" for column, rules in self.named.items() if column not in columns]
        if missing:
            there = ", ".join(columns)
            raise BadInput(name, [Fault(1, f"there is no column {', '.join(missing)}; the columns are {there}")])


def read_map(data: bytes, *, name: str) -> ModelMap:
    """Read a mapping. Raises BadInput."""
    try:
        source = read_yaml(data)
        mapping = read_part(ModelMap, source)
        if problems := _headings_of_nothing(mapping, source):
            raise Unreadable(problems)
    except Unreadable as failure:
        raise BadInput(name, faults_of(failure.problems)) from None
    return mapping


def _headings_of_nothing(mapping: ModelMap, source: Source) -> list[Problem]:
    rules = {"name": mapping.name, "registry": mapping.registry, "description": mapping.description}
    return [
        source.problem(f"/{name}/headings", f"{column} is none of the columns")
        for name, rule in rules.items()
        if rule
        for column in rule.headings
        if column not in (*rule.columns, *rule.when_blank)
    ]


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
