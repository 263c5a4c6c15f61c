"""The files tell of 2026; loading tells the same as if it had just happened."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

LAST_DAY = date(2026, 11, 20)
_A_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True)
class DemoCalendar:
    """Moves the days of the files: the last day of the story becomes yesterday.

    Days of charters and of the organisation move by whole weeks, so that a Thursday stays one.
    """

    now: datetime

    @property
    def _days(self) -> timedelta:
        return self.now.astimezone(UTC).date() - timedelta(days=1) - LAST_DAY

    def moment(self, text: str) -> datetime:
        """A moment of the story."""
        return datetime.fromisoformat(text).replace(tzinfo=UTC) + self._days

    def day(self, text: str) -> date:
        """A day of the story."""
        return date.fromisoformat(text) + self._days

    def week_day(self, text: str) -> date:
        """A day of a charter or a seat."""
        return date.fromisoformat(text) + timedelta(weeks=self._days.days // 7)

    def in_tree(self, value: Any) -> Any:
        """Plain values with every day in them moved by whole weeks."""
        if isinstance(value, dict):
            return {name: self.in_tree(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.in_tree(inner) for inner in value]
        if isinstance(value, str) and _A_DAY.match(value):
            return self.week_day(value).isoformat()
        return value
