"""Who is meant, which right matches, which path is climbed: the one resolver (DESIGN.md §3).

Pure functions of a document, the organisation's snapshot and a moment. Preview, submission, lint, the escalation
matrix, reminders and backtest all ask here, so that they cannot disagree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from charter.document import (
    ApproverPlace,
    DecisionRight,
    Document,
    EscalationPath,
    Target,
    split_role,
)
from charter.durations import parse_duration
from charter.matching import Slot, are_filled
from charter.words import Channel, Hours
from teams.calendar import WorkingCalendar
from teams.models import Seat
from teams.organisation import Organisation, PersonFacts, SeatFacts

HIGHEST_TIER = 1


@dataclass(frozen=True, slots=True)
class Meant:
    """A person and why, or nobody and why not. `instead_of` is who would be asked if they were not away."""

    person: PersonFacts | None
    why: str
    instead_of: PersonFacts | None = None


# -- roles ----------------------------------------------------------------------------------------------------------


def current_seats(organisation: Organisation, team: str, ref: str, at: datetime) -> Sequence[SeatFacts]:
    """Seats of a role that are held at that moment by active people: primary, deputies, members."""
    of_team, role = split_role(ref, team)
    facts = organisation.teams.get(of_team)
    if facts is None or facts.is_closed:
        return []
    day = at.astimezone(ZoneInfo(facts.timezone)).date()
    return [
        seat
        for seat in organisation.seats_of(of_team, role)
        if seat.is_held_on(day) and organisation.people[seat.person].is_active
    ]


def who_is_meant(organisation: Organisation, team: str, ref: str, at: datetime) -> Meant:
    """The one person whom a role means: the primary, else the first deputy, else the first member, who is not away."""
    seats = current_seats(organisation, team, ref, at)
    if not seats:
        return Meant(None, _why_nobody(organisation, team, ref))
    first = organisation.people[seats[0].person]
    for seat in seats:
        person = organisation.people[seat.person]
        if person.is_away(at):
            continue
        if person is first:
            return Meant(person, _holds(organisation, seat))
        return Meant(person, _covers(organisation, seat, first, at), instead_of=first)
    return Meant(None, _("%(name)s is away and nobody covers") % {"name": first.name}, instead_of=first)


def who_is_accountable(organisation: Organisation, document: Document, stage: str, at: datetime) -> Meant:
    """The person who answers for a stage: the primary seat of its accountable role, away or not."""
    roles = document.roles_with(stage, "A")
    if not roles:
        return Meant(None, _("nobody is accountable"))
    seat = first_seat(current_seats(organisation, document.team, roles[0], at))
    if seat is None:
        return Meant(None, _why_nobody(organisation, document.team, roles[0]))
    return Meant(organisation.people[seat.person], _holds(organisation, seat))


def first_seat(seats: Sequence[SeatFacts]) -> SeatFacts | None:
    """The seat that answers for a role: the primary, else the first deputy, else the first member."""
    return seats[0] if seats else None


def who_may_approve(organisation: Organisation, team: str, ref: str, at: datetime) -> Sequence[Meant]:
    """Everybody who may fill an approver place: primary and members who are there; deputies while no primary is."""
    present: list[Meant] = []
    seats = current_seats(organisation, team, ref, at)
    primary = next((seat for seat in seats if seat.kind == Seat.Kind.PRIMARY), None)
    primary_person = organisation.people[primary.person] if primary else None
    is_covered_for = primary_person is None or primary_person.is_away(at)
    for seat in seats:
        person = organisation.people[seat.person]
        if person.is_away(at):
            continue
        if seat.kind == Seat.Kind.DEPUTY:
            if not is_covered_for:
                continue
            if primary_person:
                why = _covers(organisation, seat, primary_person, at)
                present.append(Meant(person, why, instead_of=primary_person))
                continue
        present.append(Meant(person, _holds(organisation, seat)))
    return present


def lead_of(organisation: Organisation, team: str) -> Meant:
    """The lead of a team, if that person is active."""
    facts = organisation.teams.get(team)
    if facts is None:
        return Meant(None, _("there is no team %(team)s") % {"team": team})
    person = organisation.people.get(facts.lead) if facts.lead else None
    if person is None or not person.is_active:
        return Meant(None, _("%(team)s has no lead") % {"team": facts.name})
    return Meant(person, _("lead of %(team)s") % {"team": facts.name})


def role_name(organisation: Organisation, ref: str, team: str) -> str:
    """A role in words: "data scientist", or "compliance lead of Governance" for a role of another team."""
    of_team, role = split_role(ref, team)
    name = organisation.roles.get(role, role)
    if of_team == team:
        return name
    facts = organisation.teams.get(of_team)
    return _("%(role)s of %(team)s") % {"role": name, "team": facts.name if facts else of_team}


def _holds(organisation: Organisation, seat: SeatFacts) -> str:
    return _("%(role)s of %(team)s since %(since)s") % {
        "role": organisation.roles.get(seat.role, seat.role),
        "team": organisation.teams[seat.team].name,
        "since": date_format(seat.since, "j F Y"),
    }


def _covers(organisation: Organisation, seat: SeatFacts, absent: PersonFacts, at: datetime) -> str:
    until = absent.away_until(at)
    values = {
        "role": organisation.roles.get(seat.role, seat.role),
        "team": organisation.teams[seat.team].name,
        "name": absent.name,
        "until": date_format(until, "j F Y") if until else "",
    }
    if until:
        return _("covers for %(name)s, %(role)s of %(team)s, away until %(until)s") % values
    return _("covers as %(role)s of %(team)s") % values


def _why_nobody(organisation: Organisation, team: str, ref: str) -> str:
    of_team, role = split_role(ref, team)
    facts = organisation.teams.get(of_team)
    if facts is None:
        return _("there is no team %(team)s") % {"team": of_team}
    if facts.is_closed:
        return _("%(team)s is closed") % {"team": facts.name}
    name = organisation.roles.get(role, role)
    if organisation.seats_of(of_team, role):
        return _("everybody who was %(role)s of %(team)s has left") % {"role": name, "team": facts.name}
    return _("nobody holds the role %(role)s in %(team)s") % {"role": name, "team": facts.name}


# -- decisions ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RoutedPlace:
    """An approver place and the people who may fill it."""

    role: str
    count: int
    people: Sequence[Meant]

    @property
    def slot(self) -> Slot:
        return Slot(self.count, frozenset(meant.person.id for meant in self.people if meant.person))


@dataclass(frozen=True, slots=True)
class Route:
    """Where a change goes: the right that matches, who may decide, who is told, by when, and what stands in the way."""

    right: DecisionRight
    driver: Meant | None
    places: Sequence[RoutedPlace]
    informed: Sequence[Meant]
    decide_by: datetime | None
    blocked_by: Sequence[str] = field(default_factory=tuple)


def match_right(document: Document, kind: str, tier: int) -> DecisionRight | None:
    """The decision right for a change: the first that covers its kind and the model's tier."""
    return next((right for right in document.decisions if right.covers(kind, tier)), None)


def route_change(
    organisation: Organisation,
    document: Document,
    *,
    kind: str,
    tier: int,
    at: datetime,
    barred: frozenset[int] = frozenset(),
    ratified: Document | None = None,
) -> Route | None:
    """Where a change of this kind on a model of this tier goes; None where no right covers it.

    `barred` are people who wrote, edited or attached evidence; with the driver they fill no place,
    nor do deputies in their stead. `ratified` is the
    last ratified version while an interim runs: on tier 1 its approvers keep their say (DESIGN.md §4).
    """
    right = match_right(document, kind, tier)
    if right is None:
        return None
    if ratified is not None and tier == HIGHEST_TIER and (kept := match_right(ratified, kind, tier)):
        right = with_say_of(right, kept)
    return route_right(organisation, document, right, at=at, barred=barred)


def with_say_of(right: DecisionRight, kept: DecisionRight) -> DecisionRight:
    """A right whose places also hold those of another: of each role as many as the stricter of the two asks for."""
    counts = {place.role: place.count for place in right.places}
    for place in kept.places:
        counts[place.role] = max(place.count, counts.get(place.role, 0))
    places = tuple(ApproverPlace(role=role, count=count) for role, count in counts.items())
    return right.model_copy(update={"approvers": places}) if places else right


def route_right(
    organisation: Organisation,
    document: Document,
    right: DecisionRight,
    *,
    at: datetime,
    barred: frozenset[int] = frozenset(),
) -> Route:
    """Where a right sends the changes that it covers."""
    team = document.team
    driver = who_is_meant(organisation, team, right.driver, at) if right.driver else None
    out = barred | ({driver.person.id} if driver and driver.person else set())
    places = [
        RoutedPlace(
            place.role,
            place.count,
            [
                meant
                for meant in who_may_approve(organisation, team, place.role, at)
                if meant.person and meant.person.id not in out and not (meant.instead_of and meant.instead_of.id in out)
            ],
        )
        for place in right.places
    ]
    informed = [meant for ref in right.informed for meant in who_may_approve(organisation, team, ref, at)]
    decide_by = None
    if right.decide_within:
        decide_by = parse_duration(right.decide_within).after(at, calendar_of(organisation, team))
    return Route(right, driver, places, informed, decide_by, tuple(_obstacles(organisation, document, right, places)))


def _obstacles(
    organisation: Organisation, document: Document, right: DecisionRight, places: Sequence[RoutedPlace]
) -> Sequence[str]:
    """Why the places of a right could not be filled, a sentence each."""
    if right.is_automatic:
        return []
    if not places:
        return [_("the decision right %(key)s names no approver") % {"key": right.key}]
    lacking = [
        _("only %(there)d of %(count)d people can approve as %(role)s")
        % {
            "there": len(place.slot.people),
            "count": place.count,
            "role": role_name(organisation, place.role, document.team),
        }
        for place in places
        if len(place.slot.people) < place.count
    ]
    if lacking:
        return lacking
    everybody = sorted({person for place in places for person in place.slot.people})
    if not are_filled([place.slot for place in places], everybody):
        return [_("there are not enough distinct people for all approver places")]
    return []


def calendar_of(organisation: Organisation, team: str) -> WorkingCalendar:
    """The working days and hours of a team, with its holidays."""
    facts = organisation.teams[team]
    return WorkingCalendar(facts.timezone, holidays=facts.holidays)


# -- escalation -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a path: `level` and `call` count from 1; `minutes` to acknowledge, None where a path takes over."""

    level: int
    call: int
    target: Target
    meant: Meant
    minutes: int | None
    channels: Sequence[Channel]
    starts_after: int


def match_path(document: Document, trigger: str | None, severity: str) -> EscalationPath | None:
    """The path for a trigger and a severity: the first that covers both."""
    return next((path for path in document.escalation if path.covers(trigger, severity)), None)


def opens_at(organisation: Organisation, team: str, path: EscalationPath, at: datetime) -> datetime:
    """When the first call goes out: at once, or at the next opening of a path that keeps business hours."""
    if path.hours == Hours.ALWAYS:
        return at
    return calendar_of(organisation, team).next_opening(at)


def calls_of(
    organisation: Organisation, documents: Mapping[str, Document], team: str, path: EscalationPath, at: datetime
) -> Sequence[Call]:
    """Every call of a path in order, with who is reached if it starts at that moment.

    `documents` are the charters in force by team, for levels that hand over to another team's path.
    """
    start = opens_at(organisation, team, path, at)
    calls: list[Call] = []
    elapsed = 0
    for number, level in enumerate(path.levels, start=1):
        meant = who_is_called(organisation, documents, team, level.to, start)
        minutes = parse_duration(level.acknowledge_within).minutes if level.acknowledge_within else None
        channels = (Channel.INBOX, *(channel for channel in level.channels if channel != Channel.INBOX))
        for call in range(1, level.repeat + 2):
            calls.append(Call(number, call, level.to, meant, minutes, channels, elapsed))
            elapsed += minutes or 0
    return calls


def who_is_called(
    organisation: Organisation,
    documents: Mapping[str, Document],
    team: str,
    target: Target,
    at: datetime,
    *,
    visited: frozenset[tuple[str, str]] = frozenset(),
) -> Meant:
    """Whom a level's target means. A path means the first person that it reaches; circles reach nobody."""
    if target.role:
        return who_is_meant(organisation, team, target.role, at)
    if target.lead:
        return lead_of(organisation, target.lead)
    if target.path:
        return _first_reached(organisation, documents, target.path, at, visited)
    return Meant(None, _("there is no rotation %(key)s") % {"key": target.value})


def _first_reached(
    organisation: Organisation,
    documents: Mapping[str, Document],
    ref: str,
    at: datetime,
    visited: frozenset[tuple[str, str]],
) -> Meant:
    team, _slash, key = ref.partition("/")
    document = documents.get(team)
    path = document.path(key) if document else None
    if path is None:
        return Meant(None, _("no charter in force draws the path %(path)s") % {"path": ref})
    if (team, key) in visited:
        return Meant(None, _("the paths lead into each other in a circle"))
    start = opens_at(organisation, team, path, at)
    for level in path.levels:
        meant = who_is_called(organisation, documents, team, level.to, start, visited=visited | {(team, key)})
        if meant.person:
            return Meant(meant.person, _("through %(path)s: %(why)s") % {"path": ref, "why": meant.why})
    return Meant(None, _("%(path)s reaches nobody") % {"path": ref})
