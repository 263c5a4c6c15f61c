"""Digests: one e-mail about much (docs/decisions/0012-digests.md).

A digest is a notice of its own, without an occasion, that covers others. It is made right before delivery, from what
is due: what a person wants in their daily digest, and what is more than a few e-mails to one person at once, as after
an outage. From then on it alone is claimed, put on the wire and sent; what it covers shares its fate.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet

from reminders.localtime import zone_or_utc
from reminders.models import Notice

MOST_AT_ONCE = 5  # e-mails to one person; more of them travel together
PEOPLE_AT_ONCE = 500
STEP = "digest:"


@dataclass(frozen=True)
class _Waiting:
    """A notice that could travel in a digest, and whose it is."""

    pk: int
    person: int
    day: str
    urgency: int


def gather(waiting: QuerySet[Notice], *, now: datetime) -> int:
    """Join what of the waiting notices belongs together. Returns how many digests travel with something new.

    A constant number of queries for each 500 people. Two who gather at once hurt nobody: the rows are locked.
    """
    joinable = waiting.filter(channel=Notice.Channel.EMAIL, occasion__isnull=False, doubts=0).exclude(urgency=0)
    crowds = joinable.order_by().values("recipient").annotate(wanted=Count("pk", filter=Q(for_digest=True)))
    people = list(
        crowds.annotate(all=Count("pk"))
        .filter(Q(all__gt=MOST_AT_ONCE) | Q(wanted__gt=0))
        .values_list("recipient", "all")
    )
    digests = 0
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        some = people[start : start + PEOPLE_AT_ONCE]
        crowded = [person for person, count in some if count > MOST_AT_ONCE]
        wanting = joinable.filter(recipient__in=[person for person, _count in some])
        digests += _join(wanting.filter(Q(for_digest=True) | Q(recipient__in=crowded)), now=now)
    return digests


@transaction.atomic
def _join(notices: QuerySet[Notice], *, now: datetime) -> int:
    rows = (
        notices.order_by("pk")
        .select_for_update(
            of=("self",) if connection.features.has_select_for_update_of else (),
            skip_locked=connection.features.has_select_for_update_skip_locked,
        )
        .values_list("pk", "recipient", "recipient__timezone", "urgency")
    )
    waiting = [
        _Waiting(pk, person, now.astimezone(zone_or_utc(zone)).date().isoformat(), urgency)
        for pk, person, zone, urgency in rows
    ]
    by_key: dict[str, list[_Waiting]] = defaultdict(list)
    taken = _taken({one.person for one in waiting}, {one.day for one in waiting})
    for one in waiting:
        by_key[f"{STEP}{one.person}:{one.day}:{taken[one.person, one.day] + 1}"].append(one)
    Notice.objects.bulk_create(
        [_digest(key, some, now=now) for key, some in by_key.items()], batch_size=500, ignore_conflicts=True
    )
    return _cover(by_key)


def _taken(people: Iterable[int], days: Iterable[str]) -> Counter[tuple[int, str]]:
    """How many digests of a person and a day are on their way already and take nothing more. One query."""
    rows = Notice.objects.filter(
        recipient__in=people, occasion__isnull=True, step__in=[STEP + day for day in days]
    ).exclude(_still_open())
    return Counter((person, step.removeprefix(STEP)) for person, step in rows.values_list("recipient", "step"))


def _still_open() -> Q:
    return Q(state=Notice.State.DUE, attempts=0)


def _digest(key: str, waiting: Sequence[_Waiting], *, now: datetime) -> Notice:
    return Notice(
        key=key,
        recipient_id=waiting[0].person,
        channel=Notice.Channel.EMAIL,
        step=STEP + waiting[0].day,
        urgency=min(one.urgency for one in waiting),
        due_at=now,
        created_at=now,
    )


def _cover(by_key: dict[str, list[_Waiting]]) -> int:
    """Put the waiting notices under their digests. One that somebody has claimed meanwhile takes nothing more."""
    digests = Notice.objects.filter(_still_open(), key__in=by_key).select_for_update().values_list("pk", "key")
    covered = [Notice(pk=one.pk, covered_by_id=pk) for pk, key in digests for one in by_key[key]]
    Notice.objects.bulk_update(covered, ["covered_by"], batch_size=500)
    return len({one.covered_by_id for one in covered})


def covered_notices(digests: Iterable[Notice]) -> dict[int, list[Notice]]:
    """What open digests cover, the first due first. One query, none where there is no digest."""
    ids = [digest.pk for digest in digests]
    covered: dict[int, list[Notice]] = defaultdict(list)
    if ids:
        rows = Notice.objects.filter(
            covered_by__in=ids, state__in=[Notice.State.DUE, Notice.State.RETRY]
        ).select_related("occasion__team")
        for notice in rows.order_by("occasion__due_at", "pk"):
            covered[notice.covered_by_id or 0].append(notice)
    return covered


def settle_covered(digests: Sequence[int], *, now: datetime) -> None:
    """What sent digests cover is sent as well; in the commit that says so of them."""
    Notice.objects.filter(
        covered_by__in=digests,
        covered_by__state=Notice.State.SENT,
        state__in=[Notice.State.DUE, Notice.State.RETRY],
    ).update(state=Notice.State.SENT, sent_at=now, failure="", failure_kind="")
