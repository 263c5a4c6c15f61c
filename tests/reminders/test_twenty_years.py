"""Twenty years in every zone of the IANA database: one occasion a period, made in windows as the maker makes them.

`make test` gives each zone one of the cadences and one of the times; `REMIT_PROVE=1` all of them, in some minutes.
"""

import os
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from reminders.occasions import HORIZON, TOP_UP_AFTER
from reminders.recurrence import Occurrence, Recurrence, upcoming

IS_WHOLE = os.environ.get("REMIT_PROVE") == "1"
YEARS = 20
START = date(2026, 1, 1)  # a Thursday
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
PARTS = 8  # so that the processes of a test run share the work

Period = Callable[[date], int]


def days(length: int) -> Period:
    return lambda day: (day - START).days // length


def weeks(length: int) -> Period:
    monday = START - timedelta(days=START.weekday())
    return lambda day: (day - monday).days // (7 * length)


def months(length: int) -> Period:
    return lambda day: (day.year * 12 + day.month - 1) // length


CADENCES: list[tuple[str, Period]] = [
    ("FREQ=DAILY", days(1)),
    ("FREQ=DAILY;INTERVAL=3", days(3)),
    ("FREQ=WEEKLY;BYDAY=MO", weeks(1)),
    ("FREQ=WEEKLY;BYDAY=SU", weeks(1)),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", weeks(2)),
    ("FREQ=MONTHLY;BYMONTHDAY=31", months(1)),
    ("FREQ=MONTHLY;BYMONTHDAY=-1", months(1)),
    ("FREQ=MONTHLY;BYDAY=2TU", months(1)),
    ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", months(1)),
    ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=15", months(3)),
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", months(12)),
    ("FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", months(12)),
]
TIMES = [time(0), time(2, 30), time(9), time(23, 59)]


def pairs(zone: str) -> Iterator[tuple[str, Period, time]]:
    """What to look at in a zone: all, or what falls to it by its name."""
    every = [(cadence, period, at) for cadence, period in CADENCES for at in TIMES]
    yield from every if IS_WHOLE else [every[zlib.crc32(zone.encode()) % len(every)]]


def made_in_windows(recurring: Recurrence, *, until: datetime) -> list[Occurrence]:
    """As the maker goes: up to the horizon, and a little more each time it looks again."""
    made_until = now = datetime.combine(START, time(), UTC) - timedelta(days=2)
    found: list[Occurrence] = []
    while made_until < until:
        horizon = now + HORIZON
        found += upcoming(recurring, after=max(made_until, now), before=horizon)
        made_until = horizon
        now += HORIZON - TOP_UP_AFTER - timedelta(hours=len(found) % 24)  # however late it comes
    return found


@pytest.mark.timeout(3600 if IS_WHOLE else 120)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_zone_gets_one_occasion_a_period_for_twenty_years(part):
    until = datetime.combine(START.replace(year=START.year + YEARS), time(), UTC)
    for zone in ZONES[part::PARTS]:
        local = ZoneInfo(zone)
        for cadence, period, at in pairs(zone):
            found = made_in_windows(Recurrence(cadence=cadence, starts_on=START, at=at, timezone=zone), until=until)
            where = f"{zone} {cadence} {at}"
            numbers = [period(one.day) for one in found]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), where
            assert numbers[0] - period(START) in {0, 1}, where
            assert found[-1].day.year >= START.year + YEARS - 1, where
            moments = [one.due_at for one in found]
            assert all(earlier < later for earlier, later in pairwise(moments)), where
            for one in found:
                shown = one.due_at.astimezone(local)
                assert (shown.date(), shown.time()) == (one.day, at) or was_skipped(one, at, local), where


def was_skipped(one: Occurrence, at: time, zone: ZoneInfo) -> bool:
    """Whether the clocks of the zone never show that time on that day."""
    wanted = datetime.combine(one.day, at, zone)
    return wanted.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wanted.replace(tzinfo=None)
