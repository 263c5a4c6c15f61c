"""The acts on schedules: what recurs is set, changed and stopped by the package that owns its source."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from ledger.errors import Invalid
from ledger.record import record_act
from reminders import hints
from reminders.kinds import kind_of
from reminders.models import Schedule
from reminders.occasions import cancel_ahead, keys_under, make_occasions_of, realign_occasions
from reminders.recurrence import BadCadence, read_cadence
from reminders.wording import single_line
from teams.models import Person, Team

RECURRENCE = ("cadence", "starts_on", "at", "timezone")


@transaction.atomic
def set_schedule(
    *,
    key: str,
    kind: str,
    team: Team | None,
    title: str,
    cadence: str,
    starts_on: date,
    at: time,
    timezone: str,
    by: Person | None,
    now: datetime,
    subject: Mapping[str, Any] | None = None,
    url: str = "",
) -> Schedule:
    """Make or change the schedule of a key, and the occasions that follow from it. Saying the same again does nothing.

    `subject` and `url` (left out: the team's page) are handed on to the occasions. Raises Invalid (a cadence or time
    zone that nobody understands), UnknownKind.
    """
    kind_of(kind)
    _check(cadence, timezone)
    wanted = {
        "kind": kind,
        "team_id": team.pk if team else None,
        "title": single_line(title, 300),
        "url": url or (team.get_absolute_url() if team else reverse("reminders:inbox")),
        "cadence": cadence,
        "starts_on": starts_on,
        "at": at,
        "timezone": timezone,
        "subject": dict(subject or {}),
        "is_active": True,
    }
    schedule, is_new = Schedule.objects.select_for_update().get_or_create(key=key, defaults=wanted)
    before = {name: getattr(schedule, name) for name in wanted}
    if not is_new and before == wanted:
        return schedule
    if not is_new:
        for name, value in wanted.items():
            setattr(schedule, name, value)
        schedule.made_until = None
        schedule.save()
    make_occasions_of([schedule], now=now)
    if not is_new:
        realign_occasions(schedule, by=by, now=now)
    change = {name: [None if is_new else str(before[name]), str(wanted[name])] for name in RECURRENCE}
    record_act(by=by, key="reminders.schedule.set", on=schedule, change=change, now=now)
    hints.wake_sweep_by(now, now=now)
    return schedule


@transaction.atomic
def stop_schedule(*, key: str, by: Person | None, now: datetime) -> bool:
    """It recurs no more, and what it had made for the future is cancelled. False where nothing was running."""
    schedules = Schedule.objects.select_for_update().filter(key=key, is_active=True)
    return _stop(list(schedules), by=by, now=now) > 0


@transaction.atomic
def stop_schedules_except(*, prefix: str, keep: Collection[str] = (), by: Person | None, now: datetime) -> int:
    """Stop all schedules whose key starts so, but those to keep: a charter was superseded. Returns how many."""
    schedules = Schedule.objects.select_for_update().filter(keys_under(prefix), is_active=True)
    return _stop(list(schedules.exclude(key__in=list(keep))), by=by, now=now)


def _stop(schedules: list[Schedule], *, by: Person | None, now: datetime) -> int:
    for schedule in schedules:
        schedule.is_active = False
        schedule.made_until = None
        schedule.save(update_fields=["is_active", "made_until"])
        cancel_ahead(schedule, by=by, now=now)
        change = {"is_active": [True, False]}
        record_act(by=by, key="reminders.schedule.stopped", on=schedule, change=change, now=now)
    return len(schedules)


def _check(cadence: str, timezone: str) -> None:
    errors = []
    try:
        read_cadence(cadence)
    except BadCadence as error:
        errors.append(("cadence", str(error)))
    if timezone not in available_timezones():
        errors.append(("timezone", _("%(name)s is no time zone of the IANA database.") % {"name": timezone[:64]}))
    if errors:
        raise Invalid(errors)
