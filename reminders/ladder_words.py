"""Ladders as people write and read them: "7 days before, 1 day before, on the day, 2 days after"."""

import re
from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reminders.ladder import name_of, offset_of

UNITS = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
WRITTEN = re.compile(r"(\d{1,4})\s*(w|weeks?|d|days?|h|hours?|m|min|minutes?)\s+(before|after)", re.ASCII)
ON_THE_DAY = {"on the day", "0", "0d"}


class UnreadableStep(ValueError):
    """A step that nobody understands; says which."""


def read_steps(text: str) -> list[str]:
    """The names of the steps that a line names, separated by commas. Raises UnreadableStep."""
    return [_read_step(part) for part in (part.strip().lower() for part in text.split(",")) if part]


def _read_step(text: str) -> str:
    if text in ON_THE_DAY:
        return name_of(timedelta(0))
    if written := WRITTEN.fullmatch(text):
        number, unit, side = written.groups()
        offset = int(number) * UNITS[unit[0]]
        return name_of(-offset if side == "before" else offset)
    try:
        return name_of(offset_of(text))
    except (ValueError, OverflowError):
        raise UnreadableStep(text[:40]) from None


def in_words(steps: Sequence[timedelta]) -> str:
    """A ladder in one line, in order of time."""
    return ", ".join(_step_in_words(offset) for offset in sorted(steps))


def _step_in_words(offset: timedelta) -> str:
    if not offset:
        return _("on the day")
    amount = duration_in_words(abs(offset))
    return (
        _("%(amount)s before") % {"amount": amount}
        if offset < timedelta(0)
        else _("%(amount)s after") % {"amount": amount}
    )


def duration_in_words(length: timedelta) -> str:
    """A length of time in its largest whole unit: "2 days", "1 hour", "90 minutes"."""
    minutes = length // timedelta(minutes=1)
    if minutes % 1440 == 0:
        return ngettext("%(count)s day", "%(count)s days", minutes // 1440) % {"count": minutes // 1440}
    if minutes % 60 == 0:
        return ngettext("%(count)s hour", "%(count)s hours", minutes // 60) % {"count": minutes // 60}
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
