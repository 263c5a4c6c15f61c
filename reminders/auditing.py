"""The auditor: looks at the rows, never at the workers, and so sees what is late even if every worker is dead.

`/readyz` asks it, and every page of an admin. Whoever sweeps asks it once a minute as well: what is late goes to the
log; while nothing is, a sign of life goes to HEARTBEAT_URL, so that a watcher outside notices silence.
"""

import logging
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Thread
from time import monotonic

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from config.health import Health
from reminders.delivery import CLAIMABLE
from reminders.models import Notice, Occasion, Schedule, Snooze
from reminders.occasions import HORIZON, TOP_UP_AFTER

logger = logging.getLogger(__name__)

GRACE = timedelta(minutes=2)
MAKING_GRACE = timedelta(hours=1)
AUDIT_EVERY = 60  # seconds
REMEMBERED = 15  # seconds for which pages show the same
HEARTBEAT_TIMEOUT = 10  # seconds


@dataclass(frozen=True)
class Overdue:
    """What the engine should have done by now: steps not taken, notices not sent, schedules not looked at."""

    steps: int
    notices: int
    schedules: int

    def __bool__(self) -> bool:
        return bool(self.steps or self.notices or self.schedules)

    def __str__(self) -> str:
        return _("Overdue beyond their grace: %(steps)s steps, %(notices)s notices, %(schedules)s schedules.") % {
            "steps": self.steps,
            "notices": self.notices,
            "schedules": self.schedules,
        }


def overdue_beyond_grace(now: datetime) -> Overdue:
    """Count what is late by more than its grace, over all open rows."""
    late = now - GRACE
    return Overdue(
        steps=late_steps(late).count() + late_snoozes(late).count(),
        notices=late_notices(late).count(),
        schedules=late_schedules(now - MAKING_GRACE).count(),
    )


def late_steps(by: datetime) -> QuerySet[Occasion]:
    """Steps of a ladder that nobody has taken by a moment."""
    return Occasion.objects.filter(state=Occasion.State.OPEN, next_step_at__lte=by)


def late_snoozes(by: datetime) -> QuerySet[Snooze]:
    """Snoozes that were over by a moment, and nobody was told again."""
    return Snooze.objects.filter(until__lte=by)


def late_notices(by: datetime) -> QuerySet[Notice]:
    """Notices that nobody has sent by a moment, and those that a silent worker holds."""
    return Notice.objects.filter(
        Q(state__in=CLAIMABLE, due_at__lte=by, covered_by__isnull=True)
        | Q(state__in=[Notice.State.LEASED, Notice.State.ON_WIRE], leased_until__lte=by)
    )


def late_schedules(by: datetime) -> QuerySet[Schedule]:
    """Schedules whose next occasions should have been made by a moment."""
    behind = Q(made_until__lte=by + HORIZON - TOP_UP_AFTER) | Q(made_until__isnull=True)
    return Schedule.objects.filter(behind, is_active=True)


def check_reminders() -> Health:
    """The part of /readyz that says whether reminders go out."""
    overdue = overdue_beyond_grace(timezone.now())
    return Health(ok=not overdue, detail=str(overdue) if overdue else _("Nothing is overdue beyond its grace."))


def trouble() -> str:
    """What is late, in a sentence for admins; empty where nothing is. Looked up again every few seconds."""
    said: str | None = cache.get("reminders.trouble")
    if said is None:
        overdue = overdue_beyond_grace(timezone.now())
        said = str(overdue) if overdue else ""
        cache.set("reminders.trouble", said, REMEMBERED)
    return said


_audited_at = -float(AUDIT_EVERY)


def audit(*, now: datetime) -> None:
    """Log what is late, or give a sign of life; at most once a minute, whoever asks how often."""
    global _audited_at  # noqa: PLW0603  the memory of this process
    if monotonic() - _audited_at < AUDIT_EVERY or not cache.add("reminders.audited", now.isoformat(), AUDIT_EVERY):
        return
    _audited_at = monotonic()
    if overdue := overdue_beyond_grace(now):
        logger.error("%s", overdue)
    elif settings.HEARTBEAT_URL:
        Thread(target=_beat, args=[settings.HEARTBEAT_URL], daemon=True).start()


def _beat(address: str) -> None:
    try:
        with urllib.request.urlopen(address, timeout=HEARTBEAT_TIMEOUT):  # noqa: S310  http or https, see settings
            pass
    except (OSError, ValueError) as error:
        logger.warning("The heartbeat did not arrive: %s", error)
