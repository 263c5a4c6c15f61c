"""Parked letters: what nobody but a person moves on is sent once more."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ledger.errors import IllegalState
from ledger.record import record_acts_in_bulk
from reminders import hints
from reminders.delivery import parked
from reminders.models import Notice
from reminders.rules import can_resend_letters
from teams.models import Person
from teams.rules import require

MOST_AT_ONCE = 500


class LetterNotParked(IllegalState):
    """Somebody else has sent it meanwhile."""


@transaction.atomic
def resend_letter(*, notice_id: int, by: Person, now: datetime) -> Notice:
    """One parked letter goes out again. Raises Forbidden, Notice.DoesNotExist, LetterNotParked."""
    _require_allowed(by)
    notice = Notice.objects.select_for_update(of=("self",)).get(pk=notice_id)
    if not _resend([notice], by=by, now=now):
        raise LetterNotParked(_("This letter is not parked any more."), state=notice.state)
    return notice


@transaction.atomic
def resend_letters(*, by: Person, now: datetime) -> int:
    """The longest parked go out again, five hundred at once. Returns how many. Raises Forbidden."""
    _require_allowed(by)
    rows = parked().order_by("created_at", "pk").select_for_update(of=("self",))
    return _resend(list(rows[:MOST_AT_ONCE]), by=by, now=now)


def _require_allowed(by: Person) -> None:
    require(can_resend_letters(by), _("Parked letters are sent by admins."))


def _resend(notices: list[Notice], *, by: Person, now: datetime) -> int:
    before = {notice.pk: notice.state for notice in notices}
    again = parked().filter(pk__in=before)
    moved = set(again.values_list("pk", flat=True))
    again.update(
        state=Notice.State.RETRY,
        due_at=now,
        attempts=0,
        failure_kind="",
        leased_until=None,
        fence=0,
        for_digest=False,
    )
    record_acts_in_bulk(
        by=by,
        key="reminders.notice.resent",
        acts=[
            (notice, {"state": [before[notice.pk], Notice.State.RETRY.value]})
            for notice in notices
            if notice.pk in moved
        ],
        now=now,
    )
    hints.wake_delivery()
    return len(moved)
