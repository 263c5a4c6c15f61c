"""Who deputises for somebody who is away, as the resolver says: for notices about what is due."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from charter.resolver import Meant, who_is_meant
from reminders.covering import Absent
from teams.models import Seat
from teams.organisation import Organisation, load_organisation


def deputies_for(absent: Sequence[Absent], now: datetime) -> Sequence[tuple[int, int, str]]:
    """(occasion, deputy, why) for each absent person whom somebody covers in the team of the occasion."""
    organisation = load_organisation()
    return [
        (occasion.pk, cover.meant.person.id, _why(cover.meant, now))
        for occasion, person in absent
        if occasion.team
        for cover in covers_of(organisation, person, now, team=occasion.team.key)
        if cover.meant.person
    ]


@dataclass(frozen=True)
class Cover:
    """Who is meant instead of somebody in a role of a team."""

    role: str
    team: str
    meant: Meant


def covers_of(organisation: Organisation, person: int, now: datetime, *, team: str = "") -> Iterator[Cover]:
    """Who covers for somebody in each role that they hold as primary; in one team, or in all of them."""
    seats = organisation.seats_in(team) if team else organisation.seats
    for seat in seats:
        if seat.person == person and seat.kind == Seat.Kind.PRIMARY and seat.is_held_on(now.date()):
            meant = who_is_meant(organisation, seat.team, seat.role, now)
            if meant.person and meant.instead_of and meant.instead_of.id == person:
                yield Cover(organisation.roles[seat.role], organisation.teams[seat.team].name, meant)


def _why(meant: Meant, now: datetime) -> str:
    absent = meant.instead_of
    until = absent.away_until(now) if absent else None
    return _("You cover for %(name)s, who is away until %(until)s.") % {
        "name": absent.name if absent else "",
        "until": date_format(until, "j F") if until else "",
    }
