"""Writing the ledger."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import rfc8785
from django.db import connection, models

from ledger.models import Entry
from ledger.registry import sentence_of


class NotInTransaction(RuntimeError):
    """An entry was written outside the transaction of its act: the act and its record could part."""


def record_act(
    *,
    by: models.Model | None,
    key: str,
    on: models.Model,
    now: datetime,
    change: dict[str, list[Any]] | None = None,
) -> Entry:
    """Append one entry in the caller's transaction.

    `by` is the acting person, None where Remit acts by itself. `change` maps a field to [before, after] and holds
    ids, keys, numbers and words of a list: never a name, never free text. Raises UnknownAct, NotInTransaction.
    """
    sentence_of(key)
    if not connection.in_atomic_block:
        raise NotInTransaction(key)
    entry = Entry(
        at=now,
        actor_id=None if by is None else by.pk,
        key=key,
        object_type=on._meta.label_lower,
        object_id=str(on.pk),
        change=change or {},
    )
    entry.digest = digest_of(entry)
    entry.save(force_insert=True)
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
