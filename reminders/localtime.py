"""Local time to moments."""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def moment_of(day: date, at: time, timezone: str) -> datetime:
    """The moment at which clocks in the zone show that time on that day.

    In an hour that the clocks skip it is shifted forward by what they skip; of an hour that comes twice it is the
    first.
    """
    return datetime.combine(day, at.replace(tzinfo=None, fold=0), ZoneInfo(timezone)).astimezone(UTC)


@lru_cache(maxsize=1024)
def zone_or_utc(name: str) -> ZoneInfo:
    """The zone of a name; UTC where the name has left the database of zones."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
