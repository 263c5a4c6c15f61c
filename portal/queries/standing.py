"""How teams stand with their charters."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from charter.models import Version
from charter.words import VersionState

OPEN = (VersionState.DRAFT, VersionState.PROPOSED)


@dataclass(frozen=True)
class Standing:
    """The version in force, if any, and the one being written, if any."""

    state: str = "none"
    number: int | None = None
    until: datetime | None = None
    open_state: str = ""
    open_number: int | None = None

    @property
    def is_in_force(self) -> bool:
        return self.state in (VersionState.RATIFIED, VersionState.INTERIM)

    @property
    def shown_state(self) -> str:
        """The state to draw: that in force, else that of the first draft, else none."""
        return self.state if self.is_in_force else self.open_state or "none"


NONE = Standing()


def standings(now: datetime, *, teams: Collection[int] | None = None) -> Mapping[int, Standing]:
    """The standing of each team that ever began a charter, by team id: one query."""
    rows = Version.objects.filter(state__in=[*OPEN, VersionState.INTERIM, VersionState.RATIFIED])
    if teams is not None:
        rows = rows.filter(charter__team__in=teams)
    found: dict[int, dict[str, tuple[int, datetime | None]]] = {}
    for team, state, number, until in rows.values_list("charter__team", "state", "number", "interim_until"):
        if state != VersionState.INTERIM or (until is not None and until > now):
            found.setdefault(team, {})[state] = (number, until)
    return {team: _standing(states) for team, states in found.items()}


def _standing(states: Mapping[str, tuple[int, datetime | None]]) -> Standing:
    held = next((state for state in (VersionState.INTERIM, VersionState.RATIFIED) if state in states), None)
    begun = next((state for state in OPEN if state in states), None)
    number, until = states[held] if held else (None, None)
    return Standing(
        state=held.value if held else "none",
        number=number,
        until=until if held == VersionState.INTERIM else None,
        open_state=begun.value if begun else "",
        open_number=states[begun][0] if begun else None,
    )
