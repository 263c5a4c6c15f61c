"""Loading the matrix: the organisation and all charters in force, in a constant number of queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from charter.document import Document
from charter.models import Version
from charter.queries import versions_in_force
from charter.storage import thaw
from escalations.matrix import TeamLines, matrix_of
from teams.organisation import Organisation, load_organisation
from teams.tree import team_and_below


@dataclass(frozen=True)
class Agreed:
    """Who is here, and what the charters say that are in force at a moment."""

    organisation: Organisation
    versions: Mapping[str, Version]
    documents: Mapping[str, Document]
    at: datetime

    def matrix(
        self, *, team: str | None = None, below: bool = True, trigger: str | None = None, severity: str | None = None
    ) -> list[TeamLines]:
        """The matrix of all teams, or of one with (`below`) or without those that stand below it."""
        teams = None
        if team:
            teams = team_and_below(self.organisation, team) if below else frozenset({team})
        return matrix_of(self.organisation, self.documents, self.at, teams=teams, trigger=trigger, severity=severity)


def load_agreed(at: datetime, *, now: datetime, organisation: Organisation | None = None) -> Agreed:
    """Six queries, or one where the organisation is at hand.

    For a past moment today's charters are asked: the matrix looks ahead, the ledger looks back.
    """
    versions = versions_in_force(max(at, now))
    documents = {team: thaw(version.document) for team, version in versions.items() if version.document}
    return Agreed(organisation or load_organisation(), versions, documents, at)
