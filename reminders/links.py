"""Signed links in messages: they let one person do one thing, signed in or not, for a month.

A link shows a page; only the form on it acts, so that scanners of mail and previews do nothing. It names ids and says
nothing else. Each use has a salt of its own: a link for one thing opens no other.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from django.conf import settings
from django.core import signing
from django.urls import reverse

from reminders.models import Occasion
from teams.models import Person

Act = Literal["done", "snooze"]

VALID_FOR = timedelta(days=30)
EVERYTHING = "everything"  # beside the groups of kinds: what a digest can be unsubscribed from

_ACT_SALT = "reminders.links.act"
_UNSUBSCRIBE_SALT = "reminders.links.unsubscribe"


class LinkExpired(Exception):
    """The link was real, and is older than a month."""


class LinkBroken(Exception):
    """Nobody made this link."""


@dataclass(frozen=True)
class ActLink:
    """One person, one occasion, one act."""

    person_id: int
    occasion_id: int
    act: Act


@dataclass(frozen=True)
class UnsubscribeLink:
    """One person, and the group of kinds (or everything) of which they want fewer e-mails."""

    person_id: int
    group: str


def act_path(person: Person, occasion: Occasion, act: Act) -> str:
    """Where the person says so, within this site."""
    token = signing.dumps([person.pk, occasion.pk, act], salt=_ACT_SALT)
    return reverse("reminders:act", args=[token])


def act_address(person: Person, occasion: Occasion, act: Act) -> str:
    """The same for a message."""
    return settings.BASE_URL + act_path(person, occasion, act)


def unsubscribe_address(person: Person, group: str) -> str:
    """Where the person gets fewer e-mails of a group."""
    token = signing.dumps([person.pk, group], salt=_UNSUBSCRIBE_SALT)
    return settings.BASE_URL + reverse("reminders:unsubscribe", args=[token])


def read_act(token: str) -> ActLink:
    """What a link lets somebody do. Raises LinkExpired, LinkBroken."""
    person, occasion, act = _read(token, salt=_ACT_SALT)
    return ActLink(person, occasion, act)


def read_unsubscribe(token: str) -> UnsubscribeLink:
    """Whose e-mails, and which. Raises LinkExpired, LinkBroken."""
    person, group = _read(token, salt=_UNSUBSCRIBE_SALT)
    return UnsubscribeLink(person, group)


def _read(token: str, *, salt: str) -> Any:
    try:
        return signing.loads(token, salt=salt, max_age=VALID_FOR)
    except signing.SignatureExpired:
        raise LinkExpired from None
    except signing.BadSignature:
        raise LinkBroken from None
