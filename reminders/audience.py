"""Whom an occasion concerns: one rule for notices, for the check before each send, and for what a person sees."""

import logging
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from reminders.covering import with_deputies
from reminders.kinds import Reasons, kind_of
from reminders.models import Occasion, OccasionPerson
from teams.models import Person, Seat

logger = logging.getLogger(__name__)


def audience_of(occasions: Collection[Occasion], now: datetime) -> dict[int, Reasons]:
    """Per occasion the people concerned now and why; a constant number of queries for each kind.

    Where its kind says so, deputies of those who are away are among them.
    Who is inactive is left to the caller.
    """
    by_kind: dict[str, list[Occasion]] = defaultdict(list)
    for occasion in occasions:
        by_kind[occasion.kind].append(occasion)
    audience: dict[int, Reasons] = {}
    for key, some in by_kind.items():
        ask = kind_of(key).people or stored_people
        answer = ask(some, now)
        audience |= {occasion.pk: answer.get(occasion.pk, {}) for occasion in some}
    return with_deputies(audience, occasions, now)


def patient_audience_of(occasions: Collection[Occasion], now: datetime) -> dict[int, Reasons]:
    """The same where a kind may fail: then each occasion is asked about alone, and the bad ones are left out."""
    try:
        with transaction.atomic():
            return audience_of(occasions, now)
    except Exception:
        logger.exception("Whom %s occasions concern cannot be said at once; asking one by one", len(occasions))
    audience: dict[int, Reasons] = {}
    for occasion in occasions:
        try:
            with transaction.atomic():
                audience |= audience_of([occasion], now)
        except Exception:
            logger.exception("Nobody can say whom occasion %s concerns", occasion.key)
    return audience


def stored_people(occasions: Sequence[Occasion], now: datetime) -> dict[int, Reasons]:
    """The people an occasion names and, where it is for the whole team, everyone with a seat there today."""
    people: dict[int, dict[int, str]] = {occasion.pk: {} for occasion in occasions}
    seated = _seats_by_team({occasion.team_id for occasion in occasions if occasion.for_team}, now)
    for occasion in occasions:
        if occasion.for_team:
            people[occasion.pk] |= seated.get(occasion.team_id, {})
    rows = OccasionPerson.objects.filter(occasion__in=people).order_by("id")
    for occasion_id, person_id, why in rows.values_list("occasion_id", "person_id", "why"):
        people[occasion_id][person_id] = why
    return dict(people)


def is_concerned(occasion: Occasion, person: Person, now: datetime) -> bool:
    """Whether it waits for this person at this moment."""
    if not person.is_active or person.pk not in audience_of([occasion], now)[occasion.pk]:
        return False
    return kind_of(occasion.kind).is_entitled(occasion, person)


def concerning(person: Person, now: datetime) -> QuerySet[Occasion]:
    """All occasions that name the person or are for the whole of a team in which they hold a seat."""
    seats = _seats_on(now.date()).filter(person=person)
    named = OccasionPerson.objects.filter(occasion=OuterRef("pk"), person=person)
    return Occasion.objects.filter(Q(for_team=True, team__in=seats.values("team")) | Exists(named))


def _seats_by_team(teams: set[int | None], now: datetime) -> dict[int | None, dict[int, str]]:
    if not teams:
        return {}
    seated: dict[int | None, dict[int, str]] = defaultdict(dict)
    seats = _seats_on(now.date()).filter(team__in=teams)
    for team_id, team, person_id in seats.values_list("team_id", "team__name", "person_id"):
        seated[team_id].setdefault(person_id, _("You hold a seat in %(team)s.") % {"team": team})
    return seated


def _seats_on(day: date) -> QuerySet[Seat]:
    return Seat.objects.filter(Q(until__isnull=True) | Q(until__gte=day), since__lte=day)
