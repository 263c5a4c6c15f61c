"""Who may change how things are told: pure predicates, deny by default."""

from teams.models import Team
from teams.rules import Reader, can_change_organisation, can_seat


def can_set_ladders(person: Reader, team: Team | None) -> bool:
    """The ladders of the organisation are set by admins, those of a team also by its lead."""
    return can_change_organisation(person) if team is None else can_seat(person, team)


def can_change_channels(person: Reader, team: Team) -> bool:
    """Channels are the business of whoever gives the seats: the lead of the team, and admins."""
    return can_seat(person, team)


def can_resend_letters(person: Reader) -> bool:
    """Parked letters are for those who run the installation."""
    return can_change_organisation(person)
