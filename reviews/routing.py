"""Where a change goes. Preview, submission and a round that starts anew all ask `work_out`, so they cannot disagree."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from html import unescape
from typing import Any

from django.utils.translation import gettext as _

from charter.models import Version
from charter.queries import ratified_beside, version_in_force
from charter.resolver import Route, RoutedPlace, route_change
from charter.sentences import Names, right_sentence
from charter.storage import thaw
from charter.words import Kind
from reviews.measuring import Reading, readings_of, unmeasured
from reviews.models import Evidence, Review
from teams.models import MLModel, Team
from teams.organisation import Organisation, load_organisation


@dataclass(frozen=True)
class Outcome:
    """Where a change goes at a moment: the version that says so, the right, the people, and what is in the way.

    `obstacles` pairs the pointer of the input that is to blame ("/model", "/kind", or "" for the whole) with a
    sentence; with none of them the change can be submitted. `missing` are kinds of evidence that the tier requires,
    `blocks` the thresholds that keep it from being released, or from being approved by itself.
    """

    team: Team
    organisation: Organisation
    version: Version | None = None
    route: Route | None = None
    missing: Sequence[str] = ()
    obstacles: Sequence[tuple[str, str]] = ()
    blocks: Sequence[str] = ()

    @property
    def is_automatic(self) -> bool:
        return self.route is not None and self.route.right.is_automatic

    @property
    def approves_itself(self) -> bool:
        """Whether it needs nobody: the right is automatic, all evidence is there and every threshold is kept."""
        return self.is_automatic and not self.missing and not self.blocks

    @cached_property
    def sentence(self) -> str:
        """The decision right in a sentence."""
        if self.route is None:
            return ""
        return unescape(right_sentence(self.route.right, self._names))

    def name_of(self, place: RoutedPlace) -> str:
        """The role of a place in words."""
        return self._names.role(place.role)

    @cached_property
    def _names(self) -> Names:
        return Names(self.organisation, self.team.key)


def work_out(
    *,
    model: MLModel,
    kind: str,
    barred: Collection[int],
    attached: Collection[str],
    now: datetime,
    version: Version | None = None,
    evidence: Collection[Evidence] = (),
) -> Outcome:
    """Where a change of this kind on this model goes now, by the charter in force, or by the version that is given.

    `barred` are people who fill no place because they worked on it, `attached` the kinds of evidence that are there
    or waived, `evidence` the pieces whose measured values are held against the thresholds.
    """
    team = model.team
    organisation = load_organisation()
    version = version or version_in_force(team, now)
    if version is None or version.document is None:
        return Outcome(team, organisation, obstacles=[("/model", no_charter(team))])
    document = thaw(version.document)
    missing = missing_evidence(version, model.tier, attached)
    route = route_change(
        organisation,
        document,
        kind=kind,
        tier=model.tier,
        at=now,
        barred=frozenset(barred),
        ratified=ratified_beside(version),
    )
    if route is None:
        return Outcome(team, organisation, version, None, missing, [("/kind", no_right(version, team, kind, model))])
    readings = readings_of(evidence, document, model.key)
    blocks = [*blocking_sentences(readings)]
    if route.right.is_automatic:
        blocks += unmeasured(readings, document, model.key)
    obstacles = [("", sentence) for sentence in route.blocked_by]
    return Outcome(team, organisation, version, route, missing, obstacles, blocks)


def outcome_for(review: Review, *, now: datetime, version: Version | None = None) -> Outcome:
    """Where a review goes if it is submitted now, or begins a new round under the version that is given."""
    contributors = {contributor.person_id for contributor in review.contributors.all()} | {review.author_id}
    return work_out(
        model=review.model,
        kind=review.kind,
        barred=contributors,
        attached=provided(review),
        now=now,
        version=version,
        evidence=review.evidence.all(),
    )


def provided(review: Review) -> frozenset[str]:
    """The kinds of evidence that are attached, or that an approver waived."""
    attached = {piece.kind for piece in review.evidence.all()}
    return frozenset(attached | {waiver.kind for waiver in review.waivers.all()})


def blocking_sentences(readings: Sequence[Reading]) -> Sequence[str]:
    """Which measured values keep the change from being released, a sentence each."""
    return [
        _("%(reading)s (threshold %(key)s).") % {"reading": reading.sentence, "key": reading.threshold.key}
        for reading in readings
        if reading.blocks and reading.threshold
    ]


def missing_evidence(version: Version, tier: int, attached: Collection[str]) -> Sequence[str]:
    """Kinds of evidence that a version requires of a tier and that are not attached."""
    document: dict[str, Any] = version.document or {}
    return [kind for kind in document.get("evidence", {}).get(str(tier), []) if kind not in attached]


def no_charter(team: Team) -> str:
    """Why a change of this team's models cannot be submitted, and who can mend it."""
    why = _("%(team)s has no charter in force, so nobody is named to decide.") % {"team": team}
    return f"{why} {_who_mends(team, _('can draft one'))}"


def no_right(version: Version, team: Team, kind: str, model: MLModel) -> str:
    """Why no decision right matches, and who can mend it."""
    why = _("No decision right of charter version %(number)s covers this: %(kind)s at tier %(tier)s.") % {
        "number": version.number,
        "kind": Kind(kind).label,
        "tier": model.tier,
    }
    return f"{why} {_who_mends(team, _('can add one'))}"


def _who_mends(team: Team, act: str) -> str:
    if team.lead is None or not team.lead.is_active:
        return _("%(team)s has no lead who %(act)s: an admin can name one.") % {"team": team, "act": act}
    return _("%(lead)s leads %(team)s and %(act)s.") % {"lead": team.lead, "team": team, "act": act}
