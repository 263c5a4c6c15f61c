"""Who may change a charter: predicates, deny by default. Everybody who is signed in reads."""

from datetime import datetime

from charter.models import Definition, Signature, Version
from charter.queries import teams_logged_by
from teams.models import Seat, Team
from teams.rules import Reader, can_change_anything, can_change_organisation


def can_edit(person: Reader, team: Team) -> bool:
    """The team's lead edits, proposes and withdraws; so do admins. A closed team's charter rests."""
    if team.closed_at is not None or not can_change_anything(person):
        return False
    return team.lead_id == person.pk or can_change_organisation(person)


def can_answer(person: Reader, version: Version) -> bool:
    """An objection is answered by anyone concerned: who may edit or signs, the parent's lead, who holds a seat."""
    if not can_change_anything(person):
        return False
    team = version.charter.team
    return (
        can_edit(person, team)
        or leads_parent_of(person, team)
        or version.signatures.exclude(state=Signature.State.VOID).filter(person=person).exists()
        or Seat.objects.filter(team=team, person=person, until__isnull=True).exists()
    )


def can_overrule(person: Reader, objection: Signature) -> bool:
    """The parent team's lead overrules; never an objection of their own."""
    return leads_parent_of(person, objection.version.charter.team) and objection.person_id != person.pk


def leads_parent_of(person: Reader, team: Team) -> bool:
    """Whether somebody who may change things leads the parent team."""
    return can_change_anything(person) and team.parent is not None and team.parent.lead_id == person.pk


def can_change_definition(person: Reader, definition: Definition) -> bool:
    """The owner of a definition changes it, and so do admins, who also add definitions."""
    if not can_change_anything(person):
        return False
    return definition.owner_id == person.pk or can_change_organisation(person)


def can_log_decisions(person: Reader, team: Team, now: datetime) -> bool:
    """Whoever holds a seat in a team writes in its decision log, its lead and admins too; a closed team's log rests."""
    return can_change_anything(person) and teams_logged_by(person, now).filter(pk=team.pk).exists()
