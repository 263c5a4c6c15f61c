"""The sweep: whatever has come to a step of its ladder gives its people notice.

It looks at one indexed column, `next_step_at`, so that it costs what is due and not what exists. Two who sweep at the
same time hurt nobody: the rows are locked, and a notice's key is unique under them.
"""

import logging
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from reminders.audience import patient_audience_of
from reminders.covering import held_back
from reminders.kinds import Reasons, kind_of
from reminders.ladder import Position, position
from reminders.models import Notice, Occasion
from teams.absences import away_among
from teams.models import Person

logger = logging.getLogger(__name__)

OCCASIONS_AT_ONCE = 500
LOOK_AGAIN_AFTER = timedelta(minutes=5)
CHANNELS = (Notice.Channel.INBOX, Notice.Channel.EMAIL)


@dataclass(frozen=True)
class Swept:
    """What a sweep did."""

    occasions: int
    notices: int


def sweep(*, now: datetime) -> Swept:
    """Take every step that has come. Each batch is a transaction of its own."""
    occasions = notices = 0
    while batch := sweep_batch(now=now):
        occasions += batch.occasions
        notices += batch.notices
    return Swept(occasions, notices)


@transaction.atomic
def sweep_batch(*, now: datetime) -> Swept | None:
    """The steps of one batch of occasions, the longest waiting first; None where nothing waits."""
    occasions = list(
        Occasion.objects.filter(state=Occasion.State.OPEN, next_step_at__lte=now)
        .order_by("next_step_at", "id")
        .select_related("team")
        .select_for_update(
            of=("self",) if connection.features.has_select_for_update_of else (),
            skip_locked=connection.features.has_select_for_update_skip_locked,
        )[:OCCASIONS_AT_ONCE]
    )
    if not occasions:
        return None
    audience = patient_audience_of(occasions, now)
    people = Person.objects.filter(is_active=True).in_bulk({one for some in audience.values() for one in some})
    away = away_among(people, now)
    notices: list[Notice] = []
    overdue: list[Occasion] = []
    for occasion in occasions:
        try:
            stand = _stand_of(occasion, now)
            with transaction.atomic() if kind_of(occasion.kind).may_query else nullcontext():
                is_open, told = _told(occasion, audience.get(occasion.pk), people)
        except Exception:  # one bad occasion must not keep the others waiting
            logger.exception("The step of occasion %s failed; looked at again later", occasion.key)
            occasion.next_step_at = now + LOOK_AGAIN_AFTER
            continue
        occasion.next_step_at = stand.next_at
        if stand.step is not None:
            held = held_back(occasion, told, away)
            notices += [
                _notice(occasion, person, channel, stand.step, now, held_until=held.get(person.pk))
                for person in told
                for channel in CHANNELS
            ]
        if is_open and stand.is_overdue and occasion.went_overdue_at is None:
            occasion.went_overdue_at = now
            overdue.append(occasion)
    Notice.objects.bulk_create(notices, batch_size=500, ignore_conflicts=True)
    Occasion.objects.bulk_update(occasions, ["next_step_at", "went_overdue_at"], batch_size=500)
    for occasion in overdue:
        _go_overdue(occasion, now)
    return Swept(len(occasions), len(notices))


def _stand_of(occasion: Occasion, now: datetime) -> Position:
    return position(kind_of(occasion.kind), due_at=occasion.due_at, timezone=occasion.timezone, now=now)


def _told(occasion: Occasion, reasons: Reasons | None, people: Mapping[int, Person]) -> tuple[bool, list[Person]]:
    """Whether the occasion is still open to its kind, and who hears of it."""
    kind = kind_of(occasion.kind)
    if reasons is None:
        raise LookupError(f"nobody can say whom {occasion.key} concerns")
    if not kind.is_open(occasion):
        return False, []
    return True, [people[one] for one in reasons if one in people and kind.is_entitled(occasion, people[one])]


def _go_overdue(occasion: Occasion, now: datetime) -> None:
    """Let the kind do what follows; where that fails it is tried again later."""
    try:
        with transaction.atomic():
            kind_of(occasion.kind).on_overdue(occasion, now)
    except Exception:
        logger.exception("What follows when %s is overdue failed; tried again later", occasion.key)
        Occasion.objects.filter(pk=occasion.pk).update(went_overdue_at=None, next_step_at=now + LOOK_AGAIN_AFTER)


def _notice(
    occasion: Occasion,
    person: Person,
    channel: Notice.Channel,
    step: str,
    now: datetime,
    *,
    held_until: datetime | None,
) -> Notice:
    if occasion.sequence:
        step = f"{step}~{occasion.sequence}"  # it moved: the same step comes again
    is_inbox = channel == Notice.Channel.INBOX  # written is delivered: the copy that comes exactly once
    if held_until and not is_inbox:
        step = f"back-{held_until:%Y%m%d}"  # one letter when they are back, however many steps have passed
    return Notice(
        key=f"{occasion.pk}:{person.pk}:{channel.value}:{step}",
        occasion=occasion,
        recipient=person,
        channel=channel,
        step=step,
        urgency=kind_of(occasion.kind).urgency,
        state=Notice.State.SENT if is_inbox else Notice.State.DUE,
        sent_at=now if is_inbox else None,
        due_at=now if is_inbox else held_until or now,
        created_at=now,
    )
