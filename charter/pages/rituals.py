"""When the rituals of a charter come round next."""

from datetime import date, datetime, time

from charter.document import Ritual
from reminders.recurrence import BadCadence, Recurrence, next_dates


def next_day(ritual: Ritual, now: datetime) -> date | None:
    """The next local day of a ritual, None where it never comes again."""
    recurring = Recurrence(ritual.cadence, ritual.starts_on, time.fromisoformat(ritual.at), ritual.timezone)
    try:
        coming = next_dates(recurring, after=now, count=1)
    except BadCadence:
        return None
    return coming[0].day if coming else None
