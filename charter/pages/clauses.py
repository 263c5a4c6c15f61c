"""What the editor's template gets: clauses with their forms, the contents, findings with the way to their place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django import forms
from django.utils.safestring import SafeString

from charter.lint import Finding


@dataclass(frozen=True)
class OpenForm:
    """A form that stands open under its clause: where it posts to, and what else can be done there."""

    form: forms.Form
    action: str
    title: str
    close: str
    move: str = ""
    remove: str = ""
    id: str = ""
    body: Mapping[str, str] = field(default_factory=dict)
    index: int = 0
    count: int = 0

    @property
    def acts_body(self) -> Mapping[str, str]:
        """What the buttons beside the form send along: which thing is meant, and what of it was read."""
        seen = self.form["seen"].value() if "seen" in self.form.fields else ""
        return {**self.body, **({"seen": seen} if seen else {})}

    @property
    def up(self) -> int | None:
        return self.index - 1 if self.move and self.index > 0 else None

    @property
    def down(self) -> int | None:
        return self.index + 1 if self.move and self.index + 1 < self.count else None


@dataclass(frozen=True)
class Clause:
    """One numbered agreement: its sentence with slots, what lint says about it, and its form where that is open."""

    id: str
    number: str
    sentence: SafeString
    note: str = ""
    findings: Sequence[Finding] = ()
    open: OpenForm | None = None


@dataclass(frozen=True)
class PathClauses:
    """An escalation path: its head and its levels."""

    head: Clause
    title: str
    levels: Sequence[Clause]
    adding: OpenForm | None
    add_address: str


@dataclass(frozen=True)
class Entry:
    """A line of the table of contents."""

    id: str
    label: str
    errors: int
    warnings: int


@dataclass(frozen=True)
class Shown:
    """A finding beside the editor, with the way to the place that mends it; `fix` says what one click would do."""

    finding: Finding
    text: str
    href: str
    go: str
    fix: str = ""
