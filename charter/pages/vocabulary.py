"""The pages of the vocabulary: what is defined, who uses it, how it came to mean what it does."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from django.utils.safestring import SafeString

from charter.models import Definition, DefinitionVersion, Threshold
from charter.models.definition import TEXT_FIELDS
from charter.queries import thresholds_in_force
from charter.sentences import metric_in_words, threshold_sentence
from charter.storage import threshold_part
from config.markdown import plain_text, render_markdown
from teams.models import Team

MOST_USES = 50


@dataclass(frozen=True)
class Entry:
    """A definition, and how many teams' charters watch it."""

    definition: Definition
    teams: int

    @property
    def excerpt(self) -> str:
        return plain_text(self.definition.meaning)


@dataclass(frozen=True)
class Undefined:
    """A metric of charters in force that nobody defined."""

    key: str
    teams: Sequence[Team]

    @property
    def name(self) -> str:
        return metric_in_words(self.key)


@dataclass(frozen=True)
class Vocabulary:
    """What is shown, out of all; and what is missing."""

    rows: Sequence[Entry]
    count: int
    undefined: Sequence[Undefined]


@dataclass(frozen=True)
class Use:
    """A threshold of a charter in force."""

    team: Team
    sentence: SafeString


@dataclass(frozen=True)
class Said:
    """A version of a definition and what it changed, by the names of the fields."""

    version: DefinitionVersion
    changed: Sequence[str]
    meaning: SafeString


@dataclass(frozen=True)
class DefinitionPage:
    meaning: SafeString
    uses: Sequence[Use]
    shown: Sequence[Use]
    history: Sequence[Said]

    @property
    def more(self) -> int:
        return len(self.uses) - len(self.shown)


def vocabulary(now: datetime, *, text: str = "", direction: str = "", used: bool | None = False) -> Vocabulary:
    """All definitions by name: three queries."""
    watching = _teams_by_metric(thresholds_in_force(now))
    definitions = list(Definition.objects.select_related("owner"))
    known = {definition.key for definition in definitions}
    words = text.casefold().split()
    rows = [
        Entry(definition, len(watching.get(definition.key, ())))
        for definition in definitions
        if all(word in f"{definition.key} {definition.name} {definition.meaning}".casefold() for word in words)
        and (not direction or definition.direction == direction)
        and (not used or definition.key in watching)
    ]
    rows.sort(key=lambda entry: entry.definition.name.casefold())
    undefined = [Undefined(key, teams) for key, teams in sorted(watching.items()) if key not in known]
    return Vocabulary(rows, len(definitions), undefined)


def definition_page(definition: Definition, now: datetime) -> DefinitionPage:
    """One definition: three queries."""
    uses = uses_of(definition.key, now)
    versions = list(definition.versions.select_related("written_by"))
    return DefinitionPage(
        meaning=render_markdown(definition.meaning),
        uses=uses,
        shown=uses[:MOST_USES],
        history=[
            Said(version, _changed(version, before), render_markdown(version.meaning))
            for version, before in zip_longest(versions, versions[1:])
        ],
    )


def uses_of(key: str, now: datetime) -> list[Use]:
    """The thresholds of charters in force that watch a metric, defined or not."""
    return [
        Use(threshold.version.charter.team, threshold_sentence(threshold_part(threshold)))
        for threshold in thresholds_in_force(now, metric=key)
    ]


def _teams_by_metric(thresholds: Sequence[Threshold]) -> Mapping[str, Sequence[Team]]:
    found: dict[str, dict[int, Team]] = defaultdict(dict)
    for threshold in thresholds:
        team = threshold.version.charter.team
        found[threshold.metric][team.pk] = team
    return {metric: list(teams.values()) for metric, teams in found.items()}


def _changed(version: DefinitionVersion, before: DefinitionVersion | None) -> list[str]:
    if before is None:
        return []
    return [
        str(field.verbose_name)
        for field in version._meta.fields
        if field.name in TEXT_FIELDS and getattr(version, field.name) != getattr(before, field.name)
    ]
