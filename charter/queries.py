"""Reading charters: which version is in force, and what it says."""

from collections.abc import Mapping
from datetime import datetime

from django.db import models
from django.db.models import Case, IntegerField, Prefetch, Q, When

from charter.document import Document
from charter.models import Charter, Decision, Definition, Threshold, Version
from charter.models.decision import TEXT_FIELDS as DECISION_TEXTS
from charter.storage import thaw
from charter.words import VersionState
from teams.models import Person, Team
from teams.queries import seats_held_on
from teams.rules import can_change_organisation


def in_force(now: datetime) -> models.QuerySet[Version]:
    """Versions in force at a moment that is not past: an unexpired interim, else the newest ratified.

    At most two rows a charter, the one that holds first.
    """
    return (
        Version.objects.filter(Q(state=VersionState.INTERIM, interim_until__gt=now) | Q(state=VersionState.RATIFIED))
        .annotate(precedence=Case(When(state=VersionState.INTERIM, then=0), default=1, output_field=IntegerField()))
        .select_related("charter__team")
        .order_by("charter_id", "precedence")
    )


def version_in_force(team: Team, now: datetime) -> Version | None:
    """The version of a team's charter that holds, or None."""
    return in_force(now).filter(charter__team=team).first()


def versions_in_force(now: datetime) -> Mapping[str, Version]:
    """The version in force of every team that has one, by team key: one query."""
    found: dict[str, Version] = {}
    for version in in_force(now):
        found.setdefault(version.charter.team.key, version)
    return found


def documents_in_force(now: datetime) -> Mapping[str, Document]:
    """The document in force of every team that has one, by team key: one query."""
    return {team: thaw(version.document) for team, version in versions_in_force(now).items() if version.document}


def ratified_beside(version: Version) -> Document | None:
    """The ratified document that an interim stands in for; None where the version is no interim, or the first."""
    if version.state != VersionState.INTERIM:
        return None
    held = Version.objects.filter(charter=version.charter_id, state=VersionState.RATIFIED).first()
    return thaw(held.document) if held and held.document else None


def compared_with(version: Version) -> int | None:
    """The number of the version that one is best compared with: what it was drawn from, else the one before it."""
    if version.based_on_id:
        return version.based_on.number if version.based_on else None
    earlier = Version.objects.filter(charter=version.charter_id, number__lt=version.number).order_by("-number")
    return earlier.values_list("number", flat=True).first()


def open_draft(team: Team) -> Version | None:
    """The draft or proposal of a team, or None."""
    return (
        Version.objects.filter(charter__team=team, state__in=[VersionState.DRAFT, VersionState.PROPOSED])
        .select_related("charter__team")
        .first()
    )


def out_for_signature(team: Team, digest: str) -> Version | None:
    """The version that waits for signatures, a proposal or an interim: the one of this digest, else any."""
    waiting = Version.objects.filter(
        charter__team=team, state__in=[VersionState.PROPOSED, VersionState.INTERIM]
    ).select_related("charter__team")
    return waiting.filter(digest=digest).first() or waiting.order_by("-number").first()


def charter_of(team: Team) -> Charter:
    """The charter of a team; its row is made on first use."""
    return Charter.objects.get_or_create(team=team)[0]


# -- definitions ----------------------------------------------------------------------------------------------------


def known_definitions() -> frozenset[str]:
    """The keys of everything that is defined: one query."""
    return frozenset(Definition.objects.values_list("key", flat=True))


def thresholds_in_force(now: datetime, *, metric: str = "") -> list[Threshold]:
    """The thresholds of all charters in force, or those on one metric, by team: two queries."""
    held: dict[int, int] = {}
    for charter, version in in_force(now).values_list("charter_id", "pk"):
        held.setdefault(charter, version)
    of_any = Threshold.objects.filter(version__state__in=[VersionState.INTERIM, VersionState.RATIFIED])
    if metric:
        of_any = of_any.filter(metric=metric)
    standing = set(held.values())
    return [
        threshold
        for threshold in of_any.select_related("version__charter__team")
        .defer("version__document")
        .order_by("version__charter__team__name", "position")
        if threshold.version_id in standing
    ]


# -- decisions ------------------------------------------------------------------------------------------------------


def teams_logged_by(person: Person, now: datetime) -> models.QuerySet[Team]:
    """The open teams in whose decision log somebody writes: where they lead or hold a seat; all of them for admins."""
    teams = Team.objects.filter(closed_at__isnull=True)
    if can_change_organisation(person):
        return teams
    seated = seats_held_on(now.date()).filter(person=person).order_by().values("team")
    return teams.filter(Q(lead=person) | Q(pk__in=seated))


def logged_decisions(
    *, text: str = "", team: Team | None = None, mine: Person | None = None
) -> models.QuerySet[Decision]:
    """Decisions, newest first: those in whose texts each word occurs, of one team, taken by one person."""
    found = Decision.objects.select_related("team").prefetch_related(
        Prefetch("deciders", Person.objects.order_by("name", "id"))
    )
    for word in text.split():
        anywhere = Q(team__name__icontains=word) | Q(right_key__icontains=word) | Q(review_ref__icontains=word)
        for field in DECISION_TEXTS:
            anywhere |= Q(**{f"{field}__icontains": word})
        found = found.filter(anywhere)
    if team:
        found = found.filter(team=team)
    return found.filter(deciders=mine) if mine else found
