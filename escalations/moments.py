"""Reading the moment that somebody asks about."""

import re
from datetime import UTC, datetime

from django.utils.translation import gettext as _

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_PLUS_READ_AS_SPACE = re.compile(r" (?=\d\d:?\d\d$)")  # what forms make of the + of an offset


class NotAMoment(ValueError):
    """The text names no moment. The message is for people."""


def read_local(text: str) -> datetime:
    """A moment as a form field writes it, with or without an offset. Raises NotAMoment."""
    try:
        return datetime.fromisoformat(_PLUS_READ_AS_SPACE.sub("+", text.strip()))
    except ValueError:
        raise NotAMoment(_("Write a day and a time, as in 2026-11-22T02:00.")) from None


def read_moment(text: str) -> datetime:
    """A moment with its offset. Raises NotAMoment."""
    try:
        moment = datetime.fromisoformat(_PLUS_READ_AS_SPACE.sub("+", text.strip()))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise NotAMoment(_("Write a moment with its offset, as in 2026-11-22T02:00:00+01:00."))
    return within_reach(moment)


def within_reach(moment: datetime) -> datetime:
    """The same moment, where calendars reach. Raises NotAMoment."""
    try:
        if EARLIEST <= moment < LATEST:
            return moment
    except OverflowError:
        pass
    raise NotAMoment(_("Choose a year from 2000 to 2199."))
