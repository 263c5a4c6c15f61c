"""The escalation matrix: every team × path × severity × level, with who is reached at a moment. Pure.

Whom a level means is asked of `charter.resolver` alone, so that matrix, lint and a live escalation cannot disagree.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from charter.document import Document, EscalationPath
from charter.resolver import Call, calls_of, match_path, opens_at
from charter.words import Severity, Trigger
from teams.organisation import Organisation, PersonFacts, TeamFacts
from teams.tree import teams_at_work

SEVERITIES = tuple(severity.value for severity in Severity)
GRAVE = frozenset({Severity.SEV1.value, Severity.SEV2.value})


@dataclass(frozen=True, slots=True)
class Climb:
    """What a path does if it starts at a moment: when its first call goes out, and everybody whom it calls."""

    path: EscalationPath
    opens_at: datetime
    calls: Sequence[Call]


@dataclass(frozen=True)
class Line:
    """What happens in a team for some severities and triggers; without a `climb` no path answers them."""

    team: TeamFacts
    climb: Climb | None
    triggers: Mapping[str, Sequence[str]]
    at: datetime

    @property
    def severities(self) -> Sequence[str]:
        return list(self.triggers)

    @property
    def all_triggers(self) -> Sequence[str]:
        """Triggers of any of its severities, in the order of the word list."""
        return [one for one in Trigger.values if any(one in some for some in self.triggers.values())]

    @property
    def is_for_every_trigger(self) -> bool:
        return all(len(triggers) == len(Trigger) for triggers in self.triggers.values())

    @property
    def calls(self) -> Sequence[Call]:
        return self.climb.calls if self.climb else []

    @cached_property
    def levels(self) -> Sequence[Call]:
        """The first call of each level."""
        return [call for call in self.calls if call.call == 1]

    @cached_property
    def first_reached(self) -> Call | None:
        return next((call for call in self.calls if call.meant.person), None)

    @property
    def waits_until(self) -> datetime | None:
        """When the first call goes out, where it does not go out at once."""
        return self.climb.opens_at if self.climb and self.climb.opens_at > self.at else None

    @property
    def first_answer_after(self) -> timedelta | None:
        """How long it takes at most until the first person who is reached must have answered; None = never."""
        if self.climb is None or self.first_reached is None:
            return None
        minutes = self.first_reached.starts_after + (self.first_reached.minutes or 0)
        return self.climb.opens_at - self.at + timedelta(minutes=minutes)

    @property
    def holes(self) -> Sequence[Call]:
        """Levels that reach nobody."""
        return [call for call in self.levels if call.meant.person is None]

    @property
    def only_person(self) -> PersonFacts | None:
        """The one person on whom it hangs: all that a grave severity reaches, or all that several levels reach."""
        people = {call.meant.person for call in self.levels if call.meant.person}
        if len(people) != 1 or not (GRAVE & set(self.severities) or len(self.levels) > 1):
            return None
        return next(iter(people))

    @property
    def has_finding(self) -> bool:
        return self.first_reached is None or bool(self.holes or self.only_person)


@dataclass(frozen=True)
class TeamLines:
    """All lines of a team, gravest first."""

    team: TeamFacts
    has_charter: bool
    lines: Sequence[Line]

    @property
    def has_finding(self) -> bool:
        return any(line.has_finding for line in self.lines)

    @property
    def severities(self) -> Sequence[str]:
        return sorted({severity for line in self.lines for severity in line.severities})

    @cached_property
    def unreached(self) -> Sequence[str]:
        """Severities for which, with some trigger, nobody is reached."""
        return sorted({severity for line in self.lines if line.first_reached is None for severity in line.severities})


def matrix_of(
    organisation: Organisation,
    documents: Mapping[str, Document],
    at: datetime,
    *,
    teams: Collection[str] | None = None,
    trigger: str | None = None,
    severity: str | None = None,
) -> list[TeamLines]:
    """The matrix of all teams that are called, by name; `documents` are the charters in force by team."""
    return [
        TeamLines(
            team,
            team.key in documents,
            lines_of(organisation, documents, team, at, trigger=trigger, severity=severity),
        )
        for team in teams_at_work(organisation, documents)
        if teams is None or team.key in teams
    ]


def lines_of(
    organisation: Organisation,
    documents: Mapping[str, Document],
    team: TeamFacts,
    at: datetime,
    *,
    trigger: str | None = None,
    severity: str | None = None,
) -> list[Line]:
    """The lines of one team: a line for each path that answers something, and one for what none answers."""
    severities: Sequence[str] = [severity] if severity else SEVERITIES
    triggers: Sequence[str] = [trigger] if trigger else Trigger.values
    document = documents.get(team.key)
    if document is None:
        return [Line(team, None, dict.fromkeys(severities, triggers), at)]
    answered: dict[int | None, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    positions = {path.key: position for position, path in enumerate(document.escalation)}
    for wanted_severity in severities:
        for wanted_trigger in triggers:
            path = match_path(document, wanted_trigger, wanted_severity)
            answered[positions[path.key] if path else None][wanted_severity].append(wanted_trigger)
    lines = []
    for position, taken in answered.items():
        climb = None
        if position is not None:
            path = document.escalation[position]
            start = opens_at(organisation, team.key, path, at)
            climb = Climb(path, start, calls_of(organisation, documents, team.key, path, at))
        lines.append((min(taken), -1 if position is None else position, Line(team, climb, dict(taken), at)))
    return [line for _severity, _position, line in sorted(lines, key=lambda entry: entry[:2])]


def rows_of(team: TeamLines) -> Iterator[dict[str, object]]:
    """The matrix as the API and the CSV give it: a row for each severity × level × call.

    A severity that no path answers has one row, without path, level and person.
    """
    for severity in team.severities:
        lines = [line for line in team.lines if severity in line.triggers]
        for line in lines:
            if line.climb is None and len(lines) > 1:
                continue  # some triggers are left out: the `triggers` of the other rows say which are not
            shared: dict[str, object] = {
                "team": team.team.key,
                "path": line.climb.path.key if line.climb else None,
                "triggers": list(line.triggers[severity]),
                "severity": severity,
            }
            for call in line.calls:
                yield shared | {
                    "level": call.level,
                    "call": call.call,
                    "target": {call.target.kind: call.target.value},
                    "person": call.meant.person.email if call.meant.person else None,
                    "acknowledge_within_minutes": call.minutes,
                    "channels": [str(channel) for channel in call.channels],
                }
            if not line.calls:
                yield shared | {
                    "level": None,
                    "call": None,
                    "target": None,
                    "person": None,
                    "acknowledge_within_minutes": None,
                    "channels": [],
                }
