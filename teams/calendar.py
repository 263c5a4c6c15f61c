"""Working days and hours: of a team (its time zone, its holidays), or of a person."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

MONDAY_TO_FRIDAY = (1, 2, 3, 4, 5)
LONGEST_CLOSURE = 366


class UnknownHolidays(ValueError):
    """The calendar's code is no country, or no region of it, that the holidays package knows."""


@lru_cache(maxsize=256)
def holidays_of(code: str) -> holidays.HolidayBase:
    """The public holidays of a country ("DE") or of a region of it ("DE-BY"). Raises UnknownHolidays."""
    country, _, region = code.partition("-")
    try:
        return holidays.country_holidays(country, subdiv=region or None)
    except NotImplementedError:
        raise UnknownHolidays(code) from None


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """On which days and between which local times somebody works. `days` are ISO weekdays, Monday = 1."""

    timezone: str
    days: tuple[int, ...] = MONDAY_TO_FRIDAY
    starts: time = time(9)
    ends: time = time(17)
    holidays: str = ""
    zone: ZoneInfo = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "zone", ZoneInfo(self.timezone))

    def is_working_day(self, day: date) -> bool:
        if day.isoweekday() not in self.days:
            return False
        return not (self.holidays and day in holidays_of(self.holidays))

    def is_open(self, at: datetime) -> bool:
        local = at.astimezone(self.zone)
        return self.is_working_day(local.date()) and self.starts <= local.time() < self.ends

    def next_opening(self, at: datetime) -> datetime:
        """`at` itself where it lies in working hours, else the start of the next working day."""
        if self.is_open(at):
            return at
        local = at.astimezone(self.zone)
        day = local.date() if local.time() < self.starts else local.date() + timedelta(days=1)
        return datetime.combine(self._working_day_from(day), self.starts, self.zone)

    def add_business_days(self, at: datetime, count: int) -> datetime:
        """The same local time `count` working days later; a start on a free day counts from the next working day."""
        local = at.astimezone(self.zone)
        day = local.date()
        for _ in range(count):
            day = self._working_day_from(day + timedelta(days=1))
        return datetime.combine(day, local.timetz().replace(tzinfo=None), self.zone)

    def _working_day_from(self, day: date) -> date:
        for _ in range(LONGEST_CLOSURE):
            if self.is_working_day(day):
                return day
            day += timedelta(days=1)
        return day
