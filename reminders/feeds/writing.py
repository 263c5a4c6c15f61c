"""Entries as iCalendar (RFC 5545)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from reminders.feeds.entries import Entry
from reminders.localtime import zone_or_utc

PRODUCT = "-//Remit//Remit//EN"
FETCH_EVERY = timedelta(hours=1)
A_DAY, A_MINUTE, NOTHING = timedelta(days=1), timedelta(minutes=1), timedelta(0)
BEFORE_A_MEETING = timedelta(minutes=-15)
BEFORE_A_DEADLINE = timedelta(hours=-2)


def write_feed(name: str, entries: Sequence[Entry], *, now: datetime) -> bytes:
    """A calendar to subscribe to."""
    calendar = _calendar(entries)
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", FETCH_EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for entry in entries:
        calendar.add_component(event_of(entry, now=now))
    return bytes(calendar.to_ical())


def write_one(method: str, entry: Entry, event: Event) -> bytes:
    """A calendar with one event, as messages carry it."""
    calendar = _calendar([entry])
    calendar.add("method", method)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def fingerprint(name: str, entries: Sequence[Entry]) -> str:
    """The same for feeds that say the same, whenever they are written."""
    said = repr((PRODUCT, name, [astuple(entry) for entry in entries]))
    return sha256(said.encode()).hexdigest()


def event_of(entry: Entry, *, now: datetime) -> Event:
    """An entry as an event. Deadlines block nobody's time."""
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", _local(entry))
    event.add("duration", entry.lasts)
    event.add("summary", entry.title)
    event.add("description", entry.text)
    event.add("categories", [entry.kind])
    event.add("url", entry.url)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE" if entry.is_meeting and not entry.is_cancelled else "TRANSPARENT")
    if entry.is_open:
        event.add_component(_alarm(entry))
    return event


def _calendar(entries: Iterable[Entry]) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    years: dict[str, set[int]] = {}
    for entry in entries:
        local = _local(entry)
        if local.tzinfo is not UTC:
            years.setdefault(entry.timezone, set()).add(local.year)
    for zone in sorted(years):
        calendar.add_component(_timezone(zone, min(years[zone]), max(years[zone])))
    return calendar


def _local(entry: Entry) -> datetime:
    """The moment as clocks there show it; in UTC where a local time would mean the first of two such hours."""
    zone = zone_or_utc(entry.timezone)
    local = entry.starts_at.astimezone(zone)
    return entry.starts_at.astimezone(UTC) if local.fold or local.tzname() == "UTC" else local


@lru_cache(maxsize=256)
def _timezone(name: str, first: int, last: int) -> Timezone:
    """How clocks go in a zone in these years: one part for each change, at the local time before it (RFC 5545, 3.6.5).

    Written here and not by the library, whose `Timezone.from_tzinfo` puts the onset of summer time an hour late.
    """
    zone = zone_or_utc(name)
    start, end = datetime(first, 1, 1, tzinfo=UTC) - 2 * A_DAY, datetime(last + 1, 1, 1, tzinfo=UTC)
    found = Timezone()
    found.add("tzid", name)
    offset = _offset(start, zone)
    found.add_component(_observance(start, zone, before=offset))
    for at in changes_of(zone, start, end):
        found.add_component(_observance(at, zone, before=offset))
        offset = _offset(at, zone)
    return found


def changes_of(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """The moments between the two at which the offset of a zone changes, to the minute."""
    day = start
    while day < end:
        low, high = day, day + A_DAY
        if _offset(low, zone) != _offset(high, zone):
            while high - low > A_MINUTE:
                middle = low + (high - low) // 2 // A_MINUTE * A_MINUTE
                low, high = (middle, high) if _offset(middle, zone) == _offset(day, zone) else (low, middle)
            yield high
        day += A_DAY


def _observance(at: datetime, zone: ZoneInfo, *, before: timedelta) -> TimezoneDaylight | TimezoneStandard:
    local = at.astimezone(zone)
    is_summer = (local.dst() or NOTHING) > NOTHING
    found = TimezoneDaylight() if is_summer else TimezoneStandard()
    found.add("dtstart", (at + before).replace(tzinfo=None))
    found.add("tzoffsetfrom", before)
    found.add("tzoffsetto", _offset(at, zone))
    found.add("tzname", local.tzname())
    return found


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or NOTHING


def _alarm(entry: Entry) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", BEFORE_A_MEETING if entry.is_meeting else BEFORE_A_DEADLINE)
    alarm.add("description", entry.title if entry.is_meeting else _("Due: %(title)s") % {"title": entry.title})
    return alarm
