"""Page-shaped reads: what waits for a person, what they were told, how much of it is unread."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import ngettext

from reminders.audience import audience_of, concerning
from reminders.kinds import Reasons, kind_of, title_of
from reminders.links import act_path
from reminders.models import Notice, Occasion
from reminders.told import how_told
from reminders.wording import distance, reason_of, short_moment, when_due
from teams.models import Person, Team

MOST_WAITING = 200
REMEMBERED = timedelta(days=30)


@dataclass(frozen=True)
class Waiting:
    """One line of what waits for a person, or of what has been closed."""

    id: int
    kind: str
    title: str
    due_at: datetime
    when: str
    when_note: str
    when_due: str
    is_overdue: bool
    is_unread: bool
    why: str
    action: str
    address: str
    finish_address: str
    snooze_address: str
    state: str
    told: Sequence[str] = ()


def unread_count(person: Person) -> int:
    """How many open things the person has been told of and has not looked at."""
    unread = _inbox_notices(person).filter(read_at__isnull=True, occasion__state=Occasion.State.OPEN)
    return unread.values("occasion").distinct().count()


def waiting_for(person: Person, *, now: datetime) -> list[Waiting]:
    """All that waits for a person, the most urgent first; of what recurs, the next time only. Four queries."""
    mine = concerning(person, now) | Occasion.objects.filter(pk__in=_inbox_notices(person).values("occasion"))
    occasions = mine.filter(state=Occasion.State.OPEN).select_related("team").order_by("due_at", "id")
    return _lines(person, _next_of_each_schedule(occasions[:MOST_WAITING], now), now=now)


def inbox_of(person: Person, *, now: datetime) -> list[Waiting]:
    """What the person was told of and still waits for them, the most urgent first; with what became of each notice."""
    occasions = _told(person).filter(state=Occasion.State.OPEN).order_by("due_at", "id")
    lines = _lines(person, occasions[:MOST_WAITING], now=now)
    log = how_told(person, [line.id for line in lines], now=now)
    return [replace(line, told=log.get(line.id, ())) for line in lines]


def closed_lately_for(person: Person, *, now: datetime) -> QuerySet[Occasion]:
    """What the person was told of and was done or cancelled since, the latest first."""
    since = now - REMEMBERED
    return _told(person).exclude(state=Occasion.State.OPEN).filter(closed_at__gt=since).order_by("-closed_at", "-id")


def upcoming_of(team: Team) -> QuerySet[Occasion]:
    """What is open in a team, in the order of its due dates."""
    return Occasion.objects.filter(team=team, state=Occasion.State.OPEN).order_by("due_at", "id")


def visible_to(person: Person) -> QuerySet[Occasion]:
    """Everybody who is signed in sees what is due for anybody."""
    return Occasion.objects.all()


def _told(person: Person) -> QuerySet[Occasion]:
    told = _inbox_notices(person).values("occasion")
    return Occasion.objects.filter(pk__in=told).select_related("team")


def _inbox_notices(person: Person) -> QuerySet[Notice]:
    return Notice.objects.filter(recipient=person, channel=Notice.Channel.INBOX)


def _next_of_each_schedule(occasions: Iterable[Occasion], now: datetime) -> list[Occasion]:
    seen: set[int] = set()
    kept: list[Occasion] = []
    for occasion in occasions:
        is_ahead = occasion.schedule_id is not None and occasion.due_at > now
        if is_ahead and occasion.schedule_id in seen:
            continue
        if is_ahead and occasion.schedule_id is not None:
            seen.add(occasion.schedule_id)
        kept.append(occasion)
    return kept


def _lines(person: Person, occasions: Iterable[Occasion], *, now: datetime) -> list[Waiting]:
    occasions = list(occasions)
    audience = audience_of(occasions, now)
    unread = set(
        _inbox_notices(person)
        .filter(read_at__isnull=True, occasion__in=[occasion.pk for occasion in occasions])
        .values_list("occasion", flat=True)
    )
    return [
        _line(occasion, person, audience[occasion.pk], is_unread=occasion.pk in unread, now=now)
        for occasion in occasions
        if person.pk in audience[occasion.pk]
    ]


def _line(occasion: Occasion, person: Person, reasons: Reasons, *, is_unread: bool, now: datetime) -> Waiting:
    kind = kind_of(occasion.kind)
    is_overdue = occasion.due_at < now
    late = (now - occasion.due_at).days
    when_due_in_words = when_due(occasion.due_at, timezone=person.timezone, now=now)
    when = short_moment(occasion.due_at, timezone=person.timezone, now=now)
    note = distance(occasion.due_at, now=now)
    if late > 0:
        when, note = ngettext("%(days)s day late", "%(days)s days late", late) % {"days": late}, when
    return Waiting(
        id=occasion.pk,
        kind=title_of(occasion.kind),
        title=occasion.title,
        due_at=occasion.due_at,
        when=when,
        when_note=note,
        when_due=when_due_in_words,
        is_overdue=is_overdue,
        is_unread=is_unread,
        why=reason_of(occasion, reasons[person.pk]),
        action=str(kind.action),
        address=reverse("reminders:open", args=[occasion.pk]),
        finish_address=reverse("reminders:done", args=[occasion.pk]) if kind.done_by_hand else "",
        snooze_address=act_path(person, occasion, "snooze"),
        state=occasion.state,
    )
