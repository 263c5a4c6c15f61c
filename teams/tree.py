"""The tree of teams, on the organisation's snapshot: what stands below a team, and the choices of a filter."""

from collections.abc import Collection

from teams.organisation import Organisation, TeamFacts


def team_and_below(organisation: Organisation, key: str) -> frozenset[str]:
    """A team with all that stand below it."""
    found = {key}
    grows = True
    while grows:
        below = {team.key for team in organisation.teams.values() if team.parent in found}
        grows = not below <= found
        found |= below
    return frozenset(found)


def teams_at_work(organisation: Organisation, with_charter: Collection[str]) -> list[TeamFacts]:
    """Open teams by name, but no units that only hold other teams together: nobody sits there, nothing is agreed."""
    seated = {seat.team for seat in organisation.seats}
    parents = {team.parent for team in organisation.teams.values() if not team.is_closed}
    at_work = [
        team
        for team in organisation.teams.values()
        if not team.is_closed and (team.key in with_charter or team.key in seated or team.key not in parents)
    ]
    return sorted(at_work, key=lambda team: (team.name.lower(), team.key))


def team_choices(organisation: Organisation) -> list[tuple[str, str]]:
    """Open teams, each below its parent and set in."""
    below: dict[str | None, list[str]] = {}
    for team in sorted(organisation.teams.values(), key=lambda team: team.name.lower()):
        if not team.is_closed:
            parent = organisation.teams.get(team.parent) if team.parent else None
            below.setdefault(parent.key if parent and not parent.is_closed else None, []).append(team.key)
    choices: list[tuple[str, str]] = []

    def add(key: str, depth: int) -> None:
        choices.append((key, "\N{EN SPACE}" * 2 * depth + organisation.teams[key].name))
        for child in below.get(key, []):
            add(child, depth + 1)

    for key in below.get(None, []):
        add(key, 0)
    return choices
