"""What stands in a calendar: occasions as entries, free of the database and of any format."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse

from reminders.audience import concerning, patient_audience_of
from reminders.kinds import kind_of
from reminders.models import CalendarToken, Occasion
from reminders.wording import reason_of, single_line

LOOKED_BACK = timedelta(days=30)
MOST_SHOWN = 1_000
DEADLINE = timedelta(minutes=15)
DOMAIN = "remit"
"""After the key in every UID: the same on whatever host an installation answers, so that a move doubles nothing."""


@dataclass(frozen=True)
class Entry:
    """An occasion as calendars show it."""

    uid: str
    sequence: int
    title: str
    text: str
    kind: str
    url: str
    starts_at: datetime
    timezone: str
    lasts: timedelta
    is_meeting: bool
    is_open: bool
    is_cancelled: bool


def entry_of(occasion: Occasion, *, why: str = "") -> Entry:
    """An occasion as an entry, with the reason why it concerns whoever reads it."""
    kind = kind_of(occasion.kind)
    url = settings.BASE_URL + reverse("reminders:open", args=[occasion.pk])
    lines = [reason_of(occasion, why)] if why else []
    return Entry(
        uid=f"{occasion.key}@{DOMAIN}",
        sequence=occasion.sequence,
        title=single_line(occasion.title, 300),
        text="\n".join([*lines, f"{kind.action}: {url}"]),
        kind=str(kind.title),
        url=url,
        starts_at=occasion.due_at,
        timezone=occasion.timezone,
        lasts=kind.lasts or DEADLINE,
        is_meeting=kind.lasts is not None,
        is_open=occasion.state == Occasion.State.OPEN,
        is_cancelled=occasion.state == Occasion.State.CANCELLED,
    )


def entries_of(token: CalendarToken, *, now: datetime) -> list[Entry]:
    """What the feed of a token shows: a constant number of queries for each kind.

    The past 30 days and all that is ahead; what is done already does not stand ahead any more.
    """
    occasions = concerning(token.person, now) if token.team is None else Occasion.objects.filter(team=token.team)
    shown = list(_shown(occasions, now))
    audience = patient_audience_of(shown, now)
    if token.team is None:
        return [
            entry_of(occasion, why=audience[occasion.pk][token.person_id] or str(kind_of(occasion.kind).why))
            for occasion in shown
            if token.person_id in audience.get(occasion.pk, {})
        ]
    return [entry_of(occasion) for occasion in shown if occasion.pk in audience]


def _shown(occasions: QuerySet[Occasion], now: datetime) -> QuerySet[Occasion]:
    done_early = Q(state=Occasion.State.DONE, due_at__gt=now)
    recent = occasions.filter(due_at__gte=now - LOOKED_BACK).exclude(done_early)
    return recent.select_related("team").order_by("due_at", "id")[:MOST_SHOWN]
