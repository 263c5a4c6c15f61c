"""How the work passes from one stage to the next: it stays with somebody, or it changes hands. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from charter.document import Document, Stage


@dataclass(frozen=True, slots=True)
class Passage:
    """From a stage to the next one, where both have somebody responsible."""

    before: Stage
    after: Stage
    givers: Sequence[str]
    receivers: Sequence[str]
    had_a_say: Sequence[str]

    @property
    def is_hand_off(self) -> bool:
        """No role works in both."""
        return not set(self.givers) & set(self.receivers)

    @property
    def is_unprepared(self) -> bool:
        """It changes hands, and nobody who receives it was accountable, responsible or even consulted before."""
        return not set(self.receivers) & set(self.had_a_say)


def passages_of(document: Document) -> Iterator[Passage]:
    """The passages of a charter, in the order of its stages."""
    for before, after in pairwise(document.stages):
        givers, receivers = document.roles_with(before.key, "R"), document.roles_with(after.key, "R")
        if givers and receivers:
            yield Passage(before, after, givers, receivers, document.roles_with(before.key, "ARC"))
