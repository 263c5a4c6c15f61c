"""RIT: when a team looks back and goes through its charter."""

from collections.abc import Iterator
from datetime import time, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charter.document import Document, Ritual
from charter.lint.rule import Severity, Subject, rule
from charter.words import RitualKind
from reminders.recurrence import Recurrence, upcoming

SOON = timedelta(days=90)


@rule(
    "RIT001",
    title=gettext_lazy("No retrospective"),
    severity=Severity.WARNING,
    why=gettext_lazy("A team that never looks back repeats its incidents."),
    source=gettext_lazy("Agile manifesto, principle 12: at regular intervals the team reflects and adjusts"),
    mend=gettext_lazy("Add a ritual of the kind retrospective that falls within the next 90 days."),
)
def no_retrospective(subject: Subject) -> Iterator[tuple[str, str]]:
    retrospectives = _of_kind(subject.document, RitualKind.RETROSPECTIVE)
    if not retrospectives:
        yield "/rituals", _("there is no retrospective")
    elif not any(_falls_soon(ritual, subject) for ritual in retrospectives):
        yield f"/rituals/{retrospectives[0].key}", _("no retrospective falls within the next 90 days")


@rule(
    "RIT002",
    title=gettext_lazy("No charter review"),
    severity=Severity.WARNING,
    why=gettext_lazy("People and models change; a charter that nobody rereads is wrong within a year."),
    source=gettext_lazy("NIST AI RMF, Govern 1.5: periodic review of roles and responsibilities is planned"),
    mend=gettext_lazy("Add a ritual of the kind charter-review, every three months for instance."),
)
def no_charter_review(subject: Subject) -> Iterator[tuple[str, str]]:
    if not _of_kind(subject.document, RitualKind.CHARTER_REVIEW):
        yield "/rituals", _("there is no charter review")


def recurrence_of(ritual: Ritual) -> Recurrence:
    """The ritual as the reminder engine reads it."""
    return Recurrence(ritual.cadence, ritual.starts_on, time.fromisoformat(ritual.at), ritual.timezone)


def _of_kind(document: Document, kind: RitualKind) -> list[Ritual]:
    return [ritual for ritual in document.rituals if ritual.kind == kind]


def _falls_soon(ritual: Ritual, subject: Subject) -> bool:
    return bool(upcoming(recurrence_of(ritual), after=subject.now, before=subject.now + SOON))
