"""When something recurs: one occurrence a period, in every zone, on both sides of every change of clocks."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.recurrence import BadCadence, Recurrence, days_of, next_dates, read_cadence, upcoming

MIN, MAX = datetime(2016, 1, 1), datetime(2036, 1, 1)  # noqa: DTZ001  hypothesis adds the zone
ZONES = sorted(available_timezones() - {"localtime", "Factory"})


def recurrence(cadence: str, *, starts_on=date(2026, 1, 1), at=time(15), timezone="Europe/Berlin") -> Recurrence:
    return Recurrence(cadence=cadence, starts_on=starts_on, at=at, timezone=timezone)


def days(cadence: str, *, years: int = 1, **options) -> list[date]:
    it = recurrence(cadence, **options)
    after = datetime.combine(it.starts_on, time(), UTC) - timedelta(days=2)
    return [found.day for found in upcoming(it, after=after, before=after + timedelta(days=366 * years))]


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    weekday=st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]),
    interval=st.integers(1, 6),
    starts_on=st.dates(date(2016, 1, 1), date(2031, 12, 31)),
    at=st.times().map(lambda t: t.replace(microsecond=0)),
)
def test_weekly_cadence_gives_one_day_a_period(zone, weekday, interval, starts_on, at):
    it = recurrence(f"FREQ=WEEKLY;INTERVAL={interval};BYDAY={weekday}", starts_on=starts_on, at=at, timezone=zone)
    after = datetime.combine(starts_on, time(), UTC) - timedelta(days=2)
    found = upcoming(it, after=after, before=after + timedelta(days=5 * 366))

    gaps = {(later.day - earlier.day).days for earlier, later in pairwise(found)}
    assert gaps == {7 * interval}
    assert [one.due_at for one in found] == sorted(one.due_at for one in found)
    assert all(-1 <= (one.due_at.astimezone(ZoneInfo(zone)).date() - one.day).days <= 1 for one in found)


@settings(max_examples=100, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    day=st.integers(1, 31),
    interval=st.integers(1, 12),
    starts_on=st.dates(date(2016, 1, 1), date(2031, 12, 31)),
)
def test_monthly_cadence_gives_one_day_a_month_however_short(zone, day, interval, starts_on):
    it = recurrence(f"FREQ=MONTHLY;INTERVAL={interval};BYMONTHDAY={day}", starts_on=starts_on, timezone=zone)
    after = datetime.combine(starts_on, time(), UTC) - timedelta(days=2)
    found = upcoming(it, after=after, before=after + timedelta(days=20 * 366))

    months = [one.day.year * 12 + one.day.month for one in found]
    assert {later - earlier for earlier, later in pairwise(months)} == {interval}
    for one in found:
        next_day = one.day + timedelta(days=1)
        assert one.day.day == day or (one.day.day < day and next_day.day == 1)


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    at=st.times().map(lambda t: t.replace(microsecond=0)),
    moment=st.datetimes(MIN, MAX, timezones=st.just(UTC)),
    split=st.integers(1, 40),
)
def test_windows_that_touch_neither_repeat_nor_skip(zone, at, moment, split):
    it = recurrence("FREQ=DAILY", starts_on=date(2016, 1, 1), at=at, timezone=zone)
    end = moment + timedelta(days=41)
    middle = moment + timedelta(days=split)

    whole = upcoming(it, after=moment, before=end)

    assert upcoming(it, after=moment, before=middle) + upcoming(it, after=middle, before=end) == whole
    assert len({one.day for one in whole}) == len(whole)


def test_daily_cadence_misses_no_day_in_any_zone():
    first, last = date(2011, 1, 1), date(2012, 12, 31)  # Samoa had no 30 December 2011
    for zone in ZONES:
        it = recurrence("FREQ=DAILY;UNTIL=20121231", starts_on=first, at=time(2, 30), timezone=zone)
        found = upcoming(it, after=datetime(2010, 12, 29, tzinfo=UTC), before=datetime(2013, 1, 3, tzinfo=UTC))

        assert [one.day for one in found] == [first + timedelta(days=n) for n in range((last - first).days + 1)], zone


@pytest.mark.parametrize(
    ("zone", "day", "at", "due"),
    [
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), "2026-03-29T01:30:00+00:00"),  # skipped: 03:30 local
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), "2026-10-25T00:30:00+00:00"),  # twice: the first
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:45:00+00:00"),  # skips half an hour
        ("Asia/Kathmandu", date(2026, 7, 1), time(9), "2026-07-01T03:15:00+00:00"),
        ("Asia/Kolkata", date(2026, 7, 1), time(9), "2026-07-01T03:30:00+00:00"),
    ],
)
def test_local_time_across_changes_of_clocks(zone, day, at, due):
    it = recurrence("FREQ=DAILY;COUNT=1", starts_on=day, at=at, timezone=zone)
    (found,) = next_dates(it, after=datetime.combine(day, time(), UTC) - timedelta(days=2), count=1)

    assert found.due_at.isoformat() == due


def test_meeting_stays_at_its_local_time_in_summer_and_winter():
    found = upcoming(
        recurrence("FREQ=WEEKLY;BYDAY=TH"),
        after=datetime(2026, 1, 1, tzinfo=UTC),
        before=datetime(2027, 1, 1, tzinfo=UTC),
    )
    assert {one.due_at.astimezone(ZoneInfo("Europe/Berlin")).time() for one in found} == {time(15)}
    assert {one.due_at.time() for one in found} == {time(13), time(14)}


def test_the_31st_comes_in_every_month():
    found = days("FREQ=MONTHLY;BYMONTHDAY=31", years=2)[:12]
    assert [day.day for day in found] == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def test_monthly_without_a_day_takes_the_day_of_the_start():
    assert days("FREQ=MONTHLY", starts_on=date(2026, 10, 31))[:5] == [
        date(2026, 10, 31), date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28),
    ]  # fmt: skip


def test_29_february_comes_every_year():
    assert days("FREQ=YEARLY", starts_on=date(2024, 2, 29), years=5)[:5] == [
        date(2024, 2, 29), date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29),
    ]  # fmt: skip


def test_last_day_of_the_month_and_second_thursday():
    assert days("FREQ=MONTHLY;BYMONTHDAY=-1")[:2] == [date(2026, 1, 31), date(2026, 2, 28)]
    assert days("FREQ=MONTHLY;BYDAY=2TH")[:2] == [date(2026, 1, 8), date(2026, 2, 12)]


def test_count_and_until_end_it():
    assert len(days("FREQ=DAILY;COUNT=3")) == 3
    assert len(days("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", years=2)) == 3
    assert days("FREQ=DAILY;UNTIL=20260103")[-1] == date(2026, 1, 3)
    assert days("FREQ=DAILY;UNTIL=20260103T140000Z")[-1] == date(2026, 1, 3)  # 15:00 in Berlin, still in
    assert days("FREQ=DAILY;UNTIL=20260103T135959Z")[-1] == date(2026, 1, 2)


def test_cadence_that_never_comes_ends_quickly_and_empty():
    assert days("FREQ=WEEKLY;UNTIL=20200101") == []
    for cadence in ("FREQ=DAILY;BYMONTH=2;BYYEARDAY=300", "FREQ=MONTHLY;BYDAY=5MO;BYSETPOS=2"):
        assert days(cadence, years=30) == []
        assert next_dates(recurrence(cadence), after=datetime(2026, 1, 1, tzinfo=UTC)) == []


@pytest.mark.parametrize(
    ("cadence", "says"),
    [
        ("FREQ=SECONDLY", "at most once a day"),
        ("FREQ=HOURLY;INTERVAL=2", "at most once a day"),
        ("FREQ=DAILY;BYHOUR=1,2,3", "time of day"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL is a number"),
        ("FREQ=DAILY;COUNT=0", "COUNT is a number"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20270101", "exclude each other"),
        ("FREQ=WEEKLY;BYDAY=XX", "no weekday"),
        ("FREQ=WEEKLY;BYDAY=2TH", "Only a month"),
        ("FREQ=MONTHLY;BYDAY=60TH", "BYDAY is a number"),
        ("FREQ=DAILY;UNTIL=2027", "UNTIL"),
        ("FREQ=DAILY;FREQ=WEEKLY", "twice"),
        ("FREQ=WEEKLY;SOMETHING=1", "no part SOMETHING"),
        ("every week", "Write a cadence"),
        ("FREQ=WEEKLY\nDTSTART:20200101", "Write a cadence"),
        ("", "Write a cadence"),
        ("INTERVAL=2", "needs a FREQ"),
    ],
)
def test_cadence_that_cannot_be_kept_is_refused_in_a_sentence(cadence, says):
    with pytest.raises(BadCadence, match=says):
        read_cadence(cadence)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="FREQ=WKLYMONTHDAILBUC;,+-0123456789", max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        cadence = read_cadence(text)
    except BadCadence:
        return
    assert cadence.interval >= 1


def some(name: str, values: st.SearchStrategy[int]) -> st.SearchStrategy[str]:
    """A part with one to three numbers, or nothing."""
    numbers = st.lists(values, min_size=1, max_size=3, unique=True)
    return st.one_of(st.just(""), numbers.map(lambda found: f";{name}=" + ",".join(map(str, found))))


WEEKDAY = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
BYDAY = st.one_of(
    st.just(""), st.lists(WEEKDAY, min_size=1, max_size=3, unique=True).map(lambda d: ";BYDAY=" + ",".join(d))
)
NTH_DAY = st.one_of(
    BYDAY, st.tuples(st.sampled_from([1, 2, 3, 4, -1, -2]), WEEKDAY).map(lambda found: ";BYDAY={}{}".format(*found))
)
RULES = st.one_of(
    st.tuples(st.just("FREQ=DAILY"), some("BYMONTH", st.integers(1, 12)), BYDAY),
    st.tuples(st.just("FREQ=WEEKLY"), some("BYMONTH", st.integers(1, 12)), BYDAY, WEEKDAY.map(lambda d: f";WKST={d}")),
    st.tuples(
        st.just("FREQ=MONTHLY"), some("BYMONTH", st.integers(1, 12)), some("BYMONTHDAY", st.integers(1, 28)), NTH_DAY
    ),
    st.tuples(st.just("FREQ=MONTHLY"), BYDAY.filter(bool), some("BYSETPOS", st.sampled_from([1, 2, -1, -2]))),
    st.tuples(st.just("FREQ=YEARLY"), some("BYMONTH", st.integers(1, 12)), NTH_DAY),
    st.tuples(st.just("FREQ=YEARLY"), some("BYYEARDAY", st.sampled_from([1, 100, 365, -1, -365]))),
    st.tuples(st.just("FREQ=YEARLY"), some("BYWEEKNO", st.sampled_from([2, 20, 40])), BYDAY.filter(bool)),
).map("".join)


@settings(max_examples=400, deadline=None)
@given(
    rule=RULES,
    interval=st.integers(1, 5),
    count=st.one_of(st.none(), st.integers(1, 30)),
    starts_on=st.dates(date(2016, 1, 1), date(2026, 12, 31)).filter(lambda day: day.day <= 28),
    skip=st.integers(0, 2000),
)
def test_days_are_those_of_another_implementation(rule, interval, count, starts_on, skip):
    rule = f"{rule};INTERVAL={interval}" + (f";COUNT={count}" if count else "")
    first = starts_on + timedelta(days=skip)
    last = first + timedelta(days=4 * 366)

    ours = list(days_of(read_cadence(rule), starts_on=starts_on, first=first, last=last))

    theirs = rrulestr(rule, dtstart=datetime.combine(starts_on, time()))
    assert ours == [one.date() for one in theirs.between(
        datetime.combine(first, time()), datetime.combine(last, time()), inc=True
    )]  # fmt: skip
