"""What became of what was sent to a channel, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reminders.kinds import title_of
from reminders.ladder import offset_of
from reminders.ladder_words import in_words
from reminders.models import Endpoint, Notice, Occasion
from reminders.wording import past_moment, short_moment, when_due

SHOWN = 8
State = Notice.State
MOVING = {State.DUE, State.LEASED, State.ON_WIRE}


@dataclass(frozen=True)
class Delivery:
    """One line of the log of a channel."""

    when: str
    title: str
    kind: str
    address: str
    state: str
    happened: str


@dataclass(frozen=True)
class Log:
    """The latest of a channel; `is_moving`: there will be more to say in a moment."""

    deliveries: list[Delivery]
    is_moving: bool


def logs_of(endpoints: Iterable[Endpoint], *, timezone: str, now: datetime) -> Mapping[int, Log]:
    """The latest deliveries of each channel, the newest first. One query."""
    ranked = (
        Notice.objects.filter(endpoint__in=list(endpoints))
        .annotate(rank=Window(RowNumber(), partition_by=F("endpoint"), order_by=F("id").desc()))
        .filter(rank__lte=SHOWN)
        .select_related("occasion")
        .order_by("-id")
    )
    found: dict[int | None, list[Notice]] = {}
    for notice in ranked:
        found.setdefault(notice.endpoint_id, []).append(notice)
    return {
        endpoint.pk: Log(
            deliveries=[_line(notice, timezone=timezone, now=now) for notice in found.get(endpoint.pk, [])],
            is_moving=any(notice.state in MOVING for notice in found.get(endpoint.pk, [])),
        )
        for endpoint in endpoints
    }


def _line(notice: Notice, *, timezone: str, now: datetime) -> Delivery:
    occasion = notice.occasion
    assert isinstance(occasion, Occasion)  # noqa: S101  digests are for people alone
    return Delivery(
        when=short_moment(notice.created_at, timezone=timezone, now=now),
        title=occasion.title,
        kind=", ".join(filter(None, [title_of(occasion.kind), _step(notice)])),
        address=occasion.url,
        state=notice.state,
        happened=happened_to(notice, timezone=timezone, now=now),
    )


def _step(notice: Notice) -> str:
    """At which step of the ladder: "1 day before"; nothing where it has no distance, as for what is new."""
    try:
        return in_words([offset_of(notice.step.partition("~")[0])])
    except ValueError:
        return ""


def happened_to(notice: Notice, *, timezone: str, now: datetime) -> str:
    """What became of a notice, in a sentence or two."""
    tried = ngettext("Tried once", "Tried %(count)s times", notice.attempts) % {"count": notice.attempts}
    failure = notice.failure if notice.failure.endswith((".", "…")) or not notice.failure else f"{notice.failure}."
    match notice.state:
        case State.SENT:
            sent = _("Taken %(moment)s") % {"moment": past_moment(notice.sent_at or now, timezone=timezone, now=now)}
            if notice.attempts > 1:
                return _("%(sent)s; it took %(count)s tries.") % {"sent": sent, "count": notice.attempts}
            return f"{sent}."
        case State.RETRY if notice.attempts:
            again = when_due(max(notice.due_at, now), timezone=timezone, now=now)
            return _("%(failure)s %(tried)s; next try %(when)s.") % {
                "failure": failure,
                "tried": tried,
                "when": again,
            }
        case State.IN_DOUBT:
            return _("%(failure)s It may have arrived. %(tried)s; Remit leaves it at that.") % {
                "failure": failure,
                "tried": tried,
            }
        case State.FAILED if notice.failure_kind == Notice.Failure.WITHDRAWN:
            return _("Not sent: when its turn came, it was no longer due, or the channel had changed.")
        case State.FAILED:
            return _("%(failure)s %(tried)s; Remit tries no more.") % {"failure": failure, "tried": tried}
        case State.LEASED | State.ON_WIRE:
            return _("On its way.")
    return _("Waits for its turn.")
