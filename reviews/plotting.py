"""Measured values as the rows of a table with small plots."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from charter.sentences import metric_in_words
from reviews.measuring import Reading
from reviews.wording import number


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A measured value beside its limit, in words and as what its plot shows."""

    metric: str
    of_what: str
    limit_in_words: str
    measured: str
    before_in_words: str
    value: float
    before: float | None
    limit: float | None
    direction: str
    verdict: str
    blocks: bool
    threshold: str

    @property
    def label(self) -> str:
        """The plot in words, for who listens."""
        parts = [
            f"{self.metric} {self.measured}",
            self.of_what,
            _("limit %(limit)s") % {"limit": self.limit_in_words} if self.limit_in_words else "",
            self.before_in_words,
        ]
        return ", ".join(part for part in parts if part)


def rows_of_readings(readings: Sequence[Reading]) -> Sequence[ReadingRow]:
    """A row for each measured value and each limit that it is held against."""
    return [
        ReadingRow(
            metric=metric_in_words(reading.metric),
            of_what=reading.of_what,
            limit_in_words=reading.limit_in_words,
            measured=number(reading.value),
            before_in_words=_before(reading),
            value=reading.value,
            before=reading.before,
            limit=reading.limit,
            direction="at-most" if reading.is_at_most else "at-least",
            verdict=reading.verdict or "",
            blocks=reading.blocks,
            threshold=reading.threshold.key if reading.threshold else "",
        )
        for reading in readings
    ]


def _before(reading: Reading) -> str:
    if reading.before is None:
        return ""
    return _("round %(round)s %(value)s") % {"round": reading.before_round, "value": number(reading.before)}
