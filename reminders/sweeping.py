"""The sweep: whatever has come to a step of its ladder gives its people notice.

It looks at one indexed column, `next_step_at`, so that it costs what is due and not what exists. Two who sweep at the
same time hurt nobody: the rows are locked, and a notice's key is unique under them.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from django.db import connection, transaction

from reminders.audience import Concern, concerns_of
from reminders.covering import held_back
from reminders.habits import Habits, Plan, load_habits
from reminders.kinds import kind_of
from reminders.ladder import position
from reminders.ladders import ladders_for
from reminders.models import Notice, Occasion, Snooze
from reminders.snoozing import due_snoozes, is_asleep, snoozes_among
from reminders.telling import notices_for_endpoints
from teams.absences import Away, away_among
from teams.models import Person

logger = logging.getLogger(__name__)

OCCASIONS_AT_ONCE = 500
LOOK_AGAIN_AFTER = timedelta(minutes=5)


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
    while batch := tell_again_batch(now=now):
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
    concerns = concerns_of(occasions, now)
    ladders = ladders_for(occasions)
    snoozes = snoozes_among(occasions)
    awake: list[int] = []
    post = _Post.for_people(concerns.values(), now)
    notices: list[Notice] = []
    steps: list[tuple[Occasion, str]] = []
    overdue: list[Occasion] = []
    for occasion in occasions:
        try:
            kind = ladders.kind_for(occasion.kind, occasion.team_id)
            stand = position(kind, due_at=occasion.due_at, timezone=occasion.timezone, now=now)
            concern = concerns[occasion.pk]
        except Exception:  # one bad occasion must not keep the others waiting
            logger.exception("The step of occasion %s failed; looked at again later", occasion.key)
            occasion.next_step_at = now + LOOK_AGAIN_AFTER
            continue
        occasion.next_step_at = stand.next_at
        if stand.step is not None:
            told = [
                person for pk, person in concern.people.items() if not is_asleep(snoozes.get((occasion.pk, pk)), now)
            ]
            awake += [snoozes[occasion.pk, one.pk].pk for one in told if (occasion.pk, one.pk) in snoozes]
            notices += post.notices(occasion, told, stand.step)
            if concern.is_open:
                steps.append((occasion, stand.step))
        if concern.is_open and stand.is_overdue and occasion.went_overdue_at is None:
            occasion.went_overdue_at = now
            overdue.append(occasion)
    notices += notices_for_endpoints(steps, now=now)
    Notice.objects.bulk_create(notices, batch_size=500, ignore_conflicts=True)
    Occasion.objects.bulk_update(occasions, ["next_step_at", "went_overdue_at"], batch_size=500)
    Snooze.objects.filter(pk__in=awake).update(until=None)  # told by this step: once is enough
    for occasion in overdue:
        _go_overdue(occasion, now)
    return Swept(len(occasions), len(notices))


@transaction.atomic
def tell_again_batch(*, now: datetime) -> Swept | None:
    """Those whose snooze is over hear of it again, if it still concerns them; None where no snooze is over."""
    snoozes = due_snoozes(now, limit=OCCASIONS_AT_ONCE)
    if not snoozes:
        return None
    concerns = concerns_of({one.occasion_id: one.occasion for one in snoozes}.values(), now)
    post = _Post.for_people(concerns.values(), now)
    notices: list[Notice] = []
    for snooze in snoozes:
        concern = concerns.get(snooze.occasion_id)
        if concern and snooze.person_id in concern.people and snooze.occasion.state == Occasion.State.OPEN:
            person = concern.people[snooze.person_id]
            notices += post.notices(snooze.occasion, [person], f"again{snooze.times}")
    Notice.objects.bulk_create(notices, batch_size=500, ignore_conflicts=True)
    Snooze.objects.filter(pk__in=[one.pk for one in snoozes]).update(until=None)
    return Swept(len(snoozes), len(notices))


def _go_overdue(occasion: Occasion, now: datetime) -> None:
    """Let the kind do what follows; where that fails it is tried again later."""
    try:
        with transaction.atomic():
            kind_of(occasion.kind).on_overdue(occasion, now)
    except Exception:
        logger.exception("What follows when %s is overdue failed; tried again later", occasion.key)
        Occasion.objects.filter(pk=occasion.pk).update(went_overdue_at=None, next_step_at=now + LOOK_AGAIN_AFTER)


@dataclass(frozen=True)
class _Post:
    """Writes notices as each person wants them, and holds back the letters of those who are away."""

    habits: Mapping[int, Habits]
    away: Mapping[int, Away]
    now: datetime

    @classmethod
    def for_people(cls, concerns: Iterable[Concern], now: datetime) -> Self:
        """For everybody concerned; three queries."""
        people = {pk: person for concern in concerns for pk, person in concern.people.items()}
        return cls(load_habits(people, now), away_among(people, now), now)

    def notices(self, occasion: Occasion, told: Sequence[Person], step: str) -> Iterator[Notice]:
        """What these people get at a step: the inbox's copy at once, and what else they want when they want it."""
        kind = kind_of(occasion.kind)
        held = held_back(occasion, told, self.away)
        for person in told:
            held_until = held.get(person.pk)
            yield self._notice(occasion, person, Notice.Channel.INBOX, step, Plan(self.now))
            plan = self.habits[person.pk].plan(kind, due_at=occasion.due_at, at=held_until or self.now)
            if plan:
                # One letter when they are back, however many steps have passed.
                its_step = f"back-{held_until:%Y%m%d}" if held_until else step
                yield self._notice(occasion, person, Notice.Channel.EMAIL, its_step, plan)

    def _notice(self, occasion: Occasion, person: Person, channel: Notice.Channel, step: str, plan: Plan) -> Notice:
        if occasion.sequence:
            step = f"{step}~{occasion.sequence}"  # it moved: the same step comes again
        is_inbox = channel == Notice.Channel.INBOX  # written is delivered: the copy that comes exactly once
        return Notice(
            key=f"{occasion.pk}:{person.pk}:{channel.value}:{step}",
            occasion=occasion,
            recipient=person,
            channel=channel,
            step=step,
            urgency=kind_of(occasion.kind).urgency,
            state=Notice.State.SENT if is_inbox else Notice.State.DUE,
            sent_at=self.now if is_inbox else None,
            due_at=plan.at,
            for_digest=plan.for_digest,
            created_at=self.now,
        )
