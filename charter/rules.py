"""Who may change a charter: pure predicates, deny by default. Everybody who is signed in reads."""

from teams.models import Team
from teams.rules import Reader, can_change_anything, can_change_organisation


def can_edit(person: Reader, team: Team) -> bool:
    """The team's lead edits, proposes and withdraws; so do admins. A closed team's charter rests."""
    if team.closed_at is not None or not can_change_anything(person):
        return False
    return team.lead_id == person.pk or can_change_organisation(person)
