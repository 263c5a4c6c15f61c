"""Acts on teams: founding, changing, closing."""

from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ledger.errors import IllegalState
from ledger.record import record_act
from teams.calendar import UnknownHolidays, holidays_of
from teams.changing import apply_changes, as_word, locked, store
from teams.models import MLModel, Person, Team
from teams.rules import require_admin

UNRECORDED = ("name",)


class TeamFields(TypedDict, total=False):
    """What can be said about a team."""

    key: str
    name: str
    parent: Team | None
    structure: str
    lead: Person | None
    timezone: str
    holidays: str


class TeamIsNeeded(IllegalState):
    """A team cannot close while something hangs on it."""


class TeamIsClosed(IllegalState):
    """A closed team takes no seats, models or children."""


def require_open(team: Team) -> None:
    """Raises TeamIsClosed."""
    if team.closed_at is not None:
        raise TeamIsClosed(_("%(team)s is closed.") % {"team": team}, state="closed")


@transaction.atomic
def found_team(*, by: Person | None, now: datetime, **fields: Unpack[TeamFields]) -> Team:
    """Found a team. Raises Invalid, Forbidden, TeamIsClosed (its parent)."""
    require_admin(by)
    team = Team(**_tidied(fields))
    _check_parent(team)
    _store(team)
    change = {
        field: [None, as_word(getattr(team, field))]
        for field in ("parent", "structure", "lead")
        if getattr(team, field) is not None
    }
    record_act(by=by, key="teams.team.created", on=team, now=now, change=change)
    return team


@transaction.atomic
def change_team(team: Team, *, by: Person | None, now: datetime, **fields: Unpack[TeamFields]) -> Team:
    """Change what is said about a team; its key stays, because addresses and charters name it.

    Raises Invalid, Forbidden, TeamIsClosed (a new parent).
    """
    require_admin(by)
    if "parent" in fields:
        list(Team.objects.select_for_update().order_by("pk").values_list("pk"))  # two moves at once could make a circle
    team = locked(team)
    tidied = _tidied(fields)
    if tidied.pop("key", team.key) != team.key:
        raise IllegalState(_("The key of a team stays: addresses and charters name it."), state="founded")
    change = apply_changes(team, tidied, unrecorded=UNRECORDED)
    if "parent" in change:
        _check_parent(team)
    _store(team)
    if change:
        record_act(by=by, key="teams.team.changed", on=team, now=now, change=change)
    return team


@transaction.atomic
def close_team(team: Team, *, by: Person | None, now: datetime) -> Team:
    """Close a team that nothing hangs on any more. Raises Forbidden, TeamIsNeeded."""
    require_admin(by)
    team = locked(team)
    if team.closed_at is not None:
        return team
    if count := team.children.filter(closed_at__isnull=True).count():
        message = ngettext("%(count)d team below it is open.", "%(count)d teams below it are open.", count)
        raise TeamIsNeeded(message % {"count": count} + " " + _("Move or close these first."), state="has-children")
    if count := team.models.exclude(stage=MLModel.Stage.RETIRED).count():
        message = ngettext("It owns %(count)d model.", "It owns %(count)d models.", count)
        raise TeamIsNeeded(message % {"count": count} + " " + _("Hand these over first."), state="owns-models")
    team.closed_at = now
    team.save(update_fields=["closed_at"])
    record_act(by=by, key="teams.team.closed", on=team, now=now, change={"closed_at": [None, now.isoformat()]})
    return team


@transaction.atomic
def reopen_team(team: Team, *, by: Person | None, now: datetime) -> Team:
    """Take a closed team up again. Raises Forbidden."""
    require_admin(by)
    team = locked(team)
    if team.closed_at is None:
        return team
    before = team.closed_at.isoformat()
    team.closed_at = None
    team.save(update_fields=["closed_at"])
    record_act(by=by, key="teams.team.reopened", on=team, now=now, change={"closed_at": [before, None]})
    return team


def _tidied(fields: TeamFields) -> dict[str, Any]:
    tidied: dict[str, Any] = dict(fields)
    for field in ("key", "name", "holidays"):
        if isinstance(tidied.get(field), str):
            tidied[field] = tidied[field].strip()
    return tidied


def _store(team: Team) -> None:
    store(team, taken={"key": _("Another team has this key.")}, further=_contradictions)


def _contradictions(team: Team) -> list[tuple[str, str]]:
    found = []
    if team.lead is not None and not team.lead.is_active:
        found.append(("lead", _("%(name)s has left.") % {"name": team.lead}))
    if team.parent_id is not None and team.pk is not None and team.pk in _line_above(team):
        found.append(("parent", _("A team cannot stand below itself.")))
    if team.holidays:
        try:
            holidays_of(team.holidays)
        except UnknownHolidays:
            found.append(("holidays", _("No holidays are known for this. Write a country as DE, or DE-BY.")))
    return found


def _check_parent(team: Team) -> None:
    if team.parent is not None:
        require_open(locked(team.parent))


def _line_above(team: Team) -> set[int]:
    """The ids of all teams above, found in one read; ends on a circle as well."""
    parents = dict(Team.objects.values_list("pk", "parent_id"))
    line: set[int] = set()
    above = team.parent_id
    while above is not None and above not in line:
        line.add(above)
        above = parents.get(above)
    return line
