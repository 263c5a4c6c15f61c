"""Kinds of the tests' own, so that these tests know no upper floor."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from reminders import kinds
from reminders.kinds import OccasionKind

GATHERING = OccasionKind(
    key="retrospective",
    title="Retrospective",
    sentence="{team} looks back. Write your notes before the meeting.",
    action="Add notes",
    done_by_hand=True,
)
BALLOT = OccasionKind(
    key="ballot",
    title="Ballot",
    sentence="{team} asks for your decision.",
    action="Read and vote",
    ladder=(timedelta(hours=-4), timedelta(0)),
    overdue_after=timedelta(hours=2),
    announce=True,
    urgency=2,
)


@pytest.fixture(autouse=True)
def known_kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(kinds, "_kinds", {kind.key: kind for kind in (GATHERING, BALLOT)})
    return


def replaced(kind: OccasionKind, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the engine see this kind under its key."""
    monkeypatch.setitem(kinds._kinds, kind.key, kind)
