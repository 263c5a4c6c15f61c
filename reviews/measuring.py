"""Measured values against the thresholds of a charter: holds, close or fails. Pure functions of what was fetched.

The newest measurement of a metric counts, for each slice and data set; what an earlier round had measured stands beside
it. A value is close to its limit within a tenth of the room that it has, or between the limit and where it clears.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from charter.document import Document, Threshold
from charter.words import Then
from reviews.models import Evidence, Measurement
from reviews.wording import number
from reviews.words import Measured

NEAR = 0.1


@dataclass(frozen=True, slots=True)
class Reading:
    """A measured value, what an earlier round had measured, and the threshold that it is held against, if any."""

    metric: str
    slice: str
    dataset: str
    value: float
    before: float | None = None
    before_round: int | None = None
    threshold: Threshold | None = None

    @property
    def limit(self) -> float | None:
        """The limit that the value is held against: the one it fails, else the nearer one."""
        if self.threshold is None:
            return None
        above, below = self.threshold.above, self.threshold.below
        if above is None or below is None:
            return below if above is None else above
        if self.value > above or self.value < below:
            return above if self.value > above else below
        return above if above - self.value < self.value - below else below

    @property
    def is_at_most(self) -> bool:
        return self.threshold is not None and self.limit == self.threshold.above

    @property
    def verdict(self) -> Measured | None:
        """How it stands to its limit; None where nothing limits it."""
        threshold, limit = self.threshold, self.limit
        if threshold is None or limit is None:
            return None
        if self.is_at_most:
            clears = limit - near(limit) if threshold.clears_below is None else threshold.clears_below
            return _verdict(fails=self.value > limit, clears=self.value < clears)
        clears = limit + near(limit) if threshold.clears_above is None else threshold.clears_above
        return _verdict(fails=self.value < limit, clears=self.value > clears)

    @property
    def blocks(self) -> bool:
        """Whether the release must not be made with this value."""
        return (
            self.threshold is not None and self.threshold.then == Then.BLOCK_RELEASE and self.verdict == Measured.FAILS
        )

    @property
    def limit_in_words(self) -> str:
        if self.limit is None:
            return ""
        words = {"limit": number(self.limit)}
        return (_("at most %(limit)s") if self.is_at_most else _("at least %(limit)s")) % words

    @property
    def of_what(self) -> str:
        """The slice and the data set, as far as they were said."""
        return ", ".join(part for part in (self.slice, self.dataset) if part)

    @property
    def sentence(self) -> str:
        """What is measured, where, and its limit: "demographic-parity-gap of age 18 to 25 is 0.061, at most 0.05"."""
        words = {"metric": self.metric, "slice": self.of_what, "value": number(self.value)}
        what = (_("%(metric)s of %(slice)s is %(value)s") if self.of_what else _("%(metric)s is %(value)s")) % words
        return f"{what}, {self.limit_in_words}" if self.limit is not None else what


def readings_of(evidence: Iterable[Evidence], document: Document | None, model: str) -> Sequence[Reading]:
    """Every measured value of a review, each beside each threshold that applies to the model, in order of metric."""
    found: list[Reading] = []
    for (metric, of_slice, dataset), measured in _by_what_is_measured(evidence).items():
        latest_round, latest = measured[-1]
        earlier = [(at_round, value) for at_round, value in measured if at_round < latest_round]
        before_round, before = earlier[-1] if earlier else (None, None)
        for threshold in thresholds_for(document, model, metric) or [None]:
            found.append(Reading(metric, of_slice, dataset, latest, before, before_round, threshold))
    return sorted(found, key=lambda reading: (reading.threshold is None, reading.metric, reading.slice))


def thresholds_for(document: Document | None, model: str, metric: str | None = None) -> list[Threshold | None]:
    """The thresholds that apply to a model, or to one metric of it."""
    return [
        threshold
        for threshold in (document.thresholds if document else ())
        if (not threshold.models or model in threshold.models) and metric in (None, threshold.metric)
    ]


def unmeasured(readings: Sequence[Reading], document: Document, model: str) -> Sequence[str]:
    """What limits a release and was not measured, a sentence each."""
    measured = {reading.metric for reading in readings}
    return [
        _("%(metric)s has not been measured, and the threshold %(key)s blocks the release.")
        % {"metric": threshold.metric, "key": threshold.key}
        for threshold in thresholds_for(document, model)
        if threshold and threshold.then == Then.BLOCK_RELEASE and threshold.metric not in measured
    ]


def near(limit: float) -> float:
    """How near is close: a tenth of the room towards zero, and for shares towards one where that is less."""
    room = min(abs(limit), abs(1 - limit)) if 0 < limit < 1 else abs(limit)
    return NEAR * room


def _verdict(*, fails: bool, clears: bool) -> Measured:
    if fails:
        return Measured.FAILS
    return Measured.HOLDS if clears else Measured.CLOSE


def _by_what_is_measured(evidence: Iterable[Evidence]) -> dict[tuple[str, str, str], list[tuple[int, float]]]:
    """(metric, slice, data set) → (round, value) in the order in which they were attached."""
    measured: dict[tuple[str, str, str], list[tuple[int, float]]] = {}
    for piece in sorted(evidence, key=lambda piece: piece.pk):
        for one in piece.measurements.all():
            measured.setdefault(_what(one), []).append((piece.round, one.value))
    return measured


def _what(one: Measurement) -> tuple[str, str, str]:
    return one.metric, one.slice, one.dataset
