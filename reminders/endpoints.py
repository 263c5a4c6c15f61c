"""Channels of a team: a webhook or a room of a chat is added, changed, tried out, switched off and on, and removed."""

import base64
import binascii
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from ledger.errors import Forbidden, IllegalState, Invalid
from ledger.record import record_act
from reminders import hints
from reminders.channels.chat import check_room
from reminders.channels.outbound import AddressRefused, check_address
from reminders.disabling import disable, prefix_of
from reminders.models import Endpoint, Notice, Occasion
from reminders.occasions import complete_occasions
from reminders.rules import can_change_channels
from reminders.sealing import seal
from reminders.telling import TRIAL, hearable_kinds, notice_for
from teams.changing import apply_changes, check, locked
from teams.models import Person, Team

SECRET_PREFIX = "whsec_"  # noqa: S105  no secret: how every one of them starts
SECRET_BYTES = (24, 64)  # as Standard Webhooks has it
MOST_ENDPOINTS = 20  # of a team
ROTATIONS = (timedelta(hours=1), timedelta(days=1), timedelta(days=3), timedelta(days=7))


class ChannelDisabled(IllegalState):
    """Nothing is sent to a channel that is disabled, not even a test."""


def add_webhook(
    *,
    team: Team,
    name: str,
    address: str,
    kinds: Sequence[str],
    by: Person,
    now: datetime,
    secret: str = "",
    names_people: bool = False,
) -> tuple[Endpoint, str]:
    """A new webhook and its secret, which is given here and never again. Raises Forbidden, Invalid."""
    _require_changer(by, team)
    errors: list[tuple[str, str]] = []
    place = "…"
    try:
        check_address(address)  # outside the transaction: names are looked up
        place = urlsplit(address).netloc
    except AddressRefused as refusal:
        errors.append(("address", refusal.message))
    errors += [("secret", problem) for problem in problems_of_secret(secret)]
    secret = secret or new_secret()
    endpoint = Endpoint(
        team=team,
        way=Endpoint.Way.WEBHOOK,
        name=name,
        place=place,
        sealed_address=seal(address),
        sealed_secret=seal(secret),
        kinds=list(kinds),
        names_people=names_people,
        created_at=now,
    )
    _store_new(endpoint, errors, by=by, now=now)
    return endpoint, secret


def add_chat(*, team: Team, name: str, address: str, kinds: Sequence[str], by: Person, now: datetime) -> Endpoint:
    """A new room of a chat. Raises Forbidden, Invalid."""
    _require_changer(by, team)
    errors: list[tuple[str, str]] = []
    place = "…"
    try:
        place = check_room(address).place
    except AddressRefused as refusal:
        errors.append(("address", refusal.message))
    endpoint = Endpoint(
        team=team,
        way=Endpoint.Way.CHAT,
        name=name,
        place=place,
        sealed_address=seal(address),
        kinds=list(kinds),
        created_at=now,
    )
    _store_new(endpoint, errors, by=by, now=now)
    return endpoint


@transaction.atomic
def change_endpoint(
    endpoint: Endpoint, *, name: str, kinds: Sequence[str], by: Person, now: datetime, names_people: bool = False
) -> Endpoint:
    """Another name, other kinds; address and secret stay. Raises Forbidden, Invalid."""
    endpoint = _locked_for(endpoint, by)
    change = apply_changes(
        endpoint, {"name": name, "kinds": list(kinds), "names_people": names_people}, unrecorded={"name"}
    )
    _check(endpoint, [])
    endpoint.save(update_fields=["name", "kinds", "names_people"])
    if change:
        record_act(by=by, key="reminders.endpoint.changed", on=endpoint, change=change, now=now)
    return endpoint


@transaction.atomic
def rotate_secret(endpoint: Endpoint, *, keep: timedelta, by: Person, now: datetime, secret: str = "") -> str:
    """A new secret, given here and never again; the one before signs beside it for as long as `keep` says.

    Raises Forbidden, Invalid.
    """
    endpoint = _locked_for(endpoint, by)
    if endpoint.way != Endpoint.Way.WEBHOOK:
        raise Invalid([("", _("Only a webhook has a secret."))])
    errors = [("secret", problem) for problem in problems_of_secret(secret)]
    if keep not in ROTATIONS:
        errors.append(("keep", _("Choose one of the times.")))
    if errors:
        raise Invalid(errors)
    secret = secret or new_secret()
    endpoint.sealed_previous, endpoint.previous_until = endpoint.sealed_secret, now + keep
    endpoint.sealed_secret = seal(secret)
    endpoint.save(update_fields=["sealed_secret", "sealed_previous", "previous_until"])
    change = {"previous_until": [None, endpoint.previous_until.isoformat()]}
    record_act(by=by, key="reminders.endpoint.rotated", on=endpoint, change=change, now=now)
    return secret


@transaction.atomic
def disable_endpoint(endpoint: Endpoint, *, by: Person, now: datetime) -> Endpoint:
    """Nothing is sent there any more; what waits is withdrawn. Raises Forbidden."""
    endpoint = _locked_for(endpoint, by)
    if endpoint.is_active:
        disable(endpoint, Endpoint.Because.BY_HAND, by=by, now=now)
    return endpoint


@transaction.atomic
def enable_endpoint(endpoint: Endpoint, *, by: Person, now: datetime) -> Endpoint:
    """It hears of what comes from now on; nothing is made up for. Raises Forbidden."""
    endpoint = _locked_for(endpoint, by)
    if not endpoint.is_active:
        change = {"disabled_because": [str(endpoint.disabled_because), ""]}
        endpoint.disabled_at, endpoint.disabled_because = None, ""
        endpoint.save(update_fields=["disabled_at", "disabled_because"])
        complete_occasions(prefix=prefix_of(endpoint), by=by, now=now)
        record_act(by=by, key="reminders.endpoint.enabled", on=endpoint, change=change, now=now)
    return endpoint


@transaction.atomic
def remove_endpoint(endpoint: Endpoint, *, by: Person, now: datetime) -> None:
    """Away with it: address, secrets and what was sent there. Raises Forbidden."""
    endpoint = _locked_for(endpoint, by)
    complete_occasions(prefix=prefix_of(endpoint), by=by, now=now)
    record_act(by=by, key="reminders.endpoint.removed", on=endpoint, now=now)
    endpoint.delete()


@transaction.atomic
def try_out(endpoint: Endpoint, *, by: Person, now: datetime) -> Notice:
    """Send a test the way everything goes. Raises Forbidden, ChannelDisabled."""
    endpoint = _locked_for(endpoint, by)
    if not endpoint.is_active:
        raise ChannelDisabled(_("Enable the channel first: nothing is sent to it now."), state="disabled")
    occasion = Occasion.objects.create(
        key=f"{prefix_of(endpoint)}{TRIAL.key}:{secrets.token_hex(8)}",
        kind=TRIAL.key,
        team=endpoint.team,
        title=_("Test of the channel “%(name)s”") % {"name": endpoint},
        url=reverse("reminders:channels", args=[endpoint.team.key]),
        due_at=now,
        timezone=endpoint.team.timezone,
        state=Occasion.State.DONE,  # it waits for nobody
        closed_at=now,
    )
    notice = notice_for(endpoint, occasion, "test", now=now)
    notice.urgency = TRIAL.urgency
    notice.save()
    record_act(by=by, key="reminders.endpoint.tested", on=endpoint, now=now)
    hints.wake_delivery()
    return notice


def new_secret() -> str:
    """A secret as Standard Webhooks writes it."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES[0])).decode()


def problems_of_secret(secret: str) -> list[str]:
    """What is wrong with a secret that somebody brought; an empty one is made by Remit."""
    if not secret:
        return []
    fewest, most = SECRET_BYTES
    if not secret.startswith(SECRET_PREFIX):
        return [_("A secret starts with whsec_.")]
    try:
        length = len(base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True))
    except binascii.Error:
        return [_("After whsec_ comes Base64.")]
    if length < fewest:
        problem, limit = _("Too short: it holds %(count)s bytes, and %(limit)s is the least."), fewest
    elif length > most:
        problem, limit = _("Too long: it holds %(count)s bytes, and %(limit)s is the most."), most
    else:
        return []
    return [problem % {"count": length, "limit": limit}]


def _require_changer(by: Person, team: Team) -> None:
    if not can_change_channels(by, team):
        raise Forbidden(_("Only the lead of %(team)s or an admin may change its channels.") % {"team": team})


def _locked_for(endpoint: Endpoint, by: Person) -> Endpoint:
    endpoint = locked(endpoint)
    _require_changer(by, endpoint.team)
    return endpoint


@transaction.atomic
def _store_new(endpoint: Endpoint, errors: list[tuple[str, str]], *, by: Person, now: datetime) -> None:
    if endpoint.team.closed_at:
        errors.append(("", _("A closed team has no channels.")))
    if Endpoint.objects.filter(team=endpoint.team).count() >= MOST_ENDPOINTS:
        errors.append(("", _("A team has at most %(count)s channels.") % {"count": MOST_ENDPOINTS}))
    _check(endpoint, errors)
    endpoint.save()
    change = {"way": ["", str(endpoint.way)], "kinds": [[], endpoint.kinds]}
    record_act(by=by, key="reminders.endpoint.added", on=endpoint, change=change, now=now)


def _check(endpoint: Endpoint, errors: list[tuple[str, str]]) -> None:
    if not set(endpoint.kinds) <= {key for key, _title in hearable_kinds()}:
        errors.append(("kinds", _("Choose among the kinds that there are.")))
    check(endpoint, taken={}, further=lambda _endpoint: errors)
