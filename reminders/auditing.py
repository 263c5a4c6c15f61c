"""The auditor: looks at the rows, never at the workers, and so sees what is late even if every worker is dead."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from config.health import Health
from reminders.delivery import CLAIMABLE
from reminders.models import Notice, Occasion, Schedule
from reminders.occasions import HORIZON, TOP_UP_AFTER

GRACE = timedelta(minutes=2)
MAKING_GRACE = timedelta(hours=1)


@dataclass(frozen=True)
class Overdue:
    """What the engine should have done by now: steps not taken, notices not sent, schedules not looked at."""

    steps: int
    notices: int
    schedules: int

    def __bool__(self) -> bool:
        return bool(self.steps or self.notices or self.schedules)


def overdue_beyond_grace(now: datetime) -> Overdue:
    """Count what is late by more than its grace, over all open rows."""
    late = now - GRACE
    behind = Q(made_until__lte=now + HORIZON - TOP_UP_AFTER - MAKING_GRACE) | Q(made_until__isnull=True)
    return Overdue(
        steps=Occasion.objects.filter(state=Occasion.State.OPEN, next_step_at__lte=late).count(),
        notices=Notice.objects.filter(
            Q(state__in=CLAIMABLE, due_at__lte=late)
            | Q(state__in=[Notice.State.LEASED, Notice.State.ON_WIRE], leased_until__lte=late)
        ).count(),
        schedules=Schedule.objects.filter(behind, is_active=True).count(),
    )


def check_reminders() -> Health:
    """The part of /readyz that says whether reminders go out."""
    overdue = overdue_beyond_grace(timezone.now())
    if not overdue:
        return Health(ok=True, detail=_("Nothing is overdue beyond its grace."))
    return Health(
        ok=False,
        detail=_("Overdue beyond their grace: %(steps)s steps, %(notices)s notices, %(schedules)s schedules.")
        % {"steps": overdue.steps, "notices": overdue.notices, "schedules": overdue.schedules},
    )
