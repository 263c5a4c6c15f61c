"""Which seat of the installation a seat of a file means, and in which order they are given and changed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from portal.importing.organisation import Organisation, SeatPart, said
from teams.models import Person, Role, Seat, Team


@dataclass(frozen=True)
class Place:
    """A person in a role of a team."""

    team: Team
    role: Role
    person: Person


@dataclass(frozen=True)
class SeatStep:
    """A seat that a file names: the one it means, if there is one, and what is to be said about it."""

    pointer: str
    place: Place
    seat: Seat | None
    wanted: Mapping[str, Any] = field(default_factory=dict)

    @property
    def order(self) -> int:
        """Seats end, and primaries step back, before others take their place."""
        if self.seat is None:
            return 2
        return 1 if self.wanted.get("kind") == Seat.Kind.PRIMARY and not self.wanted.get("until") else 0


def plan_seats(
    file: Organisation,
    *,
    teams: Mapping[str, Team],
    roles: Mapping[str, Role],
    people: Mapping[str, Person],
    now: datetime,
) -> list[SeatStep]:
    """The steps for all seats of a file, in an order that can be walked. Seats of what is not there are left out."""
    held: dict[Place, list[Seat]] = defaultdict(list)
    for seat in Seat.objects.select_related("team", "role", "person").order_by("since", "id"):
        held[Place(seat.team, seat.role, seat.person)].append(seat)
    named: dict[Place, list[tuple[str, SeatPart]]] = defaultdict(list)
    for index, team_part in enumerate(file.teams):
        for number, part in enumerate(team_part.seats):
            team, role, person = teams.get(team_part.key), roles.get(part.role), people.get(part.person)
            if team and role and person:
                named[Place(team, role, person)].append((f"/teams/{index}/seats/{number}", part))
    steps = [step for place, parts in named.items() for step in _steps(place, parts, held[place], now)]
    return sorted(steps, key=lambda step: step.order)


def _steps(
    place: Place, parts: Sequence[tuple[str, SeatPart]], held: Sequence[Seat], now: datetime
) -> Iterator[SeatStep]:
    today = now.astimezone(ZoneInfo(place.team.timezone)).date()
    free = list(held)
    meant: dict[str, Seat] = {}
    for is_meant in (_starts_as_said, _is_held):  # a seat of that very first day goes before one that is held now
        for pointer, part in parts:
            seat = None if pointer in meant else next((seat for seat in free if is_meant(seat, part, today)), None)
            if seat:
                meant[pointer] = seat
                free.remove(seat)
    for pointer, part in parts:
        seat = meant.get(pointer)
        wanted = said(part, kind=part.kind.value, until=part.until)
        if seat is None:
            wanted["since"] = part.since or today
        elif part.since:
            wanted["since"] = part.since
        yield SeatStep(pointer, place, seat, wanted)


def _starts_as_said(seat: Seat, part: SeatPart, today: date) -> bool:
    return seat.since == part.since


def _is_held(seat: Seat, part: SeatPart, today: date) -> bool:
    return seat.until is None or seat.until >= today
