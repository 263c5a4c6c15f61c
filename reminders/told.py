"""How a person was told of something, in words: "sent to your inbox 09:00, e-mail refused 3 ×, next try 12:00"."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from reminders.models import Notice
from reminders.wording import short_moment
from teams.models import Person

State = Notice.State


def how_told(person: Person, occasions: Iterable[int], *, now: datetime) -> Mapping[int, list[str]]:
    """For each occasion what became of the person's notices, step by step, the first first. One query."""
    rows = Notice.objects.filter(recipient=person, occasion__in=list(occasions)).select_related("covered_by")
    log: dict[int, list[str]] = defaultdict(list)
    for notice in rows.order_by("created_at", "id"):
        if notice.occasion_id is not None:
            log[notice.occasion_id].append(what_became_of(notice, timezone=person.timezone, now=now))
    return log


def what_became_of(notice: Notice, *, timezone: str, now: datetime) -> str:
    """What became of one notice, to the person whom it is for."""

    def at(moment: datetime | None) -> str:
        return short_moment(moment or now, timezone=timezone, now=now)

    if notice.channel == Notice.Channel.INBOX:
        return _("Sent to your inbox: %(when)s") % {"when": at(notice.sent_at)}
    way = notice.get_channel_display().capitalize()
    digest = notice.covered_by
    if digest and notice.state != State.FAILED:
        if digest.state == State.SENT:
            return _("%(way)s, in a digest: %(when)s") % {"way": way, "when": at(digest.sent_at)}
        return _("%(way)s, in a digest: %(rest)s") % {"way": way, "rest": _state_of(digest, at(digest.due_at))}
    if notice.state == State.SENT:
        return _("%(way)s: %(when)s") % {"way": way, "when": at(notice.sent_at)}
    if notice.for_digest and notice.state == State.DUE:
        return _("%(way)s: comes with the digest, %(when)s") % {"way": way, "when": at(notice.due_at)}
    return f"{way}: {_state_of(notice, at(notice.due_at))}"


def _state_of(notice: Notice, when: str) -> str:
    match notice.state:
        case State.DUE:
            return _("goes out %(when)s") % {"when": when}
        case State.LEASED | State.ON_WIRE:
            return _("is going out now")
        case State.RETRY if notice.attempts:
            return _("refused %(count)s ×, next try %(when)s") % {"count": notice.attempts, "when": when}
        case State.RETRY:
            return _("goes out again %(when)s") % {"when": when}
        case State.IN_DOUBT:
            return _("may have arrived; an admin looks at it")
        case State.FAILED if notice.failure_kind == Notice.Failure.WITHDRAWN:
            return _("not sent, as it was not needed any more")
    return _("refused for good; an admin looks at it")
