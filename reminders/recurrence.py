"""When something recurs: RFC 5545 RRULE in local time, as pure functions.

A cadence gives local days; the clock time stands beside it, so that a meeting at 15:00 stays at 15:00 on both sides of
a change of clocks. Where RFC 5545 leaves a day out because the month is too short, the last day that there is counts:
the 31st comes in every month, 29 February in every year. A rule that never comes costs no more than the window that
is asked for. Weeks of the year are those of ISO 8601.
"""

import re
from calendar import isleap, monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import Protocol
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from reminders.localtime import moment_of

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY_PARTS = frozenset({"BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"})
PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYSETPOS"}) | DAY_PARTS
CLOCK_PARTS = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})
LONGEST_INTERVAL = 1_000
LARGEST_COUNT = 10_000
NEXT_WITHIN = timedelta(days=366 * 8)  # 29 February is at most eight years away


class BadCadence(ValueError):
    """A cadence that cannot be understood, or that this product does not keep. The message is for people."""


class Recurring(Protocol):
    """What recurs: a schedule, a ritual of a charter, or a `Recurrence`."""

    @property
    def cadence(self) -> str: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def at(self) -> time: ...
    @property
    def timezone(self) -> str: ...


@dataclass(frozen=True)
class Recurrence:
    """A recurrence that is not stored."""

    cadence: str
    starts_on: date
    at: time
    timezone: str


@dataclass(frozen=True)
class Occurrence:
    """One local day of a recurrence and the moment at which it is due."""

    day: date
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """A cadence, read and checked. Weekdays are pairs of which one in the month or year (0: each) and the day."""

    frequency: str
    interval: int
    week_starts: int
    months: tuple[int, ...]
    month_days: tuple[int, ...]
    year_days: tuple[int, ...]
    weeks: tuple[int, ...]
    weekdays: tuple[tuple[int, int], ...]
    positions: tuple[int, ...]
    count: int | None
    until: date | datetime | None

    def falls_on(self, day: date) -> bool:
        """Whether a day fits all that the cadence says of days."""
        return (
            (not self.months or day.month in self.months)
            and (not self.month_days or _fits_month(day, self.month_days))
            and (not self.year_days or _fits(day.timetuple().tm_yday, _days_in_year(day.year), self.year_days))
            and (not self.weeks or _fits_week(day, self.weeks))
            and (not self.weekdays or self._fits_weekday(day))
        )

    def _fits_weekday(self, day: date) -> bool:
        if self.frequency == "YEARLY" and not self.months:
            number, length = day.timetuple().tm_yday, _days_in_year(day.year)
        else:
            number, length = day.day, monthrange(day.year, day.month)[1]
        places = (0, (number + 6) // 7, -((length - number) // 7 + 1))
        return any(weekday == day.weekday() and place in places for place, weekday in self.weekdays)


@lru_cache(maxsize=2048)
def read_cadence(text: str) -> Cadence:
    """Read an RRULE. Raises BadCadence."""
    parts = _parts_of(text)
    frequency = parts.get("FREQ", "")
    if frequency in {"HOURLY", "MINUTELY", "SECONDLY"}:
        raise BadCadence(_("It comes round at most once a day: use DAILY, WEEKLY, MONTHLY or YEARLY."))
    if frequency not in FREQUENCIES:
        raise BadCadence(_("It needs a FREQ of DAILY, WEEKLY, MONTHLY or YEARLY."))
    if CLOCK_PARTS & parts.keys():
        raise BadCadence(_("The time of day stands beside the cadence, not in it: leave BYHOUR and the like out."))
    if unknown := sorted(parts.keys() - PARTS):
        raise BadCadence(_("A cadence has no part %(part)s.") % {"part": unknown[0][:40]})
    if "COUNT" in parts and "UNTIL" in parts:
        raise BadCadence(_("COUNT and UNTIL exclude each other."))
    return Cadence(
        frequency=frequency,
        interval=_number("INTERVAL", parts.get("INTERVAL", "1"), 1, LONGEST_INTERVAL),
        week_starts=_weekday(parts.get("WKST", "MO")),
        months=_numbers("BYMONTH", parts, 1, 12),
        month_days=_numbers("BYMONTHDAY", parts, -31, 31),
        year_days=_numbers("BYYEARDAY", parts, -366, 366),
        weeks=_numbers("BYWEEKNO", parts, -53, 53),
        weekdays=_weekdays(parts.get("BYDAY", ""), may_count=frequency in {"MONTHLY", "YEARLY"}),
        positions=_numbers("BYSETPOS", parts, -366, 366),
        count=_number("COUNT", parts["COUNT"], 1, LARGEST_COUNT) if "COUNT" in parts else None,
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
    )


def upcoming(recurring: Recurring, *, after: datetime, before: datetime) -> list[Occurrence]:
    """All occurrences due after one moment and not after the other. Raises BadCadence."""
    cadence = read_cadence(recurring.cadence)
    zone = ZoneInfo(recurring.timezone)
    # A skipped hour or day can shift the moment into the next local day: look one day further on both sides.
    first = after.astimezone(zone).date() - timedelta(days=1)
    last = before.astimezone(zone).date() + timedelta(days=1)
    occurrences = (
        Occurrence(day, moment_of(day, recurring.at, recurring.timezone))
        for day in days_of(cadence, starts_on=recurring.starts_on, first=first, last=last)
    )
    return [
        occurrence
        for occurrence in occurrences
        if after < occurrence.due_at <= before and _is_within(cadence.until, occurrence, zone)
    ]


def next_dates(recurring: Recurring, *, after: datetime, count: int = 3) -> list[Occurrence]:
    """The next few occurrences; fewer, or none, where it ends or never comes. Raises BadCadence."""
    found: list[Occurrence] = []
    since, width = after, timedelta(days=62)
    while len(found) < count and since < after + NEXT_WITHIN:
        until = since + width
        found += upcoming(recurring, after=since, before=until)
        since, width = until, width * 2
    return found[:count]


def days_of(cadence: Cadence, *, starts_on: date, first: date, last: date) -> Iterator[date]:
    """The local days of a cadence from `first` to `last`, both included, in order, each once."""
    cadence = _with_defaults(cadence, starts_on)
    # What is counted is counted from its start; else what lies before is not looked at.
    since = starts_on if cadence.count is not None else max(starts_on, first)
    days: Iterator[date] = (
        day
        for period in _periods(cadence, starts_on, since, last)
        for day in _picked(cadence, [day for day in period if cadence.falls_on(day)])
        if starts_on <= day <= last
    )
    if cadence.count is not None:
        days = islice(days, cadence.count)
    return (day for day in days if day >= first)


def _with_defaults(cadence: Cadence, starts_on: date) -> Cadence:
    """What a cadence does not say of its days it takes from the day on which it starts."""
    if cadence.month_days or cadence.year_days or cadence.weeks or cadence.weekdays:
        return cadence
    match cadence.frequency:
        case "WEEKLY":
            return replace(cadence, weekdays=((0, starts_on.weekday()),))
        case "MONTHLY":
            return replace(cadence, month_days=(starts_on.day,))
        case "YEARLY":
            return replace(cadence, months=cadence.months or (starts_on.month,), month_days=(starts_on.day,))
    return cadence


def _periods(cadence: Cadence, starts_on: date, since: date, last: date) -> Iterator[list[date]]:
    """The days of every period of the cadence that may hold a day between the two."""
    match cadence.frequency:
        case "DAILY":
            return _runs(starts_on, 1, cadence.interval, since, last)
        case "WEEKLY":
            monday = starts_on - timedelta(days=(starts_on.weekday() - cadence.week_starts) % 7)
            return _runs(monday, 7, cadence.interval, since, last)
        case "MONTHLY":
            return _months(starts_on.year * 12 + starts_on.month - 1, 1, cadence.interval, since, last)
    return _months(starts_on.year * 12, 12, cadence.interval * 12, since, last)


def _runs(start: date, length: int, interval: int, since: date, last: date) -> Iterator[list[date]]:
    """So many days, again and again after so many times as many."""
    step = timedelta(days=length * interval)
    start += max((since - start) // step, 0) * step
    while start <= last:
        yield [start + timedelta(days=n) for n in range(length)]
        start += step


def _months(month: int, length: int, step: int, since: date, last: date) -> Iterator[list[date]]:
    """So many whole months, again and again after so many; months are counted from the year 0."""
    month += max((since.year * 12 + since.month - 1 - month) // step, 0) * step
    while month <= last.year * 12 + last.month - 1:
        turns = [divmod(one, 12) for one in range(month, month + length)]
        yield [date(y, m + 1, day) for y, m in turns for day in range(1, monthrange(y, m + 1)[1] + 1)]
        month += step


def _picked(cadence: Cadence, days: list[date]) -> list[date]:
    """Of the days of one period those at the places that BYSETPOS names."""
    if not cadence.positions:
        return days
    places = {place - 1 if place > 0 else len(days) + place for place in cadence.positions}
    return [day for place, day in enumerate(days) if place in places]


def _fits_month(day: date, numbers: tuple[int, ...]) -> bool:
    """Whether it is one of these days of its month; a day that the month does not have is its last or first."""
    length = monthrange(day.year, day.month)[1]
    return any((min(n, length) if n > 0 else max(length + 1 + n, 1)) == day.day for n in numbers)


def _fits_week(day: date, weeks: tuple[int, ...]) -> bool:
    found = day.isocalendar()
    return _fits(found.week, date(found.year, 12, 28).isocalendar().week, weeks)


def _fits(number: int, length: int, wanted: tuple[int, ...]) -> bool:
    return number in wanted or number - length - 1 in wanted


def _days_in_year(year: int) -> int:
    return 366 if isleap(year) else 365


def _is_within(until: date | datetime | None, occurrence: Occurrence, zone: ZoneInfo) -> bool:
    if until is None:
        return True
    if not isinstance(until, datetime):
        return occurrence.day <= until
    return occurrence.due_at <= (until if until.tzinfo else until.replace(tzinfo=zone))


def _parts_of(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.strip().removeprefix("RRULE:").upper().split(";"):
        name, equals, value = part.partition("=")
        if not (name and equals and re.fullmatch(r"[A-Z0-9,+-]+", value)):
            raise BadCadence(_("Write a cadence as in FREQ=WEEKLY;INTERVAL=2;BYDAY=TH."))
        if name in parts:
            raise BadCadence(_("%(part)s stands there twice.") % {"part": name[:40]})
        parts[name] = value
    return parts


def _number(name: str, text: str, low: int, high: int) -> int:
    number = int(text) if re.fullmatch(r"[+-]?[0-9]{1,6}", text) else 0
    if number == 0 or not low <= number <= high:
        raise BadCadence(_("%(part)s is a number from %(low)s to %(high)s.") % {"part": name, "low": low, "high": high})
    return number


def _numbers(name: str, parts: dict[str, str], low: int, high: int) -> tuple[int, ...]:
    if name not in parts:
        return ()
    return tuple(sorted({_number(name, text, low, high) for text in parts[name].split(",")}))


def _weekday(text: str) -> int:
    if text not in WEEKDAYS:
        raise BadCadence(_("%(text)s is no weekday: write MO, TU, WE, TH, FR, SA or SU.") % {"text": text[:40]})
    return WEEKDAYS.index(text)


def _weekdays(text: str, *, may_count: bool) -> tuple[tuple[int, int], ...]:
    """BYDAY: "TH", "2TH", "-1FR"."""
    found = []
    for one in text.split(",") if text else ():
        place, weekday = one[:-2], _weekday(one[-2:])
        if place and not may_count:
            raise BadCadence(_("Only a month or a year has a second Thursday: leave the number out of BYDAY."))
        found.append((_number("BYDAY", place, -53, 53) if place else 0, weekday))
    return tuple(found)


def _until(text: str) -> date | datetime:
    shapes = {8: "%Y%m%d", 15: "%Y%m%dT%H%M%S", 16: "%Y%m%dT%H%M%SZ"}
    try:
        moment = datetime.strptime(text, shapes[len(text)])  # noqa: DTZ007  the zone is told by its shape
    except (KeyError, ValueError):
        raise BadCadence(_("UNTIL is a day as in 20271231, or a moment as in 20271231T150000Z.")) from None
    match len(text):
        case 8:
            return moment.date()
        case 16:
            return moment.replace(tzinfo=UTC)
    return moment
