"""Loading the demonstration: every act of the story at its moment, in one transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ledger.errors import IllegalState
from portal.demo.acts import Act, Cast
from portal.demo.calendar import DemoCalendar
from portal.demo.chartering import charter_acts
from portal.demo.files import read_tree
from portal.demo.founding import founding_acts
from portal.demo.promising import action_item_acts
from portal.demo.reviewing import review_acts
from reminders.models import Occasion
from reminders.occasions import let_pass, make_due_occasions
from teams.absences import enter_absence
from teams.models import Person, Seat
from teams.people import deactivate_person
from teams.seating import end_seat

Progress = Callable[[int, int], None]


class NotEmpty(IllegalState):
    """Somebody is here already: the demonstration never mixes with an organisation that is real."""

    def __init__(self) -> None:
        super().__init__(
            _("Somebody is here already: the demonstration is loaded into an empty installation only."), state="in-use"
        )


def is_empty() -> bool:
    """Whether nobody is here yet."""
    return not Person.objects.exists()


@transaction.atomic
def load_demonstration(*, now: datetime, tell: Progress) -> int:
    """Load all of it, or nothing; returns how many acts it took. `tell` hears how far it is. Raises NotEmpty."""
    if not is_empty():
        raise NotEmpty
    acts = sorted(_story(DemoCalendar(now), Cast()), key=lambda act: act.at)
    for number, act in enumerate(acts, start=1):
        _let_meetings_pass(act.at)
        act.do()
        tell(number, len(acts))
    _let_meetings_pass(now)
    make_due_occasions(now=now)
    return len(acts)


def _story(calendar: DemoCalendar, cast: Cast) -> list[Act]:
    story = read_tree("story.yaml")
    founded = calendar.moment(story["founded"])
    return [
        *founding_acts(read_tree("organisation.yaml"), calendar, cast, founded),
        *(_absence(told, calendar, cast) for told in story["absences"]),
        *(_ended_seat(told, calendar, cast) for told in story["ended_seats"]),
        *(_departure(told, calendar, cast) for told in story["left"]),
        *(act for told in story["action_items"] for act in action_item_acts(told, calendar, cast)),
        *(act for told in story["charters"] for act in charter_acts(told, calendar, cast)),
        *(act for told in story["reviews"] for act in review_acts(told, calendar, cast)),
    ]


def _absence(told: dict[str, Any], calendar: DemoCalendar, cast: Cast) -> Act:
    at = calendar.moment(told["at"])

    def enter() -> None:
        person = cast.person(told["person"])
        days = {name: calendar.day(told[name]) for name in ("first_on", "last_on")}
        enter_absence(person=person, note=told["note"], by=person, now=at, **days)

    return Act(at, enter)


def _ended_seat(told: dict[str, Any], calendar: DemoCalendar, cast: Cast) -> Act:
    at = calendar.moment(told["at"])

    def end() -> None:
        team = cast.teams[told["team"]]
        seat = Seat.objects.get(team=team, role=cast.roles[told["role"]], person=cast.person(told["person"]))
        end_seat(seat, until=calendar.day(told["until"]), by=None, now=at)

    return Act(at, end)


def _departure(told: dict[str, Any], calendar: DemoCalendar, cast: Cast) -> Act:
    at = calendar.moment(told["at"])
    return Act(at, lambda: _deactivate(cast.person(told["person"]), at))


def _deactivate(person: Person, now: datetime) -> None:
    deactivate_person(person, by=None, now=now)


def _let_meetings_pass(now: datetime) -> None:
    """Meetings of the story that were held by then, so that nobody is reminded of them."""
    for occasion in Occasion.objects.filter(state=Occasion.State.OPEN, schedule__isnull=False, due_at__lt=now):
        let_pass(occasion, occasion.due_at)
