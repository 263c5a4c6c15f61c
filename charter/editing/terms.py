"""Edits of what stands once in a charter: purpose and north star, required evidence, the time until a PIR."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from charter.document import Document, NorthStar, Part, PostImplementationReview, Text
from charter.editing.desk import Change, differences, open_desk, record_edit, refuse_unseen, rewrite
from charter.models import Version
from charter.words import EvidenceKind
from teams.models import Person


class Purpose(Part):
    """What a charter says before all else: what the team is for, and the one measure by which it is known."""

    purpose: Text = ""
    north_star: NorthStar | None = None


@transaction.atomic
def set_purpose(*, version: Version, purpose: Purpose, seen: str | None = None, by: Person, now: datetime) -> None:
    """Say what the team is for. It is free text: the ledger says only that it changed. Raises PartConflict."""
    version = open_desk(version, by=by, now=now)
    stored = purpose_of(version)
    refuse_unseen(stored, seen=seen, wanted=purpose)
    if stored == purpose:
        return
    star = purpose.north_star
    version.purpose = purpose.purpose
    version.north_star = star.statement if star else ""
    version.north_star_target = star.target if star else ""
    version.north_star_by = star.by if star else None
    version.save(update_fields=["purpose", "north_star", "north_star_target", "north_star_by"])
    record_edit(version, change={field: [] for field in differences(stored, purpose)}, by=by, now=now)


def purpose_of(source: Version | Document) -> Purpose:
    """The purpose as a version or a document has it."""
    if isinstance(source, Document):
        return Purpose(purpose=source.purpose, north_star=source.north_star)
    star = (
        NorthStar(statement=source.north_star, target=source.north_star_target, by=source.north_star_by)
        if source.north_star
        else None
    )
    return Purpose(purpose=source.purpose, north_star=star)


@transaction.atomic
def set_evidence(
    *, version: Version, evidence: Mapping[str, Sequence[EvidenceKind]], by: Person, now: datetime
) -> None:
    """Say which evidence a review must carry, by tier: all tiers at once, a tier left out requires none."""

    def edit(document: Document) -> tuple[Document, Change]:
        wanted: dict[Any, tuple[EvidenceKind, ...]] = {
            tier: tuple(kinds) for tier, kinds in sorted(evidence.items()) if kinds
        }
        tiers = sorted({*document.evidence, *wanted})
        change: Change = {
            f"evidence/{tier}": [list(document.evidence.get(tier, ())), list(wanted.get(tier, ()))]
            for tier in tiers
            if set(document.evidence.get(tier, ())) != set(wanted.get(tier, ()))
        }
        return document.model_copy(update={"evidence": wanted}), change

    rewrite(version=version, edit=edit, by=by, now=now)


@transaction.atomic
def set_review_interval(*, version: Version, after: str, by: Person, now: datetime) -> None:
    """Say how long after a release its post-implementation review falls due; empty: none does."""
    version = open_desk(version, by=by, now=now)
    wanted = PostImplementationReview(after=after).after if after else ""
    if version.pir_after == wanted:
        return
    change: Change = {"pir_after": [version.pir_after, wanted]}
    version.pir_after = wanted
    version.save(update_fields=["pir_after"])
    record_edit(version, change=change, by=by, now=now)
