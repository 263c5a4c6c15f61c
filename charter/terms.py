"""When a version counts as agreed: all who are asked, a share of them, or also those who stay silent."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from charter.models import Charter, Version
from charter.ratification import SIGNABLE
from charter.rules import can_edit
from ledger.errors import IllegalState, Invalid
from ledger.record import record_act
from teams.models import Person, Team
from teams.rules import require


class IsOutForSignature(IllegalState):
    """People are being asked on the terms that hold; they are not changed under their hands."""


@transaction.atomic
def set_terms(*, team: Team, share: int, silence_days: int | None, by: Person, now: datetime) -> Charter:
    """Say what share of the signers ratifies, and after how many days silence is consent (None: never).

    Raises Forbidden, Invalid, IsOutForSignature.
    """
    require(can_edit(by, team), _("Only the lead of %(team)s or an admin can change this.") % {"team": team})
    Charter.objects.get_or_create(team=team)
    charter = Charter.objects.select_for_update().get(team=team)
    if out := Version.objects.filter(charter=charter, state__in=SIGNABLE).first():
        text = _("Version %(number)d is out for signature; what it takes to ratify it stays until then.")
        raise IsOutForSignature(text % {"number": out.number}, state=out.state)
    before = {"share": charter.signing_share, "silence_days": charter.silence_days}
    charter.signing_share, charter.silence_days = share, silence_days
    try:
        charter.clean_fields(exclude=["team"])
    except ValidationError as refusal:
        raise Invalid(
            [(f"/{field}", text) for field, texts in refusal.message_dict.items() for text in texts]
        ) from None
    charter.save()
    after = {"share": share, "silence_days": silence_days}
    change = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if change:
        record_act(by=by, key="charter.charter.terms_set", on=charter, change=change, now=now)
    return charter
