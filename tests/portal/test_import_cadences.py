from datetime import date, time

import pytest

from portal.importing.cadences import Cadence, NotUnderstood, read_cadence, read_time, read_zone
from reminders.recurrence import Recurrence, next_dates

TODAY = date(2026, 11, 20)  # a Friday


def cadence(frequency: str, day: str = "Wednesday", clock: str = "9:00", zone: str = "UTC") -> Cadence:
    return read_cadence(day=day, clock=clock, zone=zone, frequency=frequency, today=TODAY)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7:00PM-8:00PM", time(19)),
        ("08:00AM", time(8)),
        ("1:00PM", time(13)),
        ("9:30 am", time(9, 30)),
        ("12:00PM", time(12)),
        ("12:15AM", time(0, 15)),
        ("4PM", time(16)),
        ("5 p.m.", time(17)),
        ("17:30", time(17, 30)),
        ("06:00", time(6)),
        ("16:00 - 17:00", time(16)),
        ("7:00pm – 20:00", time(19)),
    ],
)
def test_time_is_read_as_people_write_it(text: str, expected: time) -> None:
    assert read_time(text) == expected


@pytest.mark.parametrize("text", ["", "noon", "9", "25:00", "9:75", "13:00PM", "7:00-8:00PM", "9:00 UTC", "0:30AM"])
def test_time_that_can_be_taken_in_two_ways_is_not_understood(text: str) -> None:
    with pytest.raises(NotUnderstood):
        read_time(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT (Pacific Time)", "America/Los_Angeles"),
        ("ET (Eastern Time)", "America/New_York"),
        ("Eastern Time (ET)", "America/New_York"),
        ("EST (Eastern Time)", "America/New_York"),
        ("CET (Central European Time)", "Europe/Berlin"),
        ("CST (China Standard Time)", "Asia/Shanghai"),
        ("IST (India Standard Time)", "Asia/Kolkata"),
        ("Europe/Madrid", "Europe/Madrid"),
        ("utc", "UTC"),
        ("Poland", "Poland"),
    ],
)
def test_zone_is_one_of_the_iana_database(text: str, expected: str) -> None:
    assert read_zone(text) == expected


@pytest.mark.parametrize("text", ["", "IST", "CST", "BST", "MST", "Mars", "PT (Eastern Time)", "(", "local time"])
def test_zone_that_means_several_or_none_is_not_understood(text: str) -> None:
    with pytest.raises(NotUnderstood, match="time zone"):
        read_zone(text)


@pytest.mark.parametrize(
    ("frequency", "day", "rule", "first"),
    [
        ("weekly", "Wednesday", "FREQ=WEEKLY;BYDAY=WE", date(2026, 11, 25)),
        ("Every week", "Fridays", "FREQ=WEEKLY;BYDAY=FR", TODAY),
        ("every Thursday", "Thursday", "FREQ=WEEKLY;BYDAY=TH", date(2026, 11, 26)),
        ("First Wednesday of the month", "Wednesday", "FREQ=MONTHLY;BYDAY=1WE", date(2026, 12, 2)),
        ("monthly - third Tuesday", "Tuesday", "FREQ=MONTHLY;BYDAY=3TU", date(2026, 12, 15)),
        ("monthly - last Wednesday every month", "Wednesday", "FREQ=MONTHLY;BYDAY=-1WE", date(2026, 11, 25)),
        ("Monthly on 4th Thursday", "Thursday", "FREQ=MONTHLY;BYDAY=4TH", date(2026, 11, 26)),
        ("every third Wednesday of the month", "Wednesday", "FREQ=MONTHLY;BYDAY=3WE", date(2026, 12, 16)),
        ("monthly, second Thursday of the month", "Thursday", "FREQ=MONTHLY;BYDAY=2TH", date(2026, 12, 10)),
        ("1st and 3rd Monday of each month", "Monday", "FREQ=MONTHLY;BYDAY=1MO,3MO", date(2026, 12, 7)),
        ("monthly", "first Wednesday", "FREQ=MONTHLY;BYDAY=1WE", date(2026, 12, 2)),
        ("biweekly starting Tuesday Feb 11, 2025", "Tuesday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", date(2025, 2, 11)),
        ("bi-weekly", "Thursdays (starting February 15th 2024)", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", date(2024, 2, 15)),
    ],
)
def test_cadence_is_understood_whole(frequency: str, day: str, rule: str, first: date) -> None:
    understood = cadence(frequency, day)
    assert (understood.rule, understood.starts_on, understood.doubts) == (rule, first, ())


@pytest.mark.parametrize(
    "frequency",
    ["biweekly", "bi-weekly", "Fortnightly", "every other week", "biweekly - every other Friday of the month"],
)
def test_every_other_week_counts_from_the_coming_week_and_says_so(frequency: str) -> None:
    understood = cadence(frequency, "Friday")
    assert understood.rule == "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"
    assert understood.starts_on == TODAY
    assert understood.doubts == ("which week it starts is not said: counted from 2026-11-20",)


def test_every_four_weeks_is_no_month() -> None:
    assert cadence("every four weeks").rule == "FREQ=WEEKLY;INTERVAL=4;BYDAY=WE"


def test_remark_is_passed_over_and_said() -> None:
    assert cadence("weekly, you must be signed in to join").doubts == ("passed over: “you must be signed in to join”",)


@pytest.mark.parametrize(
    ("frequency", "day", "why"),
    [
        ("monthly", "Wednesday", "which wednesday of the month"),
        ("monthly - Wednesday, after the fourth Tuesday, every month", "Wednesday", "which wednesday of the month"),
        ("every third Wednesday", "Wednesday", "how often"),
        ("third Wednesday", "Wednesday", "how often"),
        ("as needed", "Wednesday", "how often"),
        ("", "Wednesday", "how often"),
        ("triweekly", "Wednesday", "how often"),
        ("bimonthly", "Wednesday", "how often"),
        ("weekly", "TBD", "the day of the week"),
        ("weekly", "", "the day of the week"),
        ("weekly on Tuesday", "Wednesday", "tuesday or wednesday"),
        ("weekly, biweekly", "Wednesday", "every 1 weeks or every 2"),
        ("weekly - first Wednesday of the month", "Wednesday", "how often"),
        ("biweekly starting Tuesday Feb 12, 2025", "Tuesday", "2025-02-12 is no tuesday"),
        ("biweekly starting Febtember 11, 2025", "Tuesday", "the first day"),
        ("biweekly starting Tuesday Feb 31, 2025", "Tuesday", "the first day"),
    ],
)
def test_what_leaves_the_day_open_is_not_understood(frequency: str, day: str, why: str) -> None:
    with pytest.raises(NotUnderstood, match=why):
        cadence(frequency, day)


def test_cadence_is_one_that_the_reminders_keep() -> None:
    understood = cadence("biweekly - every other Monday of the month", "Monday", "7:00PM-8:00PM", "Europe/Madrid")
    recurrence = Recurrence(understood.rule, understood.starts_on, understood.at, understood.timezone)
    from datetime import UTC, datetime

    days = next_dates(recurrence, after=datetime(2026, 11, 20, tzinfo=UTC), count=3)
    assert [occurrence.due_at for occurrence in days] == [
        datetime(2026, 11, 23, 18, tzinfo=UTC),
        datetime(2026, 12, 7, 18, tzinfo=UTC),
        datetime(2026, 12, 21, 18, tzinfo=UTC),
    ]
