"""Who answers for which stage in which team, over the whole organisation; pure, on what the resolver says."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from charter.document import Document, Stage
from charter.lint.teams import MOST_TEAMS
from charter.passages import Passage, passages_of
from charter.resolver import current_seats, first_seat
from charter.words import DEFAULT_STAGES
from teams.models import Seat
from teams.organisation import Organisation, PersonFacts, SeatFacts, TeamFacts

MOST_STAGES = len(DEFAULT_STAGES)
"""Whoever answers for more stages than a whole life has, answers for too many."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answers for a stage of a team: the role as the charter writes it, and the person whom that means."""

    stage: Stage
    ref: str | None
    person: PersonFacts | None
    has_deputy: bool

    @property
    def is_hole(self) -> bool:
        return self.person is None


@dataclass(frozen=True)
class TeamAnswers:
    """A team and its stages; none where no charter is in force."""

    team: TeamFacts
    has_charter: bool
    answers: Mapping[str, Answer]
    passages: Sequence[Passage]

    @cached_property
    def holes(self) -> Sequence[Answer]:
        return [answer for answer in self.answers.values() if answer.is_hole]


@dataclass(frozen=True)
class Alone:
    """A role that answers for stages in a team while nobody could stand in for it."""

    team: TeamFacts
    ref: str
    person: PersonFacts
    stages: Sequence[Stage]


@dataclass(frozen=True)
class Burden:
    """A person and the stages for which they answer, by team."""

    person: PersonFacts
    teams: Mapping[str, Sequence[Stage]]

    @property
    def stages(self) -> int:
        return sum(map(len, self.teams.values()))


@dataclass
class Crossing:
    """One passage over all teams that have it: where the work stays with somebody, and where it changes hands."""

    before: Stage
    after: Stage
    stays: list[TeamFacts] = field(default_factory=list)
    prepared: list[TeamFacts] = field(default_factory=list)
    unprepared: list[TeamFacts] = field(default_factory=list)

    @property
    def hand_offs(self) -> int:
        return len(self.prepared) + len(self.unprepared)

    @property
    def teams(self) -> int:
        return len(self.stays) + self.hand_offs


@dataclass(frozen=True)
class Responsibilities:
    """What the page shows of some teams."""

    rows: Sequence[TeamAnswers]

    @cached_property
    def stages(self) -> Sequence[Stage]:
        """All stages that occur: those of the usual life in its order, then the others as they come."""
        found: dict[str, Stage] = {}
        for row in self.rows:
            for answer in row.answers.values():
                found.setdefault(answer.stage.key, answer.stage)
        usual = [key for key, _name in DEFAULT_STAGES if key in found]
        return [found[key] for key in [*usual, *(key for key in found if key not in usual)]]

    @cached_property
    def answers(self) -> Sequence[tuple[TeamFacts, Answer]]:
        return [(row.team, answer) for row in self.rows for answer in row.answers.values()]

    @cached_property
    def with_holes(self) -> Sequence[TeamAnswers]:
        return [row for row in self.rows if row.holes]

    @cached_property
    def without_charter(self) -> Sequence[TeamAnswers]:
        return [row for row in self.rows if not row.has_charter]

    @cached_property
    def burdens(self) -> Sequence[Burden]:
        """Everybody who answers for something, the most burdened first."""
        teams: dict[PersonFacts, dict[str, list[Stage]]] = defaultdict(lambda: defaultdict(list))
        for team, answer in self.answers:
            if answer.person:
                teams[answer.person][team.key].append(answer.stage)
        found = [Burden(person, own) for person, own in teams.items()]
        return sorted(found, key=lambda each: (-len(each.teams), -each.stages, each.person.name.casefold()))

    @cached_property
    def overburdened(self) -> Sequence[Burden]:
        """Who answers in more teams than one person can follow, or for more than a whole life of stages."""
        return [each for each in self.burdens if len(each.teams) > MOST_TEAMS or each.stages > MOST_STAGES]

    @cached_property
    def alone(self) -> Sequence[Alone]:
        """Accountable roles without a deputy, those with the most stages first."""
        stages: dict[tuple[str, str], list[Stage]] = defaultdict(list)
        first: dict[tuple[str, str], tuple[TeamFacts, PersonFacts]] = {}
        for team, answer in self.answers:
            if answer.ref and answer.person and not answer.has_deputy:
                stages[team.key, answer.ref].append(answer.stage)
                first.setdefault((team.key, answer.ref), (team, answer.person))
        found = [Alone(team, key[1], person, stages[key]) for key, (team, person) in first.items()]
        return sorted(found, key=lambda each: (-len(each.stages), each.team.name.casefold()))

    @cached_property
    def crossings(self) -> Sequence[Crossing]:
        """The passages between stages, in the order of the stages that they leave."""
        found: dict[tuple[str, str], Crossing] = {}
        for row in self.rows:
            for passage in row.passages:
                key = (passage.before.key, passage.after.key)
                crossing = found.setdefault(key, Crossing(passage.before, passage.after))
                if not passage.is_hand_off:
                    crossing.stays.append(row.team)
                elif passage.is_unprepared:
                    crossing.unprepared.append(row.team)
                else:
                    crossing.prepared.append(row.team)
        place = {stage.key: number for number, stage in enumerate(self.stages)}
        return sorted(found.values(), key=lambda each: (place[each.before.key], place[each.after.key]))


def responsibilities_of(
    organisation: Organisation,
    documents: Mapping[str, Document],
    teams: Sequence[TeamFacts],
    at: datetime,
) -> Responsibilities:
    """Who answers for what in these teams; `documents` are the charters in force."""
    rows = []
    for team in teams:
        document = documents.get(team.key) or Document(team=team.key)
        rows.append(
            TeamAnswers(
                team,
                team.key in documents,
                {answer.stage.key: answer for answer in _answers(organisation, document, at)},
                list(passages_of(document)),
            )
        )
    return Responsibilities(rows)


def _answers(organisation: Organisation, document: Document, at: datetime) -> Iterator[Answer]:
    """Who answers for each stage; a role is asked for once, though it answers for several."""
    seats: dict[str, Sequence[SeatFacts]] = {}
    for stage in document.stages:
        ref = next(iter(document.roles_with(stage.key, "A")), None)
        if ref and ref not in seats:
            seats[ref] = current_seats(organisation, document.team, ref, at)
        held = seats[ref] if ref else []
        seat = first_seat(held)
        yield Answer(
            stage=stage,
            ref=ref,
            person=organisation.people[seat.person] if seat else None,
            has_deputy=any(each.kind == Seat.Kind.DEPUTY for each in held),
        )
