"""Acts on seats: giving, changing, ending. At any date a team has at most one primary for a role."""

from datetime import date, datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ledger.errors import Invalid
from ledger.record import record_act
from teams.changing import apply_changes, as_word, check, locked
from teams.departures import tell_of_seat_change
from teams.founding import require_open
from teams.models import Person, Role, Seat, Team
from teams.rules import can_seat, require


class SeatFields(TypedDict, total=False):
    """What can be changed on a seat; for another person, role or team a new seat is given."""

    kind: str
    since: date
    until: date | None


@transaction.atomic
def give_seat(
    *,
    team: Team,
    role: Role,
    person: Person,
    since: date,
    by: Person | None,
    now: datetime,
    kind: str = Seat.Kind.MEMBER,
    until: date | None = None,
) -> Seat:
    """Give a person a role in a team. Raises Invalid, Forbidden, TeamIsClosed."""
    team = locked(team)
    _require_seater(by, team)
    require_open(team)
    seat = Seat(team=team, role=role, person=person, kind=kind, since=since, until=until)
    if not person.is_active:
        raise Invalid([("person", _("%(name)s has left.") % {"name": person})])
    _check(seat)
    seat.save()
    change = {
        field: [None, as_word(getattr(seat, field))] for field in ("team", "role", "person", "kind", "since", "until")
    }
    record_act(by=by, key="teams.seat.given", on=seat, now=now, change=change)
    tell_of_seat_change(people=[seat.person_id], teams=[seat.team_id], now=now)
    return seat


@transaction.atomic
def change_seat(seat: Seat, *, by: Person | None, now: datetime, **fields: Unpack[SeatFields]) -> Seat:
    """Change a seat's kind or its dates. Raises Invalid, Forbidden."""
    _require_seater(by, locked(seat.team))
    seat = locked(seat)
    change = apply_changes(seat, fields)
    _check(seat)
    if change:
        seat.save()
        record_act(by=by, key="teams.seat.changed", on=seat, now=now, change=change)
        tell_of_seat_change(people=[seat.person_id], teams=[seat.team_id], now=now)
    return seat


@transaction.atomic
def end_seat(seat: Seat, *, until: date, by: Person | None, now: datetime) -> Seat:
    """End a seat; `until` is its last day. Raises Invalid, Forbidden."""
    _require_seater(by, locked(seat.team))
    seat = locked(seat)
    change = apply_changes(seat, {"until": until})
    _check(seat)
    if change:
        seat.save(update_fields=["until"])
        record_act(by=by, key="teams.seat.ended", on=seat, now=now, change=change)
        tell_of_seat_change(people=[seat.person_id], teams=[seat.team_id], now=now)
    return seat


def _require_seater(by: Person | None, team: Team) -> None:
    allowed = by is None or can_seat(by, team)
    require(allowed, _("Only the lead of %(team)s or an admin may give and end its seats.") % {"team": team})


def _check(seat: Seat) -> None:
    """The caller holds the team's lock, so that two primaries cannot slip in side by side."""
    check(seat, taken={}, further=_contradictions)


def _contradictions(seat: Seat) -> list[tuple[str, str]]:
    if seat.until is not None and seat.until < seat.since:
        return [("until", _("A seat ends on or after the day it starts."))]
    found = []
    at_that_time: Any = _overlapping(seat).select_related("person")
    if own := at_that_time.filter(person=seat.person).first():
        found.append(("person", _("%(name)s holds this role here %(span)s.") % {"name": own.person, "span": span(own)}))
    if seat.kind == Seat.Kind.PRIMARY and (
        other := at_that_time.filter(kind=Seat.Kind.PRIMARY).exclude(person=seat.person).first()
    ):
        sentence = _("%(name)s is the primary %(span)s. End that seat, or make it a deputy, first.")
        found.append(("kind", sentence % {"name": other.person, "span": span(other)}))
    return found


def _overlapping(seat: Seat) -> QuerySet[Seat]:
    seats = Seat.objects.filter(team=seat.team, role=seat.role).exclude(pk=seat.pk)
    seats = seats.filter(Q(until__isnull=True) | Q(until__gte=seat.since))
    return seats if seat.until is None else seats.filter(since__lte=seat.until)


def span(seat: Seat) -> str:
    """When a seat is held, as the end of a sentence: "since 1 January 2026"."""
    since = date_format(seat.since, "j F Y")
    if seat.until is None:
        return _("since %(day)s") % {"day": since}
    return _("from %(since)s until %(until)s") % {"since": since, "until": date_format(seat.until, "j F Y")}
