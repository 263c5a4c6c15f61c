"""Who promises and who settles: pure predicates, deny by default. Everybody who is signed in reads."""

from collections.abc import Collection

from reminders.models import ActionItem
from teams.models import Person, Team
from teams.rules import Reader, can_change_anything, can_change_organisation


def can_promise(person: Reader, team: Team, owner: Person, *, seated: Collection[int]) -> bool:
    """Everybody promises for themselves; for others the lead, admins and whoever holds a seat in the team.

    `seated` are the ids of the people with a seat in the team today.
    """
    if team.closed_at is not None or not can_change_anything(person):
        return False
    return person.pk in {owner.pk, team.lead_id} or person.pk in seated or can_change_organisation(person)


def can_settle(person: Reader, item: ActionItem) -> bool:
    """Done, given another date or dropped: by its owner, the lead of its team, and admins."""
    if not can_change_anything(person):
        return False
    return person.pk in {item.owner_id, item.team.lead_id} or can_change_organisation(person)
