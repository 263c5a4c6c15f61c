"""Webhooks as Standard Webhooks 1.1 has them: JSON, signed, under an id that stays the same over all retries."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import orjson
import requests
from django.conf import settings
from django.utils.translation import gettext as _
from standardwebhooks import Webhook

from reminders.audience import audience_of
from reminders.channels import outbound
from reminders.channels.base import Outcome, Result
from reminders.channels.patience import Patience
from reminders.disabling import disable_gone
from reminders.models import Endpoint, Notice, Occasion
from reminders.sealing import unseal
from reminders.wording import single_line
from teams.models import Person

GONE = 410
LONGEST_PAUSE = timedelta(days=1)  # that a receiver can ask for


@dataclass(frozen=True)
class Call:
    """What is posted where."""

    endpoint_id: int
    address: str
    headers: dict[str, str]
    body: bytes
    now: datetime


class WebhookChannel:
    """Posts to the webhooks of teams, each over a connection of its own."""

    def __init__(self, *, seconds: float = outbound.SECONDS, most_read: int = outbound.MOST_READ) -> None:
        self.seconds = seconds
        self.most_read = most_read
        self.patience = Patience()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def is_up(self) -> bool:
        return self.patience.is_left

    def write(self, notice: Notice, *, why: str, now: datetime) -> Call:
        return write_call(notice, now=now)

    def send(self, message: Call) -> Result:
        return self.patience.ask(message.endpoint_id, lambda: self._post(message))

    def _post(self, call: Call) -> Result:
        with outbound.Wire(seconds=self.seconds, most_read=self.most_read) as wire:
            try:
                outbound.request("POST", call.address, data=call.body, headers=call.headers)
            except requests.RequestException:
                return unanswered(wire)
        if wire.answer is not None and wire.answer.status == GONE:
            disable_gone(call.endpoint_id, now=call.now)
            return Result(Outcome.REFUSED, _("It answered 410 Gone, so this channel is disabled."))
        return answered(wire, now=call.now)


def write_call(notice: Notice, *, now: datetime) -> Call:
    """What is posted for a notice; only the timestamp of the attempt and what follows from it differ in a retry."""
    endpoint, occasion = endpoint_of(notice)
    body = orjson.dumps(payload_of(notice, endpoint, occasion, now=now))
    its_id = webhook_id(notice.key)
    moment = now.astimezone(UTC)
    signatures = [Webhook(secret).sign(its_id, moment, body.decode()) for secret in secrets_of(endpoint, now=now)]
    return Call(
        endpoint_id=endpoint.pk,
        address=unseal(endpoint.sealed_address),
        headers={
            "Content-Type": "application/json",
            "webhook-id": its_id,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": " ".join(signatures),
        },
        body=body,
        now=now,
    )


def payload_of(notice: Notice, endpoint: Endpoint, occasion: Occasion, *, now: datetime) -> dict[str, Any]:
    """What a receiver learns. Of people nothing, unless the team chose that they are named."""
    team = endpoint.team
    data: dict[str, Any] = {
        "id": occasion.pk,
        "kind": occasion.kind,
        "step": notice.step,
        "title": single_line(occasion.title, 300),
        "team": {"key": team.key, "name": team.name},
        "due_at": _iso(occasion.due_at),
        "url": settings.BASE_URL + occasion.url,
    }
    if endpoint.names_people:
        concerned = audience_of([occasion], now)[occasion.pk]
        people = Person.objects.filter(pk__in=concerned, is_active=True).order_by("pk")
        data["people"] = [{"name": person.name, "email": person.email} for person in people]
    return {
        "type": f"occasion.{occasion.kind.replace('-', '_')}",
        "timestamp": _iso(notice.created_at),
        "data": data,
    }


def endpoint_of(notice: Notice) -> tuple[Endpoint, Occasion]:
    """Where a notice of a channel goes, and what it is about."""
    assert notice.endpoint is not None  # noqa: S101  by a constraint
    assert notice.occasion is not None  # noqa: S101  only digests have none, and they are for people
    return notice.endpoint, notice.occasion


def webhook_id(key: str) -> str:
    """The id that follows from a notice's key, so that a receiver knows a repeat."""
    return "msg_" + hashlib.sha256(f"{settings.BASE_URL}|{key}".encode()).hexdigest()[:32]


def secrets_of(endpoint: Endpoint, *, now: datetime) -> list[str]:
    """The secrets that sign at a moment: the current one, and while it rotates the one before."""
    sealed = [endpoint.sealed_secret]
    if endpoint.previous_until is not None and now < endpoint.previous_until:
        sealed.append(endpoint.sealed_previous)
    return [unseal(one) for one in sealed]


def unanswered(wire: outbound.Wire) -> Result:
    """Without an answer: in doubt if it may have arrived, else not sent for certain."""
    return Result(Outcome.DOUBT if wire.has_begun else Outcome.LATER, wire.trouble)


def answered(wire: outbound.Wire, *, now: datetime) -> Result:
    """What an answer says about the message."""
    answer = wire.answer
    if answer is None:
        return unanswered(wire)
    if 200 <= answer.status < 300:
        return Result(Outcome.SENT)
    said = single_line(f"{answer.status} {answer.reason}", 80)
    if 300 <= answer.status < 400:
        return Result(Outcome.LATER, _("It answered %(said)s: Remit follows no redirects.") % {"said": said})
    return Result(Outcome.LATER, _("It answered %(said)s.") % {"said": said}, after=pause_of(answer, now=now))


def pause_of(answer: outbound.Answer, *, now: datetime) -> timedelta | None:
    """For how long a busy receiver asks to be left alone (Retry-After: seconds or a date)."""
    if answer.status not in {429, 503} or not answer.retry_after:
        return None
    text = answer.retry_after.strip()
    try:
        pause = timedelta(seconds=min(int(text), 10**8)) if text.isdigit() else _at(text) - now
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(pause, timedelta(0)), LONGEST_PAUSE)


def _at(text: str) -> datetime:
    at = parsedate_to_datetime(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
