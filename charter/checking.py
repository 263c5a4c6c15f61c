"""Lint with what this installation knows: its people, its role catalogue, the charters in force."""

from collections.abc import Mapping
from datetime import datetime

from charter.document import Document
from charter.lint import Result, json_pointer, lint_document
from charter.lint.formats import Checked
from charter.parsing import Source
from charter.queries import documents_in_force, known_definitions
from teams.models import Role
from teams.organisation import Organisation, load_organisation


def check_here(
    document: Document,
    *,
    now: datetime,
    organisation: Organisation | None = None,
    others: Mapping[str, Document] | None = None,
) -> Result:
    """All findings about a document of this installation; what is at hand already need not be loaded again.

    Of a team that is not here only the file is at hand.
    """
    organisation = load_organisation() if organisation is None else organisation
    if document.team not in organisation.teams:
        return check_file(document, now=now)
    return lint_document(
        document,
        now=now,
        organisation=organisation,
        others=documents_in_force(now) if others is None else others,
        definitions=known_definitions(),
    )


def check_file(document: Document, *, now: datetime) -> Result:
    """Findings as if only the file were at hand: rules about people are skipped."""
    return lint_document(
        document,
        now=now,
        disciplines=dict(Role.objects.values_list("key", "discipline")),
        definitions=known_definitions(),
    )


def report(document: Document, result: Result, *, name: str, source: Source | None = None) -> Checked:
    """A result under a name, with the line of each finding where the text is at hand."""
    lines = [source.place(json_pointer(document, finding.pointer))[0] if source else 0 for finding in result.findings]
    return Checked(name, result, lines)
