"""THR: what is measured, and what follows."""

from collections.abc import Iterator
from itertools import combinations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charter.document import Threshold
from charter.lint.rule import Severity, Subject, rule


@rule(
    "THR001",
    title=gettext_lazy("A metric without a definition"),
    severity=Severity.WARNING,
    why=gettext_lazy("A metric that two teams compute differently is two metrics, and one limit cannot hold for both."),
    source=gettext_lazy("NIST AI RMF, Measure 2.1: metrics are documented; ISO/IEC 25024: measures have a definition"),
    mend=gettext_lazy("Use the key of a definition, or have an admin define the metric under /definitions/."),
    needs_definitions=True,
)
def metric_not_defined(subject: Subject) -> Iterator[tuple[str, str]]:
    for threshold in subject.document.thresholds:
        if threshold.metric not in subject.definitions:
            yield f"/thresholds/{threshold.key}", _("nobody has defined %(metric)s") % {"metric": threshold.metric}


@rule(
    "THR002",
    title=gettext_lazy("Thresholds that contradict each other"),
    severity=Severity.ERROR,
    why=gettext_lazy("No value can hold both limits, or an alarm could never clear: people learn to ignore it."),
    source=gettext_lazy("Google SRE workbook, ch. 5: an alert is actionable and can end"),
    mend=gettext_lazy("Let the limits leave room for a value that holds, and clear on the good side of the limit."),
)
def contradicting_limits(subject: Subject) -> Iterator[tuple[str, str]]:
    thresholds = subject.document.thresholds
    for threshold in thresholds:
        if fault := _fault_within(threshold):
            yield f"/thresholds/{threshold.key}", fault
    for first, second in combinations(thresholds, 2):
        if _watch_the_same(first, second) and not _leaves_room([first, second]):
            yield (
                f"/thresholds/{second.key}",
                _("no value holds both this limit and that of %(key)s") % {"key": first.key},
            )


def _fault_within(threshold: Threshold) -> str | None:
    if threshold.above is None and threshold.below is None:
        return _("it names no limit")
    if not _leaves_room([threshold]):
        return _("no value lies between its limits")
    if threshold.clears_below is not None and (threshold.above is None or threshold.clears_below > threshold.above):
        return _("it clears below a value that lies beyond its upper limit")
    if threshold.clears_above is not None and (threshold.below is None or threshold.clears_above < threshold.below):
        return _("it clears above a value that lies beyond its lower limit")
    return None


def _watch_the_same(first: Threshold, second: Threshold) -> bool:
    shared = not first.models or not second.models or set(first.models) & set(second.models)
    return first.metric == second.metric and bool(shared)


def _leaves_room(thresholds: list[Threshold]) -> bool:
    """Whether some value is neither above an upper limit nor below a lower one."""
    highest = min((it.above for it in thresholds if it.above is not None), default=float("inf"))
    lowest = max((it.below for it in thresholds if it.below is not None), default=float("-inf"))
    return lowest <= highest
