"""Bearer tokens of the API: made, shown once, revoked. Only the SHA-256 is stored."""

import hashlib
import secrets
from datetime import UTC, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ledger.record import record_act
from teams.changing import check, locked
from teams.models import ApiToken, Person
from teams.rules import require

PREFIX = "rmt_"
RANDOM_BYTES = 30


def digest_of(text: str) -> str:
    """What is stored of a token. A plain hash suffices: nobody guesses 240 random bits."""
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def create_token(*, person: Person, by: Person | None, now: datetime, label: str = "") -> tuple[ApiToken, str]:
    """Make a token; its text is given here and never again. Raises Forbidden, Invalid."""
    require(by is None or by.pk == person.pk, _("A token is made by the person whose it is."))
    require(person.is_active, _("%(name)s has left.") % {"name": person})
    text = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    token = ApiToken(person=person, label=label.strip(), digest=digest_of(text), hint=text[-4:], created_at=now)
    check(token, taken={}, further=lambda _: ())
    token.save()
    record_act(by=by, key="teams.token.created", on=token, now=now)
    return token, text


@transaction.atomic
def revoke_token(token: ApiToken, *, by: Person | None, now: datetime) -> ApiToken:
    """End a token at once. Raises Forbidden."""
    token = locked(token)
    require(by is None or by.is_admin or by.pk == token.person_id, _("A token is revoked by the person whose it is."))
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        record_act(by=by, key="teams.token.revoked", on=token, now=now)
    return token


def person_of_token(text: str, *, now: datetime) -> Person | None:
    """Whose token this is, None where it is unknown or revoked. The day of use is written once a day."""
    token = ApiToken.objects.select_related("person").filter(digest=digest_of(text), revoked_at__isnull=True).first()
    if token is None:
        return None
    today = now.astimezone(UTC).date()
    if token.last_used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
    return token.person
