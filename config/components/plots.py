"""The plot: one measured value against its limit, drawn on the server as SVG.

Filled dot: now. Open dot: before. Upright line: the limit. Hatch: beyond it. Band: where a value is expected.
The number and the verdict stand beside it in the table; the plot says where the value lies between them.
"""

from dataclasses import dataclass
from typing import Any

from config.components.library import UnknownNameError, one_of, register
from config.components.signs import STATES, Words

LEFT, RIGHT, WIDTH = 6.0, 170.0, 164.0
DIRECTIONS = ("at-most", "at-least")


@dataclass(frozen=True, slots=True)
class Scale:
    """The part of the number line that a plot shows."""

    low: float
    high: float

    def x(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(LEFT + WIDTH * share, 1)


def scale_for(values: list[float], limit: float | None, direction: str) -> Scale:
    """A scale that leaves room on both sides of the limit, and starts at zero where zero is the best there is."""
    if limit is None:
        low, high = min(values), max(values)
        room = (high - low) * 0.3 or abs(high) * 0.1 or 1.0
        return Scale(low - room, high + room)
    known = [*values, limit]
    if direction == "at-most" and min(known) >= 0 and limit > 0:
        return Scale(0.0, max(limit * 1.6, max(known) * 1.1))
    reach = max(abs(value - limit) for value in known) * 1.5 or abs(limit) * 0.1 or 1.0
    return Scale(limit - reach, limit + reach)


@register.inclusion_tag("components/plot.html")
def plot(
    *,
    label: Words,
    value: float | None = None,
    limit: float | None = None,
    direction: str = "at-most",
    before: float | None = None,
    low: float | None = None,
    high: float | None = None,
    verdict: str = "holds",
) -> dict[str, Any]:
    """A value against its limit, or an expected band: `{% plot label=words value=0.047 limit=0.05 verdict="close" %}`.

    label: the plot in words, for who listens. direction: "at-most" or "at-least". verdict: as of the kind "measured".
    """
    one_of("direction", direction, DIRECTIONS)
    one_of("measured state", verdict, STATES["measured"])
    numbers = [float(number) for number in (value, before, low, high) if number is not None]
    if not numbers:
        raise UnknownNameError("plot", None, ("a value, a value before, or a band",))
    edge = None if limit is None else float(limit)
    scale = scale_for(numbers, edge, direction)
    drawing: dict[str, Any] = {"label": label, "tone": {"fails": "bad", "close": "weak"}.get(str(verdict), "")}
    if edge is not None:
        at = scale.x(edge)
        start, end = (at, RIGHT) if direction == "at-most" else (LEFT, at)
        drawing |= {"limit": f"{at}", "beyond": f"{start}", "beyond_width": f"{round(end - start, 1)}"}
    if low is not None and high is not None:
        start, end = scale.x(float(low)), scale.x(float(high))
        drawing |= {"band": f"{start}", "band_width": f"{round(max(end - start, 2.0), 1)}"}
    if before is not None:
        drawing["before"] = f"{scale.x(float(before))}"
    if value is not None:
        drawing["now"] = f"{scale.x(float(value))}"
    return drawing
