"""What a rule is, and the register of all rules."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from django.utils.functional import Promise

from charter.document import Document
from teams.organisation import Organisation

Text = str | Promise
Check = Callable[["Subject"], Iterator[tuple[str, str]]]


class Severity(StrEnum):
    """Errors block proposing and realigning; warnings and information do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Subject:
    """What a rule looks at: a document, the moment, and, where they are at hand, the people of the organisation.

    `others` are the charters in force of the other teams, by team key; `disciplines` are those of the role catalogue;
    `known_words` are the keys of the organisation's definitions.
    """

    document: Document
    now: datetime
    people: Organisation | None = None
    others: Mapping[str, Document] = field(default_factory=dict)
    disciplines: Mapping[str, str] = field(default_factory=dict)
    known_words: frozenset[str] | None = None

    @cached_property
    def organisation(self) -> Organisation:
        """The people; rules that ask for them run only where they are at hand."""
        if self.people is None:
            raise LookupError("a rule without needs_people asked for people")
        return self.people

    @cached_property
    def definitions(self) -> frozenset[str]:
        """What is defined; rules that ask for it run only where that is at hand."""
        if self.known_words is None:
            raise LookupError("a rule without needs_definitions asked for definitions")
        return self.known_words

    def lets_run(self, rule: "Rule") -> bool:
        """Whether all that a rule needs is at hand."""
        has_people = self.people is not None or not rule.needs_people
        return has_people and (self.known_words is not None or not rule.needs_definitions)

    @cached_property
    def documents(self) -> Mapping[str, Document]:
        """All charters, this one in place of what its team has in force."""
        return {**self.others, self.document.team: self.document}


@dataclass(frozen=True)
class Rule:
    """A rule: `check` yields (JSON pointer, sentence). `source` says where the rule comes from."""

    id: str
    title: Text
    severity: Severity
    why: Text
    source: Text
    mend: Text
    needs_people: bool
    needs_definitions: bool
    check: Check


RULES: dict[str, Rule] = {}


def rule(
    id: str,  # noqa: A002  the word of the contract
    *,
    title: Text,
    severity: Severity,
    why: Text,
    source: Text,
    mend: Text,
    needs_people: bool = False,
    needs_definitions: bool = False,
) -> Callable[[Check], Check]:
    """Register a check as a rule."""

    def register(check: Check) -> Check:
        RULES[id] = Rule(id, title, severity, why, source, mend, needs_people, needs_definitions, check)
        return check

    return register
