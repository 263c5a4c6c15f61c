"""Writing the ledger."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

import rfc8785
from django.db import connection, models

from ledger.models import Entry
from ledger.registry import sentence_of

Change: TypeAlias = Mapping[str, Sequence[Any]]
"""Field → [before, after]."""

BULK = 500


class NotInTransaction(RuntimeError):
    """An entry was written outside the transaction of its act: the act and its record could part."""


def record_act(
    *,
    by: models.Model | None,
    key: str,
    on: models.Model,
    now: datetime,
    change: Change | None = None,
) -> Entry:
    """Append one entry in the caller's transaction.

    `by` is the acting person, None where Remit acts by itself. `change` maps a field to [before, after] and holds
    ids, keys, numbers and words of a list: never a name, never free text. Raises UnknownAct, NotInTransaction.
    """
    _refuse_misuse(key)
    entry = _entry(by=by, key=key, on=on, now=now, change=change)
    entry.save(force_insert=True)
    return entry


def record_acts_in_bulk(
    *, by: models.Model | None, key: str, acts: Iterable[tuple[models.Model, Change]], now: datetime
) -> None:
    """Append an entry for each of many acts of one kind, in order, with the promises of `record_act`."""
    _refuse_misuse(key)
    entries = [_entry(by=by, key=key, on=on, now=now, change=change) for on, change in acts]
    Entry.objects.bulk_create(entries, batch_size=BULK)


def _refuse_misuse(key: str) -> None:
    sentence_of(key)
    if not connection.in_atomic_block:
        raise NotInTransaction(key)


def _entry(*, by: models.Model | None, key: str, on: models.Model, now: datetime, change: Change | None) -> Entry:
    entry = Entry(
        at=now,
        actor_id=None if by is None else by.pk,
        key=key,
        object_type=on._meta.label_lower,
        object_id=str(on.pk),
        change={field: list(pair) for field, pair in (change or {}).items()},
    )
    entry.digest = digest_of(entry)
    return entry


def digest_of(entry: Entry) -> str:
    """SHA-256 of the entry's canonical JSON (RFC 8785): what the chain will link."""
    content = {
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor_id,
        "key": entry.key,
        "object": f"{entry.object_type}:{entry.object_id}",
        "change": entry.change,
    }
    return "sha256:" + hashlib.sha256(rfc8785.dumps(content)).hexdigest()
