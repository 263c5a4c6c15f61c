"""Before a train leaves: who is still to be told, who wants to hear later, and what the message says."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reminders.audience import Concern, concerns_of
from reminders.channels import Channel
from reminders.channels.email import write_digest
from reminders.digests import covered_notices
from reminders.habits import Habits, Plan, Way, load_habits
from reminders.kinds import kind_of
from reminders.models import Endpoint, Notice, Occasion
from reminders.telling import why_told
from teams.models import Person

logger = logging.getLogger(__name__)


@dataclass
class Boarded:
    """What is to become of the notices of a train, each in one of the lists."""

    ready: list[tuple[Notice, Any]] = field(default_factory=list)
    withdrawn: list[int] = field(default_factory=list)
    held: list[tuple[Notice, Plan]] = field(default_factory=list)
    broken: list[tuple[Notice, str]] = field(default_factory=list)
    covered_withdrawn: list[int] = field(default_factory=list)
    left_behind: list[int] = field(default_factory=list)  # covered by a digest that cannot tell of them now


def board(notices: Sequence[Notice], channel: Channel, *, now: datetime) -> Boarded:
    """Look at the people, their occasions and their wishes once more, and write the messages of those who go."""
    return _Boarding(notices, channel, now).all()


class _Boarding:
    def __init__(self, notices: Sequence[Notice], channel: Channel, now: datetime) -> None:
        self.notices = notices
        self.channel = channel
        self.now = now
        self.covered = covered_notices(notice for notice in notices if notice.occasion_id is None)
        everything = [*notices, *(one for some in self.covered.values() for one in some)]
        occasions = {notice.occasion.pk: notice.occasion for notice in everything if notice.occasion}
        self.concerns: Mapping[int, Concern] = concerns_of(occasions.values(), now)
        self.habits: Mapping[int, Habits] = load_habits(self._people(), now)
        self.boarded = Boarded()

    def _people(self) -> dict[int, Person]:
        """Whose wishes count: those who get an e-mail."""
        return {
            notice.recipient.pk: notice.recipient
            for notice in self.notices
            if notice.channel == Notice.Channel.EMAIL and notice.recipient
        }

    def all(self) -> Boarded:
        for notice in self.notices:
            try:
                if notice.occasion is None:
                    self._board_digest(notice)
                elif notice.endpoint is not None:
                    self._board_for_endpoint(notice, notice.occasion, notice.endpoint)
                else:
                    self._board_single(notice, notice.occasion)
            except Exception as error:  # a notice that cannot be written must not keep the others waiting
                logger.exception("Notice %s cannot be written", notice.key)
                said = getattr(error, "message", "") or f"{type(error).__name__}: {error}"
                self.boarded.broken.append((notice, str(said)[:500]))
        return self.boarded

    def _board_single(self, notice: Notice, occasion: Occasion) -> None:
        why = self._why(notice.recipient_id, occasion)
        plan = self._plan(notice, occasion)
        if why is None or plan is None:
            self.boarded.withdrawn.append(notice.pk)
        elif plan.at > self.now:
            self.boarded.held.append((notice, plan))
        else:
            self.boarded.ready.append((notice, self.channel.write(notice, why=why, now=self.now)))

    def _board_for_endpoint(self, notice: Notice, occasion: Occasion, endpoint: Endpoint) -> None:
        why = why_told(endpoint, occasion, is_open=self.concerns[occasion.pk].is_open)
        if why is None:
            self.boarded.withdrawn.append(notice.pk)
        else:
            self.boarded.ready.append((notice, self.channel.write(notice, why=why, now=self.now)))

    def _board_digest(self, digest: Notice) -> None:
        told: list[tuple[Notice, str]] = []
        for notice in self.covered[digest.pk]:
            assert notice.occasion is not None  # noqa: S101  only a digest has none, and no digest covers another
            if notice.occasion_id not in self.concerns:
                self.boarded.left_behind.append(notice.pk)
                continue
            why = self._why(digest.recipient_id, notice.occasion)
            if why is None or not self._is_wanted(digest, notice.occasion):
                self.boarded.covered_withdrawn.append(notice.pk)
            else:
                told.append((notice, why))
        if not told:
            self.boarded.withdrawn.append(digest.pk)
            return
        habits = self.habits[digest.recipient_id or 0]
        due = {notice.occasion.due_at for notice, _why in told if notice.occasion}
        at = min(habits.next_allowed(self.now, due_at=due_at) for due_at in due)
        if at > self.now:
            self.boarded.held.append((digest, Plan(at)))
        else:
            self.boarded.ready.append((digest, write_digest(digest, told, now=self.now)))

    def _why(self, person: int | None, occasion: Occasion) -> str | None:
        """Why it concerns them; None where it does not, or not any more. Raises KeyError where nobody can say."""
        concern = self.concerns[occasion.pk]
        is_open = occasion.state == Occasion.State.OPEN and concern.is_open
        return concern.reasons[person] if is_open and person and person in concern.people else None

    def _plan(self, notice: Notice, occasion: Occasion) -> Plan | None:
        """When it goes by the person's wishes of today, which may have changed since the notice was made."""
        if notice.recipient_id not in self.habits:
            return Plan(self.now)
        habits = self.habits[notice.recipient_id or 0]
        plan = habits.plan(kind_of(occasion.kind), due_at=occasion.due_at, at=self.now)
        if plan and plan.for_digest and (notice.for_digest or notice.doubts):
            return Plan(habits.next_allowed(self.now, due_at=occasion.due_at))  # it has had its turn there
        return plan

    def _is_wanted(self, digest: Notice, occasion: Occasion) -> bool:
        ways = self.habits[digest.recipient_id or 0].ways
        return ways.get(kind_of(occasion.kind).group, Way.AT_ONCE) != Way.OFF
