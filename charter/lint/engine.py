"""Running the rules over a document."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from charter.document import Document
from charter.lint.rule import RULES, Severity, Subject
from teams.organisation import Organisation

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One result: a rule, where, and what.

    The pointer names stages, rights and paths by their key, as in /stages/monitoring: it stays true when they move.
    """

    rule_id: str
    severity: Severity
    pointer: str
    message: str


@dataclass(frozen=True)
class Result:
    """Findings, errors first; `skipped` are the ids of rules that need what is not at hand: people, definitions."""

    findings: Sequence[Finding]
    skipped: Sequence[str]

    def count(self, severity: Severity) -> int:
        return sum(finding.severity == severity for finding in self.findings)

    @property
    def has_errors(self) -> bool:
        return any(finding.severity == Severity.ERROR for finding in self.findings)


def lint_document(
    document: Document,
    *,
    now: datetime,
    organisation: Organisation | None = None,
    others: Mapping[str, Document] | None = None,
    disciplines: Mapping[str, str] | None = None,
    definitions: frozenset[str] | None = None,
    only: Collection[str] | None = None,
) -> Result:
    """All findings about a document. Without an organisation the rules about people are skipped, and said to be; so is
    the one about words without the keys of all `definitions`.

    `others` are the charters in force, for paths that lead into other teams; `disciplines` the role catalogue's, known
    from the organisation where there is one. `only` names the rules to run. Waived findings are left out.
    """
    if disciplines is None:
        disciplines = organisation.disciplines if organisation else {}
    subject = Subject(document, now, organisation, others or {}, disciplines, definitions)
    waived = {(waiver.rule, waiver.at) for waiver in document.waivers if waiver.until >= now.date()}
    findings: list[Finding] = []
    skipped: list[str] = []
    for rule in sorted(RULES.values(), key=lambda rule: rule.id):
        if only is not None and rule.id not in only:
            continue
        if not subject.lets_run(rule):
            skipped.append(rule.id)
            continue
        findings.extend(
            Finding(rule.id, rule.severity, pointer, message)
            for pointer, message in rule.check(subject)
            if (rule.id, pointer) not in waived
        )
    findings.sort(key=lambda finding: _ORDER[finding.severity])
    return Result(findings, skipped)


def json_pointer(document: Document, pointer: str) -> str:
    """The strict JSON pointer (RFC 6901) of a finding: keys of list entries become their index."""
    head, *rest = pointer.removeprefix("/").split("/")
    entries = getattr(document, head, None)
    if not rest or not isinstance(entries, tuple):
        return pointer
    index = next((number for number, entry in enumerate(entries) if entry.key == rest[0]), None)
    return pointer if index is None else "/".join(["", head, str(index), *rest[1:]])
