"""When something recurs: RFC 5545 RRULE in local time, as pure functions.

A cadence gives local days; the clock time stands beside it, so that a meeting at 15:00 stays at 15:00 on both sides of
a change of clocks. Where RFC 5545 leaves a day out because the month is too short, the last day that there is counts:
the 31st comes in every month, 29 February in every year.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice, takewhile
from typing import Protocol
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from django.utils.translation import gettext as _

from reminders.localtime import moment_of

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
DAY_PARTS = frozenset({"BYDAY", "BYSETPOS", "BYWEEKNO", "BYYEARDAY"})
PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYMONTHDAY"}) | DAY_PARTS
CLOCK_PARTS = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})
LONGEST_INTERVAL = 1_000
LARGEST_COUNT = 10_000
NEXT_WITHIN = timedelta(days=366 * 8)  # 29 February is at most eight years away


class BadCadence(ValueError):
    """A cadence that cannot be understood, or that this product does not keep. The message is for people."""


class Recurring(Protocol):
    """What recurs: a schedule, a ritual of a charter, or a `Recurrence`."""

    cadence: str
    starts_on: date
    at: time
    timezone: str


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


@dataclass(frozen=True)
class Cadence:
    """A cadence, read and checked. `rule` is the RRULE without its end, which `count` and `until` hold."""

    frequency: str
    interval: int
    months: tuple[int, ...]
    month_days: tuple[int, ...]
    picks_days: bool
    count: int | None
    until: date | datetime | None
    rule: str


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
    cadence = Cadence(
        frequency=frequency,
        interval=_number("INTERVAL", parts.get("INTERVAL", "1"), 1, LONGEST_INTERVAL),
        months=_numbers("BYMONTH", parts, 1, 12),
        month_days=_numbers("BYMONTHDAY", parts, -31, 31),
        picks_days=bool(DAY_PARTS & parts.keys()),
        count=_number("COUNT", parts["COUNT"], 1, LARGEST_COUNT) if "COUNT" in parts else None,
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
        rule=";".join(f"{name}={value}" for name, value in parts.items() if name not in {"COUNT", "UNTIL"}),
    )
    try:
        rrulestr(cadence.rule, dtstart=datetime(2024, 1, 1))  # noqa: DTZ001  local days have no zone
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        raise BadCadence(_("“%(text)s” is no cadence of RFC 5545.") % {"text": text[:120]}) from None
    return cadence


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
    days = takewhile(lambda day: day <= last, _days_from(cadence, starts_on, last))
    if cadence.count is not None:
        days = islice(days, cadence.count)
    return (day for day in days if day >= first)


def _days_from(cadence: Cadence, starts_on: date, last: date) -> Iterator[date]:
    if cadence.frequency in {"MONTHLY", "YEARLY"} and not cadence.picks_days:
        return _days_of_months(cadence, starts_on, last)
    start = datetime.combine(starts_on, time())
    # Without an end of its own a rule that never comes would be searched for to the year 9999.
    rule = rrulestr(cadence.rule, dtstart=start).replace(until=datetime.combine(last, time()))
    return (moment.date() for moment in rule)


def _days_of_months(cadence: Cadence, starts_on: date, last: date) -> Iterator[date]:
    """Days given by their number in the month, clamped to the months as long as they are."""
    year, month = starts_on.year, starts_on.month
    while date(year, month, 1) <= last:
        for turn in _months_of(cadence, starts_on, year, month):
            length = monthrange(year, turn)[1]
            numbers = cadence.month_days or (starts_on.day,)
            days = {min(n, length) if n > 0 else max(length + 1 + n, 1) for n in numbers}
            for day in sorted(days):
                if date(year, turn, day) >= starts_on:
                    yield date(year, turn, day)
        if cadence.frequency == "YEARLY":
            year, month = year + cadence.interval, 1
        else:
            months = year * 12 + month - 1 + cadence.interval
            year, month = months // 12, months % 12 + 1
        if year > date.max.year:
            return


def _months_of(cadence: Cadence, starts_on: date, year: int, month: int) -> tuple[int, ...]:
    """The months of one period in which the cadence falls."""
    if cadence.frequency == "MONTHLY":
        return (month,) if not cadence.months or month in cadence.months else ()
    if cadence.months:
        return cadence.months
    return tuple(range(1, 13)) if cadence.month_days else (starts_on.month,)


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
        raise BadCadence(
            _("%(part)s is a number from %(low)s to %(high)s.") % {"part": name, "low": low, "high": high}
        )
    return number


def _numbers(name: str, parts: dict[str, str], low: int, high: int) -> tuple[int, ...]:
    if name not in parts:
        return ()
    return tuple(sorted({_number(name, text, low, high) for text in parts[name].split(",")}))


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
