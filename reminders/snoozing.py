"""Not now: a person wants to hear of an occasion again later. It moves their own next step and nobody else's."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from ledger.errors import Forbidden, Invalid
from ledger.record import record_act
from reminders import delivery
from reminders.audience import is_concerned
from reminders.localtime import moment_of, zone_or_utc
from reminders.models import Notice, Occasion, Snooze
from reminders.occasions import OccasionClosed
from reminders.wording import short_moment
from teams.models import Person

LONGEST = timedelta(days=60)


@transaction.atomic
def snooze(*, occasion_id: int, by: Person, until: datetime, now: datetime) -> Snooze:
    """They hear of it again at a moment, and of no step before it. Raises Forbidden, Invalid, OccasionClosed."""
    occasion = Occasion.objects.select_for_update(of=("self",)).select_related("team").get(pk=occasion_id)
    if occasion.state != Occasion.State.OPEN:
        raise OccasionClosed(occasion)
    if not is_concerned(occasion, by, now):
        raise Forbidden(_("This waits for others, not for you."))
    if not now < until <= now + LONGEST:
        raise Invalid([("until", _("Choose a moment within the next 60 days."))])
    row, _is_new = Snooze.objects.get_or_create(occasion=occasion, person=by)
    before = row.until
    row.until, row.times = until, row.times + 1
    row.save(update_fields=["until", "times"])
    waiting = Notice.objects.filter(occasion=occasion, recipient=by, state__in=delivery.CLAIMABLE)
    delivery.withdraw(waiting, delivery.SNOOZED)
    change = {"until": [before.isoformat() if before else None, until.isoformat()]}
    record_act(by=by, key="reminders.occasion.snoozed", on=occasion, change=change, now=now)
    return row


def snoozes_among(occasions: Collection[Occasion]) -> dict[tuple[int, int], Snooze]:
    """(occasion, person) → what the person said; only where it is not over and told. One query."""
    rows = Snooze.objects.filter(occasion__in=[occasion.pk for occasion in occasions], until__isnull=False)
    return {(row.occasion_id, row.person_id): row for row in rows}


def is_asleep(snooze: Snooze | None, now: datetime) -> bool:
    """Whether the person does not want to hear of it yet."""
    return snooze is not None and snooze.until is not None and snooze.until > now


def due_snoozes(now: datetime, *, limit: int) -> list[Snooze]:
    """Snoozes that are over, locked; the longest waiting first."""
    return list(
        Snooze.objects.filter(until__lte=now)
        .order_by("until", "id")
        .select_related("occasion__team")
        .select_for_update(
            of=("self",) if connection.features.has_select_for_update_of else (),
            skip_locked=connection.features.has_select_for_update_skip_locked,
        )[:limit]
    )


@dataclass(frozen=True)
class Choice:
    """A moment to choose from."""

    key: str
    label: str
    at: datetime


def choices_of(person: Person, now: datetime) -> list[Choice]:
    """When somebody may want to hear of a thing again: mornings of their own working days."""
    zone = zone_or_utc(person.timezone)
    today = now.astimezone(zone).date()
    choices: dict[date, Choice] = {}
    for key, days, label in (("soon", 1, ""), ("days", 3, _("In some days")), ("week", 7, _("Next week"))):
        day = _working_day_from(today + timedelta(days=days), person.working_days)
        at = moment_of(day, person.work_starts, zone.key)
        moment = short_moment(at, timezone=person.timezone, now=now)
        choices.setdefault(day, Choice(key, f"{label}, {moment}" if label else moment, at))
    return list(choices.values())


def _working_day_from(day: date, working_days: Collection[int]) -> date:
    while working_days and day.isoweekday() not in working_days:
        day += timedelta(days=1)
    return day
