"""Opening a draft: empty, from the version in force or from an older one.

Edits are in `charter.editing`, signing in `charter.ratification`.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from charter.models import Charter, Column, Stage, Version
from charter.queries import open_draft, version_in_force
from charter.references import refuse_unknown
from charter.rules import can_edit
from charter.storage import document_of, load_known, thaw, write_rows
from charter.words import DEFAULT_STAGES
from ledger.errors import IllegalState
from ledger.record import Change, record_act
from teams.models import Person, Role, Seat, Team
from teams.rules import require

# The columns of a first draft, beside the roles in which the team has seats.
USUAL_ROLES = (
    "business-stakeholder",
    "product-owner",
    "data-engineer",
    "data-scientist",
    "ml-engineer",
    "mlops-engineer",
)


class DraftIsOpen(IllegalState):
    """The team has an open draft; there is one at a time."""


@transaction.atomic
def start_draft(*, team: Team, by: Person, now: datetime) -> Version:
    """Open a draft: from the version in force, else with the usual stages and roles. Raises Forbidden, DraftIsOpen."""
    charter = _lock_for_draft(team, by)
    held = version_in_force(team, now)
    draft = add_version(charter, based_on=held, by=by, now=now)
    if held and held.document is not None:
        write_rows(draft, thaw(held.document))
    else:
        _lay_out(draft, team)
    return draft


@transaction.atomic
def restore(*, version: Version, by: Person, now: datetime) -> Version:
    """Open a draft that says what an older version says. That one stays as it was.

    Raises Forbidden, DraftIsOpen, Unreadable (it mentions a role, a team or a person that is not here any more).
    """
    charter = _lock_for_draft(version.charter.team, by)
    document = document_of(version)
    refuse_unknown(document, load_known())
    draft = add_version(charter, based_on=version, by=by, now=now, key="charter.version.restored")
    write_rows(draft, document)
    return draft


def _lock_for_draft(team: Team, by: Person) -> Charter:
    """The charter, locked, of a team that has no open draft."""
    require(can_edit(by, team), _("Only the lead of %(team)s or an admin can draft its charter.") % {"team": team})
    Charter.objects.get_or_create(team=team)
    charter = Charter.objects.select_for_update().get(team=team)
    if standing := open_draft(team):
        raise DraftIsOpen(
            _("Version %(number)d is open already: edit that one.") % {"number": standing.number}, state=standing.state
        )
    return charter


def add_version(
    charter: Charter,
    *,
    based_on: Version | None,
    by: Person | None,
    now: datetime,
    key: str = "charter.version.drafted",
) -> Version:
    """The next version of a charter, an empty draft. Runs under the charter's lock, where no draft is open."""
    last = charter.versions.aggregate(last=Max("number"))["last"] or 0
    draft = Version.objects.create(
        charter=charter, number=last + 1, based_on=based_on, drafted_by=by, drafted_at=now, edited_at=now
    )
    change: Change = {"number": [None, draft.number], "based_on": [None, based_on and based_on.number]}
    record_act(by=by, key=key, on=draft, change=change, now=now)
    return draft


def _lay_out(draft: Version, team: Team) -> None:
    """The nine stages, and a column for each usual role and each role in which the team has seats."""
    Stage.objects.bulk_create(
        Stage(version=draft, position=position, key=key, name=str(name))
        for position, (key, name) in enumerate(DEFAULT_STAGES)
    )
    seated = Seat.objects.filter(team=team, until__isnull=True).values("role")
    roles = Role.objects.filter(key__in=USUAL_ROLES) | Role.objects.filter(pk__in=seated)
    Column.objects.bulk_create(
        Column(version=draft, position=position, role=role) for position, role in enumerate(roles.order_by("position"))
    )
