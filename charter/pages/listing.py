"""Every team and its charter: state, age, findings, next review."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charter import answers
from charter.document import Document
from charter.lint import Severity, lint_document
from charter.models import Version
from charter.pages.rituals import next_day
from charter.queries import in_force, known_definitions
from charter.sentences import day_in_words
from charter.storage import ROWS, document_of
from charter.words import RitualKind, VersionState
from config.components import glyph, state_mark
from teams.models import Structure
from teams.organisation import Organisation, TeamFacts, load_organisation

ALL_COLUMNS = (
    gettext_lazy("Team"),
    gettext_lazy("Name"),
    gettext_lazy("Structure"),
    gettext_lazy("Lead"),
    gettext_lazy("State"),
    gettext_lazy("Version"),
    gettext_lazy("In force from"),
    gettext_lazy("Errors"),
    gettext_lazy("Warnings"),
    gettext_lazy("Next review"),
)
_FAR = date.max


@dataclass(frozen=True)
class Row:
    """A team with its version in force and its open draft; findings are of the one in force, else of the draft."""

    team: TeamFacts
    lead: str
    held: Version | None
    draft: Version | None
    errors: int | None
    warnings: int | None
    next_review: date | None
    now: datetime

    @property
    def state(self) -> str:
        if self.held:
            return str(self.held.state)
        return str(self.draft.state) if self.draft else "none"

    @property
    def structure(self) -> str:
        return str(Structure(self.team.structure).label)

    @property
    def version(self) -> int | None:
        return self.held.number if self.held else None

    @property
    def state_sign(self) -> SafeString:
        if self.held is None and self.draft is None:
            return format_html('<span class="state state-past">{}{}</span>', glyph("open"), _("none yet"))
        if self.held is None:
            label = _("first version, proposed") if self.state == VersionState.PROPOSED else _("first draft")
            return state_mark("charter", self.state, label)
        label = _("in force")
        if self.held.state == VersionState.INTERIM and self.held.interim_until:
            until = day_in_words(self.held.interim_until.date(), self.now.date())
            label = _("interim, until %(day)s") % {"day": until}
        if self.draft is None:
            return state_mark("charter", self.held.state, label)
        word = _("proposed") if self.draft.state == VersionState.PROPOSED else _("in draft")
        both = _("%(state)s; %(number)d %(word)s") % {"state": label, "number": self.draft.number, "word": word}
        return state_mark("charter", self.held.state, both)

    @property
    def age(self) -> str:
        if self.held is None or self.held.in_force_from is None:
            return ""
        return timesince(self.held.in_force_from, self.now, depth=1) if self.held.in_force_from < self.now else ""

    @property
    def review_in_words(self) -> str:
        return day_in_words(self.next_review, self.now.date()) if self.next_review else ""

    def cells(self) -> list[object]:
        """The row as a file has it."""
        return [
            self.team.key,
            self.team.name,
            self.team.structure,
            self.lead,
            self.state,
            self.version or "",
            self.held.in_force_from.date().isoformat() if self.held and self.held.in_force_from else "",
            "" if self.errors is None else self.errors,
            "" if self.warnings is None else self.warnings,
            self.next_review.isoformat() if self.next_review else "",
        ]


_SORTS: dict[str, Callable[[Row], Any]] = {
    "team": lambda row: row.team.name.casefold(),
    "lead": lambda row: row.lead.casefold(),
    "state": lambda row: row.state,
    "version": lambda row: row.version or 0,
    "age": lambda row: (
        (row.now - row.held.in_force_from).total_seconds() if row.held and row.held.in_force_from else -1
    ),
    "errors": lambda row: -1 if row.errors is None else row.errors,
    "warnings": lambda row: -1 if row.warnings is None else row.warnings,
    "review": lambda row: row.next_review or _FAR,
}


@dataclass(frozen=True)
class Listing:
    """The rows that are shown, out of all."""

    rows: Sequence[Row]
    all_rows: Sequence[Row]

    @cached_property
    def is_filtered(self) -> bool:
        return len(self.rows) < len(self.all_rows)

    @property
    def has_any(self) -> bool:
        return any(row.held or row.draft for row in self.all_rows)

    @property
    def first_team(self) -> TeamFacts | None:
        return self.all_rows[0].team if self.all_rows else None

    def table(self) -> list[list[object]]:
        return [row.cells() for row in self.rows]

    def answer(self) -> SafeString:
        rows = self.all_rows
        if not rows:
            return format_html("{}", _("There is no team yet."))
        return answers.whether_every_team_has_one(
            teams=[row.team.name for row in rows],
            held=sum(row.held is not None for row in rows),
            failing=sum(row.held is not None and bool(row.errors) for row in rows),
            drafts=sum(row.held is None and row.draft is not None for row in rows),
            none=[row.team.name for row in rows if row.held is None and row.draft is None],
        )


def load_listing(
    *, now: datetime, sort: str = "", q: str = "", state: str = "", structure: str = "", errors_only: bool = False
) -> Listing:
    """All open teams with their charters: the same number of queries for one and for many."""
    organisation = load_organisation()
    held: dict[str, Version] = {}
    for version in in_force(now):
        held.setdefault(version.charter.team.key, version)
    drafts = _open_versions(set(held))
    documents = {team: document_of(version) for team, version in held.items()}
    definitions = known_definitions()
    rows = [
        _row(
            facts,
            organisation,
            held=held.get(key),
            draft=drafts.get(key),
            documents=documents,
            definitions=definitions,
            now=now,
        )
        for key, facts in organisation.teams.items()
        if not facts.is_closed
    ]
    rows.sort(key=lambda row: row.team.name.casefold())
    shown = [
        row
        for row in rows
        if (not q or q.casefold() in f"{row.team.name} {row.team.key} {row.lead}".casefold())
        and (not state or state in {row.state, row.draft.state if row.draft else ""})
        and (not structure or row.team.structure == structure)
        and (not errors_only or row.errors)
    ]
    by = _SORTS.get(sort.removeprefix("-"), _SORTS["team"])
    shown.sort(key=by, reverse=sort.startswith("-"))
    return Listing(shown, rows)


def _open_versions(teams_with_charter: set[str]) -> dict[str, Version]:
    """The open versions by team; the rows of first drafts with them, since those are linted too."""
    is_open = Version.objects.filter(state__in=[VersionState.DRAFT, VersionState.PROPOSED]).select_related(
        "charter__team"
    )
    later = is_open.filter(charter__team__key__in=teams_with_charter).defer("document")
    first = is_open.exclude(charter__team__key__in=teams_with_charter).prefetch_related(*ROWS)
    return {version.charter.team.key: version for version in [*later, *first]}


def _row(
    facts: TeamFacts,
    organisation: Organisation,
    *,
    held: Version | None,
    draft: Version | None,
    documents: dict[str, Document],
    definitions: frozenset[str],
    now: datetime,
) -> Row:
    lead = organisation.people.get(facts.lead) if facts.lead else None
    document = documents.get(facts.key) or (document_of(draft) if draft and not held else None)
    errors = warnings = None
    review = None
    if document is not None:
        found = lint_document(document, now=now, organisation=organisation, others=documents, definitions=definitions)
        errors, warnings = found.count(Severity.ERROR), found.count(Severity.WARNING)
    if document is not None and held:
        days = [
            day
            for ritual in document.rituals
            if ritual.kind == RitualKind.CHARTER_REVIEW and (day := next_day(ritual, now))
        ]
        review = min(days, default=None)
    return Row(facts, lead.name if lead else "", held, draft, errors, warnings, review, now)
