"""The only way a view fetches a charter. Everybody who is signed in reads every charter; what is not there is a 404."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from charter.document import Document
from charter.models import Signature, Version
from charter.queries import in_force, open_draft, version_in_force
from charter.storage import thaw
from ledger.errors import IllegalState
from teams.models import Team


class NoDraft(IllegalState):
    """The team has no open draft, so there is nothing to edit."""


def get_team(key: str) -> Team:
    """A team by its key, with its lead."""
    return get_object_or_404(Team.objects.select_related("lead"), key=key)


def get_draft(team: Team) -> Version:
    """The open draft or proposal of a team. Raises NoDraft."""
    version = open_draft(team)
    if version is None:
        raise NoDraft(_("%(team)s has no open draft.") % {"team": team}, state="none")
    return version


def get_version(team: str, number: int) -> Version:
    """A version of a team's charter by its number."""
    versions = Version.objects.select_related("charter__team__lead", "based_on", "drafted_by")
    try:
        return versions.get(charter__team__key=team, number=number)
    except (Version.DoesNotExist, OverflowError):
        raise Http404 from None


def get_signature(team: str, number: int, pk: int) -> Signature:
    """A signature under a version."""
    signature = get_object_or_404(Signature, pk=pk, version__charter__team__key=team, version__number=number)
    signature.version = get_version(team, number)
    return signature


def find_version(team: str, name: str, now: datetime) -> Version:
    """A version by how an address names it: its number, `draft` (the open one) or `in-force`."""
    if name.isdecimal():
        return get_version(team, int(name))
    found = {"draft": open_draft, "in-force": lambda of: version_in_force(of, now)}.get(name)
    version = found(get_team(team)) if found else None
    if version is None:
        raise Http404
    return version


def documents_reached(document: Document, now: datetime, *, also: Iterable[str] = ()) -> Mapping[str, Document]:
    """The charters in force of the teams to whose paths this one hands over, theirs included, by team.

    One query for each step away; none where no level hands over. `also` names further teams.
    """
    found: dict[str, Document] = {}
    wanted = {*_teams_handed_to(document), *also} - {document.team}
    while wanted:
        fresh: dict[str, Document] = {}
        for version in in_force(now).filter(charter__team__key__in=wanted):
            if version.document:
                fresh.setdefault(version.charter.team.key, thaw(version.document))
        found |= fresh
        asked = wanted | found.keys() | {document.team}
        wanted = {team for each in fresh.values() for team in _teams_handed_to(each)} - asked
    return found


def _teams_handed_to(document: Document) -> set[str]:
    return {level.to.path.partition("/")[0] for path in document.escalation for level in path.levels if level.to.path}
