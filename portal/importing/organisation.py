"""The organisation as a file, and what can be wrong with it before it meets the database.

What a file does not say stays as it is: a field that is left out is not changed, and nobody loses a seat by not being
named. A value of null or an empty text takes away.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from charter.document import TIME_PATTERN, Day, Key, Line, Part, Tier
from charter.parsing import Problem, Source, read_part, read_yaml
from teams.models import Discipline, MLModel, Seat, Structure

MAX_BYTES = 50_000_000

# How the domain calls what the file calls otherwise.
DOMAIN_NAMES = {"is_staff": "admin", "is_auditor": "auditor"}

Email = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=3, max_length=254)]
Clock = Annotated[str, StringConstraints(pattern=TIME_PATTERN)]


class RolePart(Part):
    """A role of the catalogue; those that every installation starts with need not be said."""

    key: Key
    name: Line
    discipline: Discipline
    description: str = ""
    skills: tuple[Line, ...] = ()
    tools: tuple[Line, ...] = ()
    position: Annotated[int, Field(ge=0, le=1_000_000)] = 100


class PersonPart(Part):
    email: Email
    name: Line
    timezone: Line = "UTC"
    admin: bool = False
    auditor: bool = False
    active: bool = True
    working_days: tuple[int, ...] = (1, 2, 3, 4, 5)
    work_starts: Clock = "09:00"
    work_ends: Clock = "17:00"


class SeatPart(Part):
    """A seat. Without `since`, the seat that the person holds is meant, or a new one from the day of the import."""

    role: Key
    person: Email
    kind: Seat.Kind = Seat.Kind.MEMBER
    since: Day | None = None
    until: Day | None = None

    def overlaps(self, other: "SeatPart") -> bool:
        """Whether there is a day on which both are held."""
        return (self.since or date.min) <= (other.until or date.max) and (other.since or date.min) <= (
            self.until or date.max
        )


class TeamPart(Part):
    key: Key
    name: Line
    parent: Key | None = None
    structure: Structure = Structure.EMBEDDED
    lead: Email | None = None
    timezone: Line = "UTC"
    holidays: Line = ""
    closed: bool = False
    seats: tuple[SeatPart, ...] = ()


class ModelPart(Part):
    key: Key
    name: Line
    team: Key
    accountable: Email | None = None
    tier: Tier = 3
    stage: MLModel.Stage = MLModel.Stage.RUNNING
    registry: Line = ""
    description: str = ""


class Organisation(Part):
    """A whole organisation file."""

    remit_org: Literal[1]
    roles: tuple[RolePart, ...] = ()
    people: tuple[PersonPart, ...] = ()
    teams: tuple[TeamPart, ...] = ()
    models: tuple[ModelPart, ...] = ()


def read_organisation(data: bytes) -> tuple[Organisation, Source]:
    """Read an organisation file and where its parts stand. Raises Unreadable."""
    source = read_yaml(data, max_bytes=MAX_BYTES)
    return read_part(Organisation, source), source


def said(part: Part, **values: Any) -> dict[str, Any]:
    """Those of the values, by the domain's names, whose field the file says."""
    return {name: value for name, value in values.items() if DOMAIN_NAMES.get(name, name) in part.model_fields_set}


@dataclass(frozen=True)
class Installed:
    """What is there already and may be mentioned: role keys, addresses, and each team's parent."""

    roles: Collection[str]
    people: Collection[str]
    parents: Mapping[str, str | None]


def problems_of(file: Organisation, installed: Installed, source: Source) -> list[Problem]:
    """Every mention that leads nowhere, everything that stands twice, every circle."""
    return [source.problem(pointer, detail) for pointer, detail in _Checker(file, installed).faults()]


class _Checker:
    def __init__(self, file: Organisation, installed: Installed) -> None:
        self.file = file
        self.roles = {*installed.roles, *(role.key for role in file.roles)}
        self.people = {*installed.people, *(person.email for person in file.people)}
        self.parents = parents_after(file, installed.parents)

    def faults(self) -> Iterator[tuple[str, str]]:
        file = self.file
        yield from _twice("/roles", "key", [role.key for role in file.roles])
        yield from _twice("/people", "email", [person.email for person in file.people])
        yield from _twice("/teams", "key", [team.key for team in file.teams])
        yield from _twice("/models", "key", [model.key for model in file.models])
        for index, team in enumerate(file.teams):
            yield from self._team(f"/teams/{index}", team)
        for index, model in enumerate(file.models):
            if model.team not in self.parents:
                yield f"/models/{index}/team", f"there is no team {model.team}"
            yield from self._person(f"/models/{index}/accountable", model.accountable)

    def _team(self, pointer: str, team: TeamPart) -> Iterator[tuple[str, str]]:
        if team.parent and team.parent not in self.parents:
            yield f"{pointer}/parent", f"there is no team {team.parent}"
        elif circle := self._circle(team.key):
            yield f"{pointer}/parent", f"the teams stand above each other in a circle: {' → '.join(circle)}"
        yield from self._person(f"{pointer}/lead", team.lead)
        for number, seat in enumerate(team.seats):
            here = f"{pointer}/seats/{number}"
            if seat.role not in self.roles:
                yield f"{here}/role", f"{seat.role} is no role of the catalogue"
            yield from self._person(f"{here}/person", seat.person)
            if seat.until and seat.since and seat.until < seat.since:
                yield f"{here}/until", "a seat ends on or after the day it starts"
            yield from _seats_beside(here, seat, team.seats[:number])

    def _person(self, pointer: str, email: str | None) -> Iterator[tuple[str, str]]:
        if email and email not in self.people:
            yield pointer, f"nobody has the address {email}, neither in this file nor here"

    def _circle(self, key: str) -> list[str]:
        """The line of parents from a team back to itself; empty where it ends."""
        line = {key: None}  # in order, and quick to look into
        above = self.parents.get(key)
        while above is not None and above not in line:
            line[above] = None
            above = self.parents.get(above)
        return [*line, key] if above == key else []


def _twice(pointer: str, field: str, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for index, key in enumerate(keys):
        if key in seen:
            yield f"{pointer}/{index}/{field}", f"{key} stands twice"
        seen.add(key)


def _seats_beside(pointer: str, seat: SeatPart, earlier: Sequence[SeatPart]) -> Iterator[tuple[str, str]]:
    for other in earlier:
        if other.role != seat.role or not seat.overlaps(other):
            continue
        if other.person == seat.person:
            yield f"{pointer}/person", f"{seat.person} holds {seat.role} here twice at the same time"
        elif seat.kind == other.kind == Seat.Kind.PRIMARY:
            yield f"{pointer}/kind", f"{seat.role} has two primaries at the same time: {other.person} and {seat.person}"


def parents_after(file: Organisation, parents: Mapping[str, str | None]) -> Mapping[str, str | None]:
    """Each team's parent as it will be: what the file says, else what is there."""
    said = {team.key: team.parent for team in file.teams if "parent" in team.model_fields_set}
    return {**{team.key: None for team in file.teams}, **parents, **said}


def top_down(file: Organisation, parents: Mapping[str, str | None]) -> list[tuple[int, TeamPart]]:
    """The file's teams with their index, those above first, so that no step on the way makes a circle.

    `parents` is the tree as it will be, without circles.
    """
    depths: dict[str, int] = {}
    for key in parents:
        line = [key]
        while line[-1] not in depths and (above := parents.get(line[-1])) is not None:
            line.append(above)
        depth = depths.get(line[-1], 0)
        depths |= {below: depth + steps for steps, below in enumerate(reversed(line))}
    return sorted(enumerate(file.teams), key=lambda numbered: depths[numbered[1].key])
