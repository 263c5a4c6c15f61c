"""What the demonstration lets a newcomer try: see a reminder come without waiting for Thursday."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ledger.errors import IllegalState
from reminders.audience import concerning
from reminders.models import Occasion
from reminders.occasions import move_occasion
from teams.models import Person

RETROSPECTIVE = "retrospective"


class NothingAhead(IllegalState):
    """No retrospective is ahead anywhere."""

    def __init__(self) -> None:
        super().__init__(
            _("No retrospective is ahead: put a charter with a retrospective in force first."), state="none"
        )


@transaction.atomic
def make_next_retrospective_due(*, by: Person, now: datetime) -> Occasion:
    """Move the next retrospective of the person's teams, else of any team, to now. Raises NothingAhead."""
    mine = concerning(by, now)
    for occasions in (mine, Occasion.objects.all()):
        ahead = occasions.filter(kind=RETROSPECTIVE, state=Occasion.State.OPEN, due_at__gt=now)
        if found := ahead.order_by("due_at", "id").first():
            return move_occasion(key=found.key, due_at=now, by=by, now=now)
    raise NothingAhead
