"""The organisation at a glance: who holds which seat, who leads what, who is away.

A frozen snapshot without database access, so that everything which asks "who" (resolver, lint, matrix, preview,
backtest) can be a pure function of it. Loading takes the same number of queries however large the organisation is.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from zoneinfo import ZoneInfo

from teams.models import Absence, Person, Role, Seat, Team

KIND_ORDER = {Seat.Kind.PRIMARY: 0, Seat.Kind.DEPUTY: 1, Seat.Kind.MEMBER: 2}


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person as the resolver sees one. `absences` are (first day, last day) pairs in the person's time zone."""

    id: int
    name: str
    email: str
    timezone: str
    is_active: bool
    working_days: tuple[int, ...]
    work_starts: time
    work_ends: time
    absences: tuple[tuple[date, date], ...] = ()

    def is_away(self, at: datetime) -> bool:
        """Whether the person's local day at that moment lies in an absence."""
        if not self.absences:
            return False
        today = at.astimezone(ZoneInfo(self.timezone)).date()
        return any(first <= today <= last for first, last in self.absences)

    def away_until(self, at: datetime) -> date | None:
        """The last day of the absence that runs at that moment."""
        today = at.astimezone(ZoneInfo(self.timezone)).date()
        return max((last for first, last in self.absences if first <= today <= last), default=None)


@dataclass(frozen=True, slots=True)
class SeatFacts:
    team: str
    role: str
    person: int
    kind: str
    since: date
    until: date | None

    def is_held_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class TeamFacts:
    key: str
    name: str
    parent: str | None
    structure: str
    lead: int | None
    timezone: str
    holidays: str
    is_closed: bool


@dataclass(frozen=True)
class Organisation:
    """People by id, teams by key, names and disciplines of roles by key, seats."""

    people: Mapping[int, PersonFacts]
    teams: Mapping[str, TeamFacts]
    roles: Mapping[str, str]
    disciplines: Mapping[str, str]
    seats: Sequence[SeatFacts]

    @cached_property
    def _seats_by_place(self) -> Mapping[tuple[str, str], list[SeatFacts]]:
        places: dict[tuple[str, str], list[SeatFacts]] = defaultdict(list)
        for seat in sorted(self.seats, key=lambda seat: (KIND_ORDER[Seat.Kind(seat.kind)], seat.since)):
            places[seat.team, seat.role].append(seat)
        return places

    def seats_of(self, team: str, role: str) -> Sequence[SeatFacts]:
        """All seats ever given for a role in a team: primary first, then deputies, then members."""
        return self._seats_by_place.get((team, role), [])

    def seats_in(self, team: str) -> Sequence[SeatFacts]:
        return [seat for (key, _), seats in self._seats_by_place.items() if key == team for seat in seats]


def load_organisation() -> Organisation:
    """The organisation as it stands now: five queries."""
    absences: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for person_id, first_on, last_on in Absence.objects.values_list("person_id", "first_on", "last_on"):
        absences[person_id].append((first_on, last_on))
    people = {
        row["id"]: PersonFacts(
            id=row["id"],
            name=row["name"] or row["email"],
            email=row["email"],
            timezone=row["timezone"],
            is_active=row["is_active"],
            working_days=tuple(row["working_days"]),
            work_starts=row["work_starts"],
            work_ends=row["work_ends"],
            absences=tuple(absences[row["id"]]),
        )
        for row in Person.objects.order_by("id").values(
            "id", "name", "email", "timezone", "is_active", "working_days", "work_starts", "work_ends"
        )
    }
    teams = {
        row["key"]: TeamFacts(
            key=row["key"],
            name=row["name"],
            parent=row["parent__key"],
            structure=row["structure"],
            lead=row["lead_id"],
            timezone=row["timezone"],
            holidays=row["holidays"],
            is_closed=row["closed_at"] is not None,
        )
        for row in Team.objects.order_by("key").values(
            "key", "name", "parent__key", "structure", "lead_id", "timezone", "holidays", "closed_at"
        )
    }
    catalogue = list(Role.objects.order_by("position", "key").values_list("key", "name", "discipline"))
    seats = [
        SeatFacts(*row)
        for row in Seat.objects.order_by("id").values_list(
            "team__key", "role__key", "person_id", "kind", "since", "until"
        )
    ]
    return Organisation(
        people=people,
        teams=teams,
        roles={key: name for key, name, _discipline in catalogue},
        disciplines={key: discipline for key, _name, discipline in catalogue},
        seats=seats,
    )
