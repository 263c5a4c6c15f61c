"""The secrets in the addresses of calendar feeds: made, shown once, revoked. Only the SHA-256 is stored."""

import hashlib
import secrets
from datetime import UTC, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ledger.errors import Invalid
from ledger.record import Change, record_act
from reminders.models import CalendarToken
from teams.models import Person, Team
from teams.rules import require

RANDOM_BYTES = 30
MOST_STANDING = 50


def digest_of(text: str) -> str:
    """What is stored of a token. A plain hash suffices: nobody guesses 240 random bits."""
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def make_feed(*, person: Person, team: Team | None, now: datetime) -> tuple[CalendarToken, str]:
    """Make a feed of what is due for a person, or in a team; its secret is given here and never again. Raises Invalid.

    Everybody who is signed in may read what is due for anybody, so also auditors, and for any team.
    """
    if CalendarToken.objects.filter(person=person, revoked_at__isnull=True).count() >= MOST_STANDING:
        raise Invalid([("scope", _("That is enough: revoke one that is not used any more."))])
    text = secrets.token_urlsafe(RANDOM_BYTES)
    token = CalendarToken.objects.create(
        person=person, team=team, digest=digest_of(text), hint=text[-4:], created_at=now
    )
    change: Change = {"team": [None, team.key if team else None]}
    record_act(by=person, key="reminders.calendar.created", on=token, change=change, now=now)
    return token, text


@transaction.atomic
def revoke_feed(token: CalendarToken, *, by: Person, now: datetime) -> CalendarToken:
    """End a feed at once. Raises Forbidden."""
    token = CalendarToken.objects.select_for_update().get(pk=token.pk)
    require(by.pk == token.person_id or by.is_admin, _("A feed is revoked by the person whose it is."))
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        record_act(by=by, key="reminders.calendar.revoked", on=token, now=now)
    return token


def feed_of(text: str, *, now: datetime) -> CalendarToken | None:
    """The feed that a secret opens; None where it is unknown or revoked, or its person has left.

    The day of use is written once a day.
    """
    standing = CalendarToken.objects.filter(revoked_at__isnull=True, person__is_active=True)
    token = standing.select_related("person", "team").filter(digest=digest_of(text)).first()
    today = now.astimezone(UTC).date()
    if token and token.last_used_on != today:
        CalendarToken.objects.filter(pk=token.pk).update(last_used_on=today)
    return token
