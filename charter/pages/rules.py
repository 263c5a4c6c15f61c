"""The pages of lint's rules: what each finds, and where it stands in the organisation now."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy

from charter.lint import RULES, Finding, Rule, lint_document
from charter.queries import documents_in_force, known_definitions
from teams.organisation import TeamFacts, load_organisation

FAMILIES = {
    "RESP": gettext_lazy("Responsibilities"),
    "DEC": gettext_lazy("Decision rights"),
    "ESC": gettext_lazy("Escalation"),
    "THR": gettext_lazy("Thresholds"),
    "RIT": gettext_lazy("Rituals"),
    "TEAM": gettext_lazy("Teams"),
}
MOST_TEAMS = 60


@dataclass(frozen=True)
class Family:
    key: str
    title: str
    rules: Sequence[Rule]


@dataclass(frozen=True)
class Having:
    """A team whose charter in force has the finding."""

    team: TeamFacts
    findings: Sequence[Finding]


@dataclass(frozen=True)
class Spread:
    """Where a rule stands: the teams that have it, of how many charters in force."""

    teams: Sequence[Having]
    charters: int

    @property
    def shown(self) -> Sequence[Having]:
        return self.teams[:MOST_TEAMS]

    @property
    def more(self) -> int:
        return len(self.teams) - len(self.shown)


def families() -> list[Family]:
    """All rules, by what they look at."""
    members: Mapping[str, list[Rule]] = defaultdict(list)
    for rule in sorted(RULES.values(), key=lambda each: each.id):
        members[rule.id.rstrip("0123456789")].append(rule)
    return [Family(key.lower(), str(title), members[key]) for key, title in FAMILIES.items()]


def spread_of(rule: Rule, now: datetime) -> Spread:
    """Who has the finding now: seven queries, one rule over each charter in force."""
    organisation, documents, definitions = load_organisation(), documents_in_force(now), known_definitions()
    having = []
    for key, document in documents.items():
        result = lint_document(
            document, now=now, organisation=organisation, others=documents, definitions=definitions, only=[rule.id]
        )
        if result.findings:
            having.append(Having(organisation.teams[key], result.findings))
    return Spread(sorted(having, key=lambda each: each.team.name.casefold()), len(documents))
