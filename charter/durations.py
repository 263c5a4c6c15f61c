"""Durations of a charter: `15m`, `4h`, `2d`, `3 business days`."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import ngettext

from teams.calendar import WorkingCalendar

PATTERN = r"^[1-9][0-9]{0,3}(?:m|h|d| business days?)$"
_SHAPE = re.compile(r"^([1-9][0-9]{0,3})(m|h|d| business days?)$")


class NotADuration(ValueError):
    """The text is none of the four forms."""


@dataclass(frozen=True, slots=True)
class Duration:
    """An amount of minutes (`m`), hours (`h`), days (`d`) or business days (`b`)."""

    amount: int
    unit: str

    @property
    def minutes(self) -> int:
        """Elapsed minutes; a business day counts as a day of 24 hours, for comparing only."""
        return self.amount * {"m": 1, "h": 60, "d": 1440, "b": 1440}[self.unit]

    def after(self, start: datetime, calendar: WorkingCalendar) -> datetime:
        """The moment that lies this long after `start`; business days are counted by the calendar."""
        if self.unit == "b":
            return calendar.add_business_days(start, self.amount)
        return start + timedelta(minutes=self.minutes)

    def in_words(self) -> str:
        if self.unit == "m":
            return ngettext("%(n)d minute", "%(n)d minutes", self.amount) % {"n": self.amount}
        if self.unit == "h":
            return ngettext("%(n)d hour", "%(n)d hours", self.amount) % {"n": self.amount}
        if self.unit == "d":
            return ngettext("%(n)d day", "%(n)d days", self.amount) % {"n": self.amount}
        return ngettext("%(n)d business day", "%(n)d business days", self.amount) % {"n": self.amount}


def parse_duration(text: str) -> Duration:
    """Read a duration. Raises NotADuration."""
    found = _SHAPE.match(text)
    if found is None:
        raise NotADuration(text)
    return Duration(int(found[1]), found[2].strip()[0])
