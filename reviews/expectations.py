"""What was expected of a change against what it became, as rows that a page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from reviews.models import Expectation
from reviews.wording import number


@dataclass(frozen=True, slots=True)
class Row:
    """An expectation in words, and what its plot shows: the band, the dot before, the dot now."""

    metric: str
    direction: str
    expected: str
    actual: str
    by: date | None
    low: float | None
    high: float | None
    before: float | None
    value: float | None

    @property
    def has_plot(self) -> bool:
        """Whether there is something to compare."""
        return self.value is not None and (self.low is not None or self.before is not None)

    @property
    def label(self) -> str:
        """The plot in words, for who listens."""
        words = {"metric": self.metric, "expected": self.expected, "actual": self.actual}
        return _("%(metric)s: expected %(expected)s, became %(actual)s") % words


def rows_of(expectations: Sequence[Expectation]) -> Sequence[Row]:
    """The rows in the order in which they were written."""
    return [_row(expectation) for expectation in expectations]


def _row(expectation: Expectation) -> Row:
    is_band = expectation.low is not None and expectation.high is not None
    return Row(
        metric=expectation.metric,
        direction=expectation.get_direction_display(),
        expected=expected_in_words(expectation),
        actual="" if expectation.actual is None else number(expectation.actual),
        by=expectation.by,
        low=expectation.low if is_band else None,
        high=expectation.high if is_band else None,
        before=expectation.expected,
        value=expectation.actual,
    )


def expected_in_words(expectation: Expectation) -> str:
    """ "0.9", "70 to 85", "at least 0.93"."""
    expected, low, high = expectation.expected, expectation.low, expectation.high
    if low is not None and high is not None:
        band = _("%(low)s to %(high)s") % {"low": number(low), "high": number(high)}
    elif low is not None:
        band = _("at least %(low)s") % {"low": number(low)}
    elif high is not None:
        band = _("at most %(high)s") % {"high": number(high)}
    else:
        return "" if expected is None else number(expected)
    return band if expected is None else _("%(expected)s (%(band)s)") % {"expected": number(expected), "band": band}
