"""Reading people and what they own."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from teams.models import MLModel, Person, Role, Seat, Team

PRIMARIES_FIRST = Case(
    When(kind=Seat.Kind.PRIMARY, then=Value(0)),
    When(kind=Seat.Kind.DEPUTY, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


def held_on(day: date) -> Q:
    """Seats that are held on a day."""
    return Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gte=day))


def seats_held_on(day: date) -> QuerySet[Seat]:
    """Seats held on a day by people who are active, with person, role and team; primaries first."""
    return (
        Seat.objects.filter(held_on(day), person__is_active=True)
        .select_related("person", "role", "team")
        .order_by("role__position", "role__name", "team__name", PRIMARIES_FIRST, "since", "id")
    )


def seats_by_role(day: date) -> Mapping[int, Sequence[Seat]]:
    """Who holds each role on a day, in teams that are open."""
    found: dict[int, list[Seat]] = defaultdict(list)
    for seat in seats_held_on(day).filter(team__closed_at__isnull=True):
        found[seat.role_id].append(seat)
    return found


@dataclass(frozen=True)
class Covered:
    """A seat that somebody holds as primary, and who covers for them there."""

    seat: Seat
    deputies: Sequence[Person]


def who_covers(person: Person, day: date) -> Sequence[Covered]:
    """Each seat that somebody holds as primary, with its deputies: two queries."""
    own = list(seats_held_on(day).filter(person=person, kind=Seat.Kind.PRIMARY, team__closed_at__isnull=True))
    deputies: dict[tuple[int, int], list[Person]] = defaultdict(list)
    for seat in seats_held_on(day).filter(team__in={seat.team_id for seat in own}, kind=Seat.Kind.DEPUTY):
        deputies[seat.team_id, seat.role_id].append(seat.person)
    return [Covered(seat, deputies[seat.team_id, seat.role_id]) for seat in own]


def all_teams() -> QuerySet[Team]:
    return Team.objects.select_related("parent", "lead")


def all_people() -> QuerySet[Person]:
    return Person.objects.all()


def all_roles() -> QuerySet[Role]:
    return Role.objects.all()


def all_models() -> QuerySet[MLModel]:
    return MLModel.objects.select_related("team", "accountable")


def all_seats_of(team: Team) -> QuerySet[Seat]:
    """Every seat that the team ever gave, the newest first."""
    return team.seats.select_related("person", "role").order_by("-since", "-id")
