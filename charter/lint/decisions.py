"""DEC: who may decide."""

from collections import defaultdict
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charter.document import DecisionRight, Document
from charter.lint.rule import Severity, Subject, rule
from charter.words import TIERS, Kind


@rule(
    "DEC001",
    title=gettext_lazy("A decision without an approver"),
    severity=Severity.ERROR,
    why=gettext_lazy("A right that names nobody lets a change through on nobody's word, or stops it for ever."),
    source=gettext_lazy("DACI: every decision has an approver; NIST AI RMF, Govern 2.1: roles are documented"),
    mend=gettext_lazy(
        "Name at least one role that approves. Automatic approval counts only where every kind and tier it covers "
        "requires evidence and has a threshold."
    ),
)
def no_approver(subject: Subject) -> Iterator[tuple[str, str]]:
    document = subject.document
    for right in document.decisions:
        if right.is_automatic:
            if lacking := _what_automatic_lacks(document, right):
                yield f"/decisions/{right.key}", lacking
        elif not right.places:
            yield f"/decisions/{right.key}", _("nobody approves")


@rule(
    "DEC006",
    title=gettext_lazy("Changes that no decision right covers"),
    severity=Severity.ERROR,
    why=gettext_lazy("A change that no right covers cannot be submitted on the day it is needed."),
    source=gettext_lazy("Remit: a review goes where the charter sends it"),
    mend=gettext_lazy("Add a right for them, or widen the last one to all kinds and tiers."),
)
def not_covered(subject: Subject) -> Iterator[tuple[str, str]]:
    tiers_by_kind: dict[Kind, list[int]] = defaultdict(list)
    for kind in Kind:
        for tier in TIERS:
            if not any(right.covers(kind, tier) for right in subject.document.decisions):
                tiers_by_kind[kind].append(tier)
    if not tiers_by_kind:
        return
    kinds_by_tiers: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for kind, tiers in tiers_by_kind.items():
        kinds_by_tiers[tuple(tiers)].append(kind.value)
    if list(kinds_by_tiers) == [TIERS] and len(tiers_by_kind) == len(Kind):
        yield "/decisions", _("no decision right covers any change")
        return
    groups = [
        _("%(kinds)s of tier %(tiers)s") % {"kinds": ", ".join(kinds), "tiers": ", ".join(map(str, tiers))}
        for tiers, kinds in kinds_by_tiers.items()
    ]
    yield "/decisions", _("no decision right covers %(changes)s") % {"changes": "; ".join(groups)}


def _what_automatic_lacks(document: Document, right: DecisionRight) -> str | None:
    tiers = right.tiers or TIERS
    without_evidence = [str(tier) for tier in tiers if not document.evidence_for(tier)]
    if without_evidence:
        return _("approved automatically, but tier %(tiers)s requires no evidence") % {
            "tiers": ", ".join(without_evidence)
        }
    if not document.thresholds:
        return _("approved automatically, but no threshold stands in its way")
    return None
