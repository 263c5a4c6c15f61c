"""Delivery: claim, on the wire, send, sent; each a commit of its own (DESIGN.md §9).

A worker claims notices with a lease and a fencing token. It takes them through the wire in small trains: whoever is
still to be told is marked `on_wire` in one commit, then the messages go out, then what became of them is written in
another. A worker that dies while it holds a lease loses nothing: the lease ends and another claims. One that dies with
a train on the wire leaves it in doubt: each message of it is sent once more under the same Message-ID, marked as a
possible repeat; if that is left in doubt as well, it is parked. Nobody who lost the lease can write any more, because
every write asks for the token.
"""

import logging
import random
import secrets
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from reminders.boarding import Boarded, board
from reminders.channels import CHANNELS, Channel, Outcome, Result
from reminders.digests import gather, settle_covered
from reminders.models import Notice

logger = logging.getLogger(__name__)

State = Notice.State
Clock = Callable[[], datetime]

CLAIMABLE = (State.DUE, State.RETRY)
CLAIMED_AT_ONCE = 200
LEASE = timedelta(seconds=60)
TRAIN = 25  # messages on the wire at once: what one crash can leave in doubt
TRAIN_TIME = 1.0  # seconds after which a slow train stops and its rest is checked anew
WIRE_LEASE = timedelta(minutes=5)  # longer than the slowest send, so that a living worker is never doubted
CLOCK_JUMP = timedelta(hours=6)  # who looks at a lease only so long after its end looks at another clock
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=2)
TRANSPORT_RETRY = timedelta(seconds=5)
LONGEST_TRANSPORT_RETRY = timedelta(seconds=40)
GIVE_UP_AFTER = timedelta(days=3)
FEWEST_ATTEMPTS = 5
DOUBTS_BEFORE_PARKING = 2
REPEATABLE = (Notice.Channel.WEBHOOK,)  # a repeat is known by its id: it is sent again as long as anything


DOUBTFUL = "The worker went silent while this was on the wire."
WITHDRAWN = "When its turn came, this waited for the person no more, or they did not want it any more."
SNOOZED = "The person wants to hear of it again later."
LEFT_BEHIND = "The digest could not tell of it; it goes alone."


@dataclass
class Delivered:
    """What delivery did: how many notices it claimed, how many ended up in which state, and whether the way is down."""

    claimed: int = 0
    states: Counter[State] = field(default_factory=Counter)
    down: set[str] = field(default_factory=set)  # channels that do not work now; the others go on

    @property
    def is_way_down(self) -> bool:
        return bool(self.down)


def never() -> bool:
    return False


def deliver(*, clock: Clock = timezone.now, rounds: int | None = None, stop: Callable[[], bool] = never) -> Delivered:
    """Deliver what is due, the most urgent first, until nothing is left, `rounds` are over or `stop()` says so."""
    done = Delivered()
    recover(now=clock())
    while not (stop() or rounds == 0):
        gather(waiting(clock()), now=clock())
        batch = claim(now=clock(), without=done.down)
        if not batch:
            break
        take_through(batch, done, clock=clock, stop=stop)
        rounds = None if rounds is None else rounds - 1
    return done


@dataclass(frozen=True)
class Batch:
    """Notices of one channel that one worker has claimed under one token."""

    fence: int
    channel: str
    ids: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def held(self, state: State, ids: Sequence[int] | None = None) -> QuerySet[Notice]:
        """Those of its notices that are in a state and still its own."""
        return Notice.objects.filter(pk__in=self.ids if ids is None else ids, fence=self.fence, state=state)


def claim(*, now: datetime, limit: int = CLAIMED_AT_ONCE, without: Collection[str] = ()) -> Batch:
    """Take the most urgent notices that are due, for the length of a lease.

    The conditional update decides who has them. SKIP LOCKED only keeps claimers from waiting for each other.
    """
    fence = secrets.randbits(62)
    with transaction.atomic():
        candidates = _candidates(now, limit, without)
        channel = candidates[0][1] if candidates else ""
        wanted = [pk for pk, its_channel in candidates if its_channel == channel]
        lease(Notice.objects.filter(pk__in=wanted), fence=fence, now=now)
        mine = set(Notice.objects.filter(pk__in=wanted, fence=fence).values_list("pk", flat=True))
    return Batch(fence=fence, channel=channel, ids=tuple(pk for pk in wanted if pk in mine))


def _candidates(now: datetime, limit: int, without: Collection[str]) -> list[tuple[int, str]]:
    return list(
        claimable(now)
        .exclude(channel__in=without)
        .order_by("urgency", "due_at", "id")
        .select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
        .values_list("pk", "channel")[:limit]
    )


def lease(notices: QuerySet[Notice], *, fence: int, now: datetime) -> int:
    """Put those that nobody holds under our token. Returns how many."""
    return notices.filter(state__in=CLAIMABLE).update(
        state=State.LEASED, fence=fence, leased_until=now + LEASE, attempts=F("attempts") + 1
    )


def waiting(now: datetime) -> QuerySet[Notice]:
    """Notices whose turn has come and that neither a worker holds nor a digest covers."""
    return Notice.objects.filter(state__in=CLAIMABLE, due_at__lte=now, covered_by__isnull=True)


def claimable(now: datetime) -> QuerySet[Notice]:
    """Those of them that go on their own: not what a digest takes along, unless it broke off on the wire alone."""
    return waiting(now).filter(Q(for_digest=False) | Q(doubts__gt=0))


def has_work(*, now: datetime) -> bool:
    """Whether something waits to be delivered, or to be taken back from a dead worker."""
    return waiting(now).exists() or expired(now).exists() or _by_another_clock(now).exists()


def expired(now: datetime) -> QuerySet[Notice]:
    return Notice.objects.filter(state__in=[State.LEASED, State.ON_WIRE], leased_until__lte=now)


def _by_another_clock(now: datetime) -> QuerySet[Notice]:
    """Leases that end later than any can that is given now, or ended so long ago that a clock may have jumped."""
    return Notice.objects.filter(
        Q(state__in=[State.LEASED, State.ON_WIRE], leased_until__gt=now + 2 * WIRE_LEASE)
        | Q(state=State.ON_WIRE, leased_until__lt=now - CLOCK_JUMP)
    )


def recover(*, now: datetime) -> None:
    """Take back what dead workers held: leased is free to retry, on the wire is in doubt.

    A lease by another clock says nothing about its worker, who may be alive: it ends as one that is given now.
    """
    _by_another_clock(now).update(leased_until=now + WIRE_LEASE)
    silent = expired(now)
    freed = silent.filter(state=State.LEASED).update(state=State.RETRY, leased_until=None, fence=0)
    lost = silent.filter(state=State.ON_WIRE)
    parked = (
        lost.exclude(channel__in=REPEATABLE)
        .filter(doubts__gte=DOUBTS_BEFORE_PARKING - 1)
        .update(state=State.IN_DOUBT, doubts=F("doubts") + 1, leased_until=None, fence=0, failure=DOUBTFUL)
    )
    doubted = lost.update(
        state=State.RETRY, doubts=F("doubts") + 1, leased_until=None, fence=0, due_at=now, failure=DOUBTFUL
    )
    if freed or parked or doubted:
        logger.warning(
            "Took back from workers that went silent: %s leased, %s on the wire, %s parked", freed, doubted, parked
        )


def take_through(
    batch: Batch, done: Delivered, *, clock: Clock = timezone.now, stop: Callable[[], bool] = never
) -> None:
    """Send a claimed batch, train by train, adding up in `done`. What is left when told to stop is handed back."""
    done.claimed += len(batch)
    waiting = list(batch.ids)
    with CHANNELS[batch.channel]() as channel:
        while waiting and not stop():
            if not channel.is_up():
                done.down.add(batch.channel)
                break
            train, waiting = waiting[:TRAIN], waiting[TRAIN:]
            ready = _board(batch, channel, train, done.states, now=clock())
            results, unsent = _send(ready, channel)
            _settle(batch, results, unsent, done.states, now=clock())
            waiting = unsent + waiting
    _hand_back(batch, waiting, done, now=clock())


def _board(
    batch: Batch, channel: Channel, ids: list[int], states: Counter[State], *, now: datetime
) -> list[tuple[Notice, Any]]:
    """See who is still to be told, write their messages, and mark those as on the wire: that is the last commit."""
    notices = list(
        batch.held(State.LEASED, ids)
        .filter(leased_until__gt=now)
        .select_related("recipient", "endpoint__team", "occasion__team")
        .order_by("urgency", "due_at", "id")
    )
    boarded = board(notices, channel, now=now)
    _turn_away(batch, boarded, states, now=now)
    return _put_on_wire(batch, boarded.ready, now=now)


def _turn_away(batch: Batch, boarded: Boarded, states: Counter[State], *, now: datetime) -> None:
    """Write what becomes of those that do not leave with the train."""
    states[State.FAILED] += withdraw(batch.held(State.LEASED, boarded.withdrawn), WITHDRAWN)
    withdraw(Notice.objects.filter(pk__in=boarded.covered_withdrawn), WITHDRAWN)
    Notice.objects.filter(pk__in=boarded.left_behind).update(
        state=State.RETRY, covered_by=None, for_digest=False, due_at=now + _spread(FIRST_RETRY), failure=LEFT_BEHIND
    )
    for notice, detail in boarded.broken:
        _retry(batch, notice, State.LEASED, Result(Outcome.LATER, detail), states, now=now)
    for notice, plan in boarded.held:
        states[State.DUE] += batch.held(State.LEASED, [notice.pk]).update(
            state=State.DUE,
            due_at=plan.at,
            for_digest=plan.for_digest,
            leased_until=None,
            attempts=F("attempts") - 1,
        )


def withdraw(notices: QuerySet[Notice], reason: str) -> int:
    """They are not sent any more, and that is nobody's fault. Returns how many."""
    return notices.update(state=State.FAILED, failure_kind=Notice.Failure.WITHDRAWN, failure=reason, leased_until=None)


def _put_on_wire(batch: Batch, ready: list[tuple[Notice, Any]], *, now: datetime) -> list[tuple[Notice, Any]]:
    """Mark them in one commit; whoever lost the lease meanwhile stays behind."""
    ids = [notice.pk for notice, _ in ready]
    marked = batch.held(State.LEASED, ids).update(state=State.ON_WIRE, leased_until=now + WIRE_LEASE)
    if marked == len(ready):
        return ready
    ours = set(batch.held(State.ON_WIRE, ids).values_list("pk", flat=True))
    return [(notice, message) for notice, message in ready if notice.pk in ours]


def _send(ready: list[tuple[Notice, Any]], channel: Channel) -> tuple[list[tuple[Notice, Result]], list[int]]:
    """Send a train. Returns what became of each, and those that there was no time or no way for."""
    results: list[tuple[Notice, Result]] = []
    started = monotonic()
    for index, (notice, message) in enumerate(ready):
        results.append((notice, channel.send(message)))
        if monotonic() - started > TRAIN_TIME or not channel.is_up():
            return results, [later.pk for later, _ in ready[index + 1 :]]
    return results, []


@transaction.atomic
def _settle(
    batch: Batch,
    results: list[tuple[Notice, Result]],
    unsent: list[int],
    states: Counter[State],
    *,
    now: datetime,
) -> None:
    """Write what became of a train. One commit."""
    batch.held(State.ON_WIRE, unsent).update(state=State.LEASED, leased_until=now + LEASE)
    sent = [notice.pk for notice, result in results if result.outcome == Outcome.SENT]
    written = batch.held(State.ON_WIRE, sent).update(
        state=State.SENT, sent_at=now, leased_until=None, failure="", failure_kind=""
    )
    states[State.SENT] += written
    if digests := [notice.pk for notice, result in results if notice.occasion_id is None]:
        settle_covered(digests, now=now)
    if written < len(sent):
        logger.error("%s notices were sent, but another worker had taken them over", len(sent) - written)
    for notice, result in results:
        if result.outcome == Outcome.REFUSED:
            _fail(batch, notice, Notice.Failure.REFUSED, result, states)
        elif result.outcome == Outcome.DOUBT and notice.channel not in REPEATABLE:
            _doubt(batch, notice, result, states, now=now)
        elif result.outcome != Outcome.SENT:
            _retry(batch, notice, State.ON_WIRE, result, states, now=now)


def _doubt(batch: Batch, notice: Notice, result: Result, states: Counter[State], *, now: datetime) -> None:
    is_last = notice.doubts + 1 >= DOUBTS_BEFORE_PARKING
    state = State.IN_DOUBT if is_last else State.RETRY
    states[state] += batch.held(State.ON_WIRE, [notice.pk]).update(
        state=state,
        doubts=F("doubts") + 1,
        due_at=now + _spread(TRANSPORT_RETRY),
        failure=result.detail,
        leased_until=None,
    )


def _retry(batch: Batch, notice: Notice, held: State, result: Result, states: Counter[State], *, now: datetime) -> None:
    if notice.attempts >= FEWEST_ATTEMPTS and now - notice.created_at >= GIVE_UP_AFTER:
        _fail(batch, notice, Notice.Failure.EXHAUSTED, result, states, held=held)
        return
    first, longest = (
        (TRANSPORT_RETRY, LONGEST_TRANSPORT_RETRY) if result.outcome == Outcome.DOWN else (FIRST_RETRY, LONGEST_RETRY)
    )
    pause = backoff(notice.attempts, first=first, longest=longest)
    states[State.RETRY] += batch.held(held, [notice.pk]).update(
        state=State.RETRY,
        due_at=now + max(pause, result.after or pause),
        doubts=F("doubts") + int(result.outcome == Outcome.DOUBT),
        failure=result.detail,
        leased_until=None,
    )


def _fail(
    batch: Batch,
    notice: Notice,
    kind: Notice.Failure,
    result: Result,
    states: Counter[State],
    *,
    held: State = State.ON_WIRE,
) -> None:
    states[State.FAILED] += batch.held(held, [notice.pk]).update(
        state=State.FAILED, failure_kind=kind, failure=result.detail, leased_until=None
    )


def _hand_back(batch: Batch, ids: list[int], done: Delivered, *, now: datetime) -> None:
    """Give back what was claimed and not tried; where the way is down, not before it may be up again."""
    if ids:
        done.states[State.RETRY] += batch.held(State.LEASED, ids).update(
            state=State.RETRY,
            due_at=now + _spread(TRANSPORT_RETRY) if batch.channel in done.down else now,
            leased_until=None,
            attempts=F("attempts") - 1,
        )


def backoff(attempts: int, *, first: timedelta, longest: timedelta) -> timedelta:
    """Twice as long each time up to the longest, spread so that those who failed together come apart."""
    return _spread(min(first * 2 ** min(max(attempts - 1, 0), 20), longest))


def _spread(pause: timedelta) -> timedelta:
    return pause * random.uniform(0.75, 1.25)  # noqa: S311  not a secret


def parked() -> QuerySet[Notice]:
    """Letters that only a person can move on: in doubt, refused, or tried too often."""
    given_up = Q(state=State.FAILED) & ~Q(failure_kind=Notice.Failure.WITHDRAWN)
    return Notice.objects.filter(Q(state=State.IN_DOUBT) | given_up)
