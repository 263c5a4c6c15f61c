"""The acts on occasions. Upper floors call them inside the transaction that changes the state they speak of."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from ledger.errors import Forbidden, IllegalState
from ledger.record import record_act
from reminders import hints
from reminders.audience import is_concerned
from reminders.kinds import kind_of
from reminders.ladder import first_step_at
from reminders.ladders import Ladders, ladders_for, load_ladders
from reminders.models import Occasion, OccasionPerson, Schedule
from reminders.recurrence import upcoming
from reminders.wording import single_line
from teams.models import Person, Team
from teams.rules import can_change_anything

logger = logging.getLogger(__name__)

HORIZON = timedelta(days=60)
TOP_UP_AFTER = timedelta(days=1)
SCHEDULES_AT_ONCE = 200


class OccasionClosed(IllegalState):
    """The occasion is done or cancelled already."""

    def __init__(self, occasion: Occasion) -> None:
        super().__init__(_("This is closed already."), state=occasion.state)


@transaction.atomic
def open_occasion(
    *,
    key: str,
    kind: str,
    team: Team | None,
    title: str,
    url: str,
    due_at: datetime,
    now: datetime,
    people: Iterable[tuple[Person, str]] | None,
    subject: Mapping[str, Any] | None = None,
) -> Occasion:
    """Something falls due for these people, each with a sentence why; `people=None` means the whole team.

    `key` is `source:id:kind`. Called again it changes nothing but the people and the due moment; a cancelled occasion
    opens again, one that is done stays done. Raises UnknownKind.
    """
    timezone = team.timezone if team else "UTC"
    own = load_ladders(teams=[team.pk if team else None], kinds=[kind]).kind_for(kind, team.pk if team else None)
    occasion, is_new = Occasion.objects.select_for_update().get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "team": team,
            "for_team": people is None,
            "title": single_line(title, 300),
            "url": url,
            "subject": dict(subject or {}),
            "due_at": due_at,
            "timezone": timezone,
            "next_step_at": first_step_at(own, due_at=due_at, timezone=timezone, now=now),
        },
    )
    if occasion.state == Occasion.State.DONE:
        return occasion
    if not is_new and (occasion.state == Occasion.State.CANCELLED or occasion.due_at != due_at):
        _reschedule(occasion, due_at=due_at, now=now)
    has_newcomers = _set_people(occasion, people or ())
    if has_newcomers and not is_new and kind_of(kind).announce:
        occasion.next_step_at = now  # the others have heard of this step: the keys of their notices are taken
        occasion.save(update_fields=["next_step_at"])
    hints.wake_sweep_by(occasion.next_step_at, now=now)
    return occasion


@transaction.atomic
def complete_occasion(*, key: str, by: Person | None, now: datetime) -> bool:
    """Somebody did it: nobody is reminded any more. False where there is nothing open under the key."""
    return _close(Occasion.objects.filter(key=key), Occasion.State.DONE, by=by, now=now) > 0


@transaction.atomic
def complete_occasions(*, prefix: str, by: Person | None, now: datetime) -> int:
    """All open occasions whose key starts so are done. Returns how many."""
    return _close(Occasion.objects.filter(keys_under(prefix)), Occasion.State.DONE, by=by, now=now)


@transaction.atomic
def cancel_occasions(*, prefix: str, by: Person | None, now: datetime) -> int:
    """All open occasions whose key starts so are off. Returns how many."""
    return _close(Occasion.objects.filter(keys_under(prefix)), Occasion.State.CANCELLED, by=by, now=now)


@transaction.atomic
def finish_by_hand(*, occasion_id: int, by: Person, now: datetime) -> Occasion:
    """A person says in the inbox that it is done, where the kind allows it. Raises Forbidden, OccasionClosed."""
    occasion = Occasion.objects.select_for_update(of=("self",)).select_related("team").get(pk=occasion_id)
    if not kind_of(occasion.kind).done_by_hand:
        raise Forbidden(_("This is done where it belongs, not by hand."))
    if not can_change_anything(by) or not is_concerned(occasion, by, now):
        raise Forbidden(_("This waits for others, not for you."))
    if occasion.state != Occasion.State.OPEN:
        raise OccasionClosed(occasion)
    _close(Occasion.objects.filter(pk=occasion.pk), Occasion.State.DONE, by=by, now=now)
    kind_of(occasion.kind).on_done(occasion, by, now)
    return occasion


@transaction.atomic
def move_occasion(*, key: str, due_at: datetime, by: Person | None, now: datetime) -> Occasion:
    """It falls due at another moment; the ladder starts anew. Raises Occasion.DoesNotExist, OccasionClosed."""
    occasion = Occasion.objects.select_for_update().get(key=key)
    if occasion.state != Occasion.State.OPEN:
        raise OccasionClosed(occasion)
    before = occasion.due_at
    if before != due_at:
        _reschedule(occasion, due_at=due_at, now=now)
        change = {"due_at": [before.isoformat(), due_at.isoformat()]}
        record_act(by=by, key="reminders.occasion.moved", on=occasion, change=change, now=now)
        hints.wake_sweep_by(occasion.next_step_at, now=now)
    return occasion


def let_pass(occasion: Occasion, now: datetime) -> None:
    """For `on_overdue` of kinds that are over once their moment has passed, such as a meeting."""
    complete_occasion(key=occasion.key, by=None, now=now)


def make_due_occasions(*, now: datetime) -> int:
    """Make the occasions of all schedules up to the horizon; whoever else does the same makes none twice.

    Returns how many schedules were looked at. Four statements a batch, however many occasions it holds.
    """
    looked_at = 0
    while batch := _make_batch(now):
        looked_at += batch
    return looked_at


@transaction.atomic
def _make_batch(now: datetime) -> int:
    behind = Q(made_until__isnull=True) | Q(made_until__lte=now + HORIZON - TOP_UP_AFTER)
    schedules = list(
        Schedule.objects.filter(behind, is_active=True)
        .order_by("id")
        .select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)[:SCHEDULES_AT_ONCE]
    )
    make_occasions_of(schedules, now=now)
    return len(schedules)


def make_occasions_of(schedules: Sequence[Schedule], *, now: datetime) -> None:
    """Make what is missing of these schedules, in the caller's transaction that holds their rows."""
    until = now + HORIZON
    made: list[Occasion] = []
    ladders = load_ladders(teams=[one.team_id for one in schedules], kinds=[one.kind for one in schedules])
    for schedule in schedules:
        try:
            after = max(schedule.made_until or now, now)
            made += _occasions_of(schedule, ladders, after=after, until=until, now=now)
        except Exception:  # one bad schedule must not keep the others waiting; it is looked at again tomorrow
            logger.exception("Schedule %s makes no occasions", schedule.key)
    Occasion.objects.bulk_create(made, batch_size=500, ignore_conflicts=True)
    Schedule.objects.filter(pk__in=[schedule.pk for schedule in schedules]).update(made_until=until)


def _occasions_of(
    schedule: Schedule, ladders: Ladders, *, after: datetime, until: datetime, now: datetime
) -> list[Occasion]:
    kind = ladders.kind_for(schedule.kind, schedule.team_id)
    return [
        Occasion(
            key=f"{schedule.key}:{occurrence.day.isoformat()}",
            kind=schedule.kind,
            schedule=schedule,
            team_id=schedule.team_id,
            for_team=True,
            title=schedule.title,
            url=schedule.url,
            subject=schedule.subject,
            due_at=occurrence.due_at,
            timezone=schedule.timezone,
            next_step_at=first_step_at(kind, due_at=occurrence.due_at, timezone=schedule.timezone, now=now),
        )
        for occurrence in upcoming(schedule, after=after, before=until)
    ]


def keys_under(prefix: str) -> Q:
    """Keys that start so, in a form that the index of each database serves."""
    if connection.vendor == "sqlite":
        return Q(key__gte=prefix, key__lt=prefix + chr(0x10FFFF))
    return Q(key__startswith=prefix)


def realign_occasions(schedule: Schedule, *, by: Person | None, now: datetime) -> None:
    """After a change of its recurrence: what is still ahead moves, is cancelled or opens again as it says now."""
    wanted = {
        f"{schedule.key}:{occurrence.day.isoformat()}": occurrence.due_at
        for occurrence in upcoming(schedule, after=now, before=now + HORIZON)
    }
    ahead = schedule.occasions.select_for_update().filter(due_at__gt=now).exclude(state=Occasion.State.DONE)
    for occasion in ahead:
        due_at = wanted.get(occasion.key)
        is_open = occasion.state == Occasion.State.OPEN
        if due_at is None and is_open:
            _close(Occasion.objects.filter(pk=occasion.pk), Occasion.State.CANCELLED, by=by, now=now)
        elif due_at is not None and (occasion.due_at != due_at or not is_open):
            before = occasion.due_at
            _reschedule(occasion, due_at=due_at, now=now, timezone=schedule.timezone)
            change = {"due_at": [before.isoformat(), due_at.isoformat()]}
            record_act(by=by, key="reminders.occasion.moved", on=occasion, change=change, now=now)
    schedule.occasions.filter(due_at__gt=now, state=Occasion.State.OPEN).update(
        title=schedule.title, url=schedule.url, subject=schedule.subject
    )


def cancel_ahead(schedule: Schedule, *, by: Person | None, now: datetime) -> int:
    """What a stopped schedule had made for the future is off."""
    return _close(schedule.occasions.filter(due_at__gt=now), Occasion.State.CANCELLED, by=by, now=now)


def _close(occasions: Any, state: Occasion.State, *, by: Person | None, now: datetime) -> int:
    rows = list(occasions.filter(state=Occasion.State.OPEN).select_for_update())
    Occasion.objects.filter(pk__in=[row.pk for row in rows]).update(state=state, closed_at=now, next_step_at=None)
    for row in rows:
        change = {"state": [Occasion.State.OPEN.value, state.value]}
        record_act(by=by, key=f"reminders.occasion.{state.value}", on=row, change=change, now=now)
    return len(rows)


def _reschedule(occasion: Occasion, *, due_at: datetime, now: datetime, timezone: str | None = None) -> None:
    occasion.timezone = timezone or occasion.timezone
    occasion.state = Occasion.State.OPEN
    occasion.closed_at = None
    occasion.due_at = due_at
    occasion.went_overdue_at = None
    occasion.sequence += 1
    own = ladders_for([occasion]).kind_for(occasion.kind, occasion.team_id)
    occasion.next_step_at = first_step_at(own, due_at=due_at, timezone=occasion.timezone, now=now)
    occasion.save(
        update_fields=[
            "timezone",
            "state",
            "closed_at",
            "went_overdue_at",
            "due_at",
            "sequence",
            "next_step_at",
        ]
    )


def _set_people(occasion: Occasion, people: Iterable[tuple[Person, str]]) -> bool:
    """Make these the people of the occasion. Returns whether somebody was not among them before."""
    rows = [OccasionPerson(occasion=occasion, person=person, why=single_line(why, 300)) for person, why in people]
    wanted = {row.person_id for row in rows}
    before = set(occasion.for_people.values_list("person_id", flat=True))
    if before - wanted:
        occasion.for_people.filter(person__in=before - wanted).delete()
    OccasionPerson.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["occasion", "person"], update_fields=["why"]
    )
    return bool(wanted - before)
