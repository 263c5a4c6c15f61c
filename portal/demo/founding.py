"""The first chapter: people, teams, seats and models, as the organisation file says them."""

from datetime import date, datetime, time
from typing import Any

from django.contrib.auth.hashers import make_password

from portal.demo import PASSWORD
from portal.demo.acts import Act, Cast
from portal.demo.calendar import DemoCalendar
from teams.founding import found_team
from teams.models import Person
from teams.people import add_person
from teams.registering import register_model
from teams.seating import give_seat


def founding_acts(tree: dict[str, Any], calendar: DemoCalendar, cast: Cast, founded: datetime) -> list[Act]:
    """One act that founds everything, and one for each seat that somebody took later."""

    def found() -> None:
        _add_people(tree["people"], cast, founded)
        for team in tree["teams"]:
            cast.teams[team["key"]] = found_team(
                key=team["key"],
                name=team["name"],
                parent=cast.teams[team["parent"]] if "parent" in team else None,
                structure=team["structure"],
                lead=cast.person(team["lead"]),
                timezone=team["timezone"],
                holidays=team["holidays"],
                by=None,
                now=founded,
            )
        for model in tree["models"]:
            cast.models[model["key"]] = register_model(
                key=model["key"],
                name=model["name"],
                team=cast.teams[model["team"]],
                accountable=cast.person(model["accountable"]) if model["accountable"] else None,
                tier=model["tier"],
                registry=model["registry"],
                description=model["description"],
                by=None,
                now=founded,
            )

    seats = [
        _seat_act(team["key"], seat, calendar.week_day(seat["since"]), cast, founded)
        for team in tree["teams"]
        for seat in team.get("seats", [])
    ]
    return [Act(founded, found), *seats]


def _add_people(people: list[dict[str, Any]], cast: Cast, now: datetime) -> None:
    for person in people:
        cast.people[person["email"]] = add_person(
            email=person["email"],
            name=person["name"],
            timezone=person["timezone"],
            is_staff=person.get("admin", False),
            is_auditor=person.get("auditor", False),
            by=None,
            now=now,
        )
    # The same hash for all: hashing a password well takes long on purpose, and this one is no secret.
    Person.objects.filter(email__in=cast.people).update(password=make_password(PASSWORD), joined_at=now)


def _seat_act(team: str, seat: dict[str, Any], since: date, cast: Cast, founded: datetime) -> Act:
    given = max(founded, datetime.combine(since, time(8), founded.tzinfo))

    def give() -> None:
        give_seat(
            team=cast.teams[team],
            role=cast.roles[seat["role"]],
            person=cast.person(seat["person"]),
            kind=seat["kind"],
            since=since,
            by=None,
            now=given,
        )

    return Act(given, give)
