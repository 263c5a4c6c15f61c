"""Whom an occasion concerns: one rule for notices, for the check before each send, and for what a person sees."""

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from reminders.covering import with_deputies
from reminders.kinds import OccasionKind, Reasons, kind_of
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


@dataclass(frozen=True)
class Concern:
    """What an occasion is to people at a moment: whether its kind holds it open, and who is to hear of it and why."""

    is_open: bool
    people: Mapping[int, Person]
    reasons: Reasons


def concerns_of(occasions: Collection[Occasion], now: datetime) -> dict[int, Concern]:
    """What each is to whom: only active people whom its kind holds entitled; a constant number of queries a kind.

    Where a kind fails for an occasion, that occasion is left out.
    """
    audience = patient_audience_of(occasions, now)
    active = Person.objects.filter(is_active=True).in_bulk({one for some in audience.values() for one in some})
    by_kind: dict[str, list[Occasion]] = defaultdict(list)
    for occasion in occasions:
        if occasion.pk in audience:
            by_kind[occasion.kind].append(occasion)
    concerns: dict[int, Concern] = {}
    for key, some in by_kind.items():
        concerns |= _patient_concerns(kind_of(key), some, audience, active)
    return concerns


def _patient_concerns(
    kind: OccasionKind, occasions: Sequence[Occasion], audience: Mapping[int, Reasons], active: Mapping[int, Person]
) -> dict[int, Concern]:
    try:
        with transaction.atomic() if kind.may_query else nullcontext():
            return _concerns(kind, occasions, audience, active)
    except Exception:
        if len(occasions) == 1:
            logger.exception("What %s is to whom cannot be said", occasions[0].key)
            return {}
    found = [_patient_concerns(kind, [occasion], audience, active) for occasion in occasions]
    return {pk: concern for some in found for pk, concern in some.items()}


def _concerns(
    kind: OccasionKind, occasions: Sequence[Occasion], audience: Mapping[int, Reasons], active: Mapping[int, Person]
) -> dict[int, Concern]:
    opened = kind.open_among(occasions)
    pairs = [
        (occasion, active[one])
        for occasion in occasions
        if occasion.pk in opened
        for one in audience[occasion.pk]
        if one in active
    ]
    entitled = kind.entitled_among(pairs)
    people: dict[int, dict[int, Person]] = defaultdict(dict)
    for occasion, person in pairs:
        if (occasion.pk, person.pk) in entitled:
            people[occasion.pk][person.pk] = person
    return {
        occasion.pk: Concern(occasion.pk in opened, people[occasion.pk], audience[occasion.pk])
        for occasion in occasions
    }


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
    concern = concerns_of([occasion], now).get(occasion.pk)
    return concern is not None and person.pk in concern.people


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
