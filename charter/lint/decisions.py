"""DEC: who may decide."""

from collections import defaultdict
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charter.document import ApproverPlace, DecisionRight, Document, split_role
from charter.lint.rule import Severity, Subject, rule
from charter.resolver import match_right, role_name, route_right, who_is_meant, who_may_approve
from charter.words import TIERS, Kind
from teams.models import Discipline

MOST_APPROVALS = 5
NEEDED_VOICES = (Discipline.PRODUCT, Discipline.SCIENCE, Discipline.ENGINEERING)


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


@rule(
    "DEC002",
    title=gettext_lazy("Not enough distinct people for all places"),
    severity=Severity.ERROR,
    why=gettext_lazy("One person fills one place and the driver none, so the change could never be approved."),
    source=gettext_lazy("Separation of duties: NIST SP 800-53, AC-5"),
    mend=gettext_lazy("Give more people the seats, ask fewer, or name another role."),
    needs_people=True,
)
def too_few_people(subject: Subject) -> Iterator[tuple[str, str]]:
    for right in subject.document.decisions:
        route = route_right(subject.organisation, subject.document, right, at=subject.now)
        if (
            right.places
            and route.blocked_by
            and not any(_is_only_driver(subject, right, place) for place in right.places)
        ):
            yield f"/decisions/{right.key}", "; ".join(route.blocked_by)


@rule(
    "DEC003",
    title=gettext_lazy("Too many approvals"),
    severity=Severity.WARNING,
    why=gettext_lazy("Where many must approve, each relies on the others, and nobody decides."),
    source=gettext_lazy(
        "DACI: one approver where possible; Forsgren et al. 2018: heavy approval does not lower failure"
    ),
    mend=gettext_lazy("Keep the approvers who would stop a change; make the others contributors or informed."),
)
def too_many_approvals(subject: Subject) -> Iterator[tuple[str, str]]:
    for right in subject.document.decisions:
        count = sum(place.count for place in right.places)
        if count > MOST_APPROVALS:
            yield f"/decisions/{right.key}", _("%(count)d approvals are asked for") % {"count": count}


@rule(
    "DEC004",
    title=gettext_lazy("A place that only the driver could fill"),
    severity=Severity.ERROR,
    why=gettext_lazy("Nobody approves their own change, so this place would stay empty for ever."),
    source=gettext_lazy("Separation of duties: NIST SP 800-53, AC-5"),
    mend=gettext_lazy("Let somebody else drive, or give the approving role to a second person."),
    needs_people=True,
)
def only_the_driver(subject: Subject) -> Iterator[tuple[str, str]]:
    for right in subject.document.decisions:
        for index, place in enumerate(right.places):
            if _is_only_driver(subject, right, place):
                name = role_name(subject.organisation, place.role, subject.document.team)
                yield f"/decisions/{right.key}/approvers/{index}", _("only the driver holds %(role)s") % {"role": name}


@rule(
    "DEC005",
    title=gettext_lazy("A model replaced without all voices"),
    severity=Severity.WARNING,
    why=gettext_lazy(
        "Replacing a model changes the product, the science and the running system; each sees what others miss."
    ),
    source=gettext_lazy(
        "Breck et al. 2017, The ML test score; NIST AI RMF, Map 1.2: diverse disciplines inform decisions"
    ),
    mend=gettext_lazy("Make a role of the missing discipline driver, approver or contributor."),
)
def voice_missing(subject: Subject) -> Iterator[tuple[str, str]]:
    if not subject.disciplines:
        return
    for right in rights_for(subject.document, Kind.REPLACE_MODEL):
        if right.is_automatic:
            continue
        voices = [*right.contributors, *(place.role for place in right.places)]
        voices += [right.driver] if right.driver else []
        heard = {subject.disciplines.get(split_role(ref, subject.document.team)[1]) for ref in voices}
        missing = [str(Discipline(word).label) for word in NEEDED_VOICES if word not in heard]
        if missing:
            yield (
                f"/decisions/{right.key}",
                _("a model is replaced without a voice of %(disciplines)s") % {"disciplines": ", ".join(missing)},
            )


@rule(
    "DEC007",
    title=gettext_lazy("A right that can never match"),
    severity=Severity.WARNING,
    why=gettext_lazy(
        "The first right that matches wins, and earlier ones take all that this one covers: it is dead text."
    ),
    source=gettext_lazy("Remit: first match wins (DESIGN.md §5)"),
    mend=gettext_lazy("Move it up, narrow the earlier ones, or delete it."),
)
def never_matches(subject: Subject) -> Iterator[tuple[str, str]]:
    for index, right in enumerate(subject.document.decisions):
        earlier = subject.document.decisions[:index]
        covered = [(kind, tier) for kind in Kind for tier in TIERS if right.covers(kind, tier)]
        if all(any(other.covers(kind, tier) for other in earlier) for kind, tier in covered):
            yield f"/decisions/{right.key}", _("earlier rights cover all of it, so it never matches")


@rule(
    "DEC008",
    title=gettext_lazy("Who watches cannot act"),
    severity=Severity.WARNING,
    why=gettext_lazy(
        "Who answers for monitoring sees the signal first, but has no authority to roll back or to retrain."
    ),
    source=gettext_lazy("Google SRE book, ch. 14; Google MLOps whitepaper 2021: monitoring triggers retraining"),
    mend=gettext_lazy("Let the role drive or approve rollback and retraining."),
)
def watcher_cannot_act(subject: Subject) -> Iterator[tuple[str, str]]:
    document = subject.document
    watchers = document.roles_with("monitoring", "A")
    if not watchers:
        return
    powerless: dict[str, list[str]] = defaultdict(list)
    for kind in (Kind.ROLLBACK, Kind.RETRAIN):
        for right in rights_for(document, kind):
            acting = {right.driver, *(place.role for place in right.places)}
            if not acting & set(watchers):
                powerless[right.key].append(str(kind.label))
    for key, kinds in powerless.items():
        yield (
            f"/decisions/{key}",
            _("%(role)s is accountable for monitoring but neither drives nor approves: %(kinds)s")
            % {
                "role": watchers[0],
                "kinds": ", ".join(kinds),
            },
        )


def rights_for(document: Document, kind: Kind) -> list[DecisionRight]:
    """The rights that match a kind of change on any tier."""
    matching = (match_right(document, kind, tier) for tier in TIERS)
    return list({right.key: right for right in matching if right}.values())


def _is_only_driver(subject: Subject, right: DecisionRight, place: ApproverPlace) -> bool:
    if right.driver is None:
        return False
    team = subject.document.team
    driver = who_is_meant(subject.organisation, team, right.driver, subject.now).person
    able = who_may_approve(subject.organisation, team, place.role, subject.now)
    return driver is not None and {meant.person for meant in able} == {driver}


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
