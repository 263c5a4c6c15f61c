"""How people write when they meet, as a cadence: "biweekly", "first Wednesday of the month", "PT (Pacific Time)".

What is understood gives an RRULE of RFC 5545, a local time and a zone of the IANA database. What is not raises
NotUnderstood and says why; what was taken on trust is among the doubts. Nothing is guessed in silence.
"""

import re
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from dateutil.rrule import rrulestr

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": -1,
}  # fmt: skip
NUMBERS = {"two": 2, "2": 2, "three": 3, "3": 3, "four": 4, "4": 4, "six": 6, "6": 6, "eight": 8, "8": 8}

# Abbreviations that mean one zone only: IST, CST, MST and BST mean several, so they need their words.
ZONES = {
    "America/Los_Angeles": ("pt", "pst", "pdt", "pacific", "pacific time", "us pacific", "us/pacific"),
    "America/Denver": ("mdt", "mountain", "mountain time", "us mountain"),
    "America/Chicago": ("cdt", "central", "central time", "us central"),
    "America/New_York": ("et", "est", "edt", "eastern", "eastern time", "us eastern"),
    "Europe/London": ("british time", "british summer time", "uk time", "london", "london time"),
    "Europe/Berlin": ("cet", "cest", "central european time", "central european summer time"),
    "Asia/Kolkata": ("india standard time", "indian standard time", "india", "india time"),
    "Asia/Shanghai": ("china standard time", "china", "beijing time"),
    "Asia/Tokyo": ("jst", "japan standard time", "japan"),
    "Asia/Seoul": ("kst", "korea standard time", "korea"),
    "Asia/Singapore": ("sgt", "singapore time", "singapore"),
    "Australia/Sydney": ("aest", "aedt", "australian eastern time", "sydney time"),
    "UTC": ("utc", "gmt", "utc+0", "coordinated universal time", "greenwich mean time", "z"),
}
_ZONE_OF = {name: zone for zone, names in ZONES.items() for name in names}

_DAY = rf"(?P<day>{'|'.join(WEEKDAYS)})s?"
_NTH = rf"(?P<nth>(?:{'|'.join(ORDINALS)})(?:\s*(?:and|&|/)\s*(?:{'|'.join(ORDINALS)}))*)"
_OF_MONTH = r"(?:\s+(?:of\s+)?(?:the|each|every|a)\s+month)"
_EVERY_MONTH = r"(?:monthly|every month|each month|once a month)"
_EVERY_OTHER_WEEK = r"(?:bi-?weekly|fortnightly|every other week|every second week)"
_CLAUSES = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("week", rf"^(?:weekly|every week)(?:\s+on\s+{_DAY})?$"),
        ("week", rf"^every\s+{_DAY}$"),
        ("two weeks", rf"^{_EVERY_OTHER_WEEK}(?:\s+on\s+{_DAY})?$"),
        ("two weeks", rf"^every (?:other|second)\s+{_DAY}{_OF_MONTH}?$"),
        ("weeks", rf"^every (?P<number>{'|'.join(NUMBERS)}) weeks$"),
        ("month", rf"^{_EVERY_MONTH}$"),
        ("nth of month", rf"^(?:{_EVERY_MONTH}\s+)?(?:(?:on|every|the|on the)\s+)?{_NTH}\s+{_DAY}{_OF_MONTH}$"),
        ("nth of month", rf"^{_EVERY_MONTH}\s+(?:(?:on|the|on the)\s+)?{_NTH}\s+{_DAY}$"),
        ("nth", rf"^(?:(?:on|the|on the)\s+)?{_NTH}\s+{_DAY}$"),
        ("day", rf"^(?:on\s+)?{_DAY}$"),
    )
)
_STARTING = re.compile(
    rf"[\s(,-]*\bstarting\s+(?:(?P<day>{'|'.join(WEEKDAYS)}),?\s+)?"
    r"(?P<month>[a-z]{3,9})\.?\s+(?P<number>[0-9]{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>20[0-9]{2})\)?$"
)
_TIME = re.compile(
    r"^(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2}))?\s*(?P<half>[ap]\.?m\.?)?"
    r"(?P<end>\s*[-–—]\s*[0-9]{1,2}(?::[0-9]{2})?\s*(?P<end_half>[ap]\.?m\.?)?)?$"
)


class NotUnderstood(ValueError):
    """Nobody could tell from this text when the meeting is. The message says what is unclear."""


@dataclass(frozen=True)
class Cadence:
    """When a meeting recurs. `doubts` are sentences about what the text left open."""

    rule: str
    starts_on: date
    at: time
    timezone: str
    doubts: Sequence[str] = field(default_factory=tuple)


@dataclass
class _Said:
    """What a text says about recurrence, clause by clause."""

    interval: int | None = None
    is_monthly: bool = False
    nth: set[int] = field(default_factory=set)
    days: set[int] = field(default_factory=set)
    starts_on: date | None = None
    remarks: list[str] = field(default_factory=list)


def read_cadence(*, day: str, clock: str, zone: str, frequency: str, today: date) -> Cadence:
    """Understand a meeting as it is announced. `today` is where counting starts if no first day is named.

    Raises NotUnderstood.
    """
    at, timezone = read_time(clock), read_zone(zone)
    said = _Said()
    for text in (frequency, day):
        _listen(text, said)
    rule = _rule_of(said, frequency)
    starts_on = said.starts_on or _first_day(rule, said, today)
    doubts = [f"passed over: “{remark}”" for remark in said.remarks]
    if (said.interval or 1) > 1 and said.starts_on is None:
        doubts.append(f"which week it starts is not said: counted from {starts_on.isoformat()}")
    return Cadence(rule, starts_on, at, timezone, tuple(doubts))


def read_time(text: str) -> time:
    """The time at which it starts: "7:00PM-8:00PM" → 19:00. Raises NotUnderstood."""
    found = _TIME.match(text.strip().lower())
    if found is None:
        raise NotUnderstood(f"the time “{text}”")
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), (found["half"] or "")[:1]
    is_plain = not half and bool(found["minute"]) and not found["end_half"]
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif not is_plain:
        raise NotUnderstood(f"the time “{text}”: morning or afternoon")
    if hour > 23 or minute > 59:
        raise NotUnderstood(f"the time “{text}”")
    return time(hour, minute)


def read_zone(text: str) -> str:
    """The IANA zone of a name as people write it: "PT (Pacific Time)". Raises NotUnderstood."""
    outside, _, inside = text.strip().rstrip(")").partition("(")
    names = [name.strip() for name in (outside, inside) if name.strip()]
    zones = {zone for name in names if (zone := _ZONE_OF.get(name.lower()) or _iana(name))}
    if len(zones) != 1:
        raise NotUnderstood(f"the time zone “{text}”" + (": it names two" if zones else ""))
    return zones.pop()


def _iana(name: str) -> str | None:
    """A name of the IANA database that says where; the short ones, as EST and MST, are clocks without summer time."""
    return name if len(name) > 3 and name in zoneinfo.available_timezones() else None


def _listen(text: str, said: _Said) -> None:
    text = " ".join(text.lower().replace("bi weekly", "bi-weekly").split())
    text = _take_start(text, said)
    for clause in re.split(r"\s+[-–—]\s+|[,;()]", text):
        clause = clause.strip()  # noqa: PLW2901
        if clause and not _take(clause, said):
            said.remarks.append(clause)


def _take_start(text: str, said: _Said) -> str:
    """Take "starting Tuesday October 28, 2025" off the end of a text."""
    found = _STARTING.search(text)
    if found is None:
        return text
    months = [number for number, name in enumerate(MONTHS, start=1) if name.startswith(found["month"])]
    try:
        (month,) = months
        said.starts_on = date(int(found["year"]), month, int(found["number"]))
    except ValueError:
        raise NotUnderstood(f"the first day “{found[0].strip()}”") from None
    if found["day"]:
        said.days.add(WEEKDAYS.index(found["day"]))
    return text[: found.start()]


def _take(clause: str, said: _Said) -> bool:
    heard = next(((name, found) for name, pattern in _CLAUSES if (found := pattern.match(clause))), None)
    if heard is None:
        return False
    name, groups = heard[0], heard[1].groupdict()
    if groups.get("day"):
        said.days.add(WEEKDAYS.index(groups["day"]))
    if groups.get("nth"):
        said.nth |= {ORDINALS[word] for word in re.findall("|".join(ORDINALS), groups["nth"])}
    if name in {"month", "nth of month"}:
        said.is_monthly = True
    interval = {"week": 1, "two weeks": 2, "weeks": NUMBERS.get(groups.get("number") or "")}.get(name)
    if interval and said.interval not in {None, interval}:
        raise NotUnderstood(f"how often: every {said.interval} weeks or every {interval}")
    said.interval = interval or said.interval
    return True


def _rule_of(said: _Said, frequency: str) -> str:
    if not said.days:
        raise NotUnderstood("the day of the week")
    if len(said.days) > 1:
        raise NotUnderstood(f"the day of the week: {' or '.join(WEEKDAYS[day] for day in sorted(said.days))}")
    (day,) = said.days
    code = WEEKDAYS[day][:2].upper()
    if said.starts_on and said.starts_on.weekday() != day:
        raise NotUnderstood(f"the first day: {said.starts_on.isoformat()} is no {WEEKDAYS[day]}")
    if bool(said.interval) == said.is_monthly:
        raise NotUnderstood(f"how often “{frequency}” is")
    if said.interval:
        if said.nth:
            raise NotUnderstood(f"how often “{frequency}” is: weekly or monthly")
        return (
            f"FREQ=WEEKLY;BYDAY={code}" if said.interval == 1 else f"FREQ=WEEKLY;INTERVAL={said.interval};BYDAY={code}"
        )
    if not said.nth:
        raise NotUnderstood(f"which {WEEKDAYS[day]} of the month “{frequency}” means")
    return "FREQ=MONTHLY;BYDAY=" + ",".join(f"{nth}{code}" for nth in sorted(said.nth, key=lambda nth: (nth < 0, nth)))


def _first_day(rule: str, said: _Said, today: date) -> date:
    (day,) = said.days
    if not said.is_monthly:
        return today + timedelta(days=(day - today.weekday()) % 7)
    return next(iter(rrulestr(rule, dtstart=datetime.combine(today, time())))).date()
