"""The ladder of an occasion: when its people hear of it. Pure functions of the kind, the due moment and the zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from reminders.kinds import OccasionKind
from reminders.localtime import moment_of

MORNING = time(9)
A_DAY = timedelta(days=1)
ANNOUNCED = "new"


@dataclass(frozen=True)
class Rung:
    """One step: its name ("-7d", "0d", "+2d", "-4h") is part of the notice's key, so it never changes its meaning."""

    name: str
    at: datetime


@dataclass(frozen=True)
class Position:
    """Where an occasion stands on its ladder at a moment; `step` is None before the first one."""

    step: str | None
    next_at: datetime | None
    is_overdue: bool


def rungs(ladder: Sequence[timedelta], *, due_at: datetime, timezone: str) -> list[Rung]:
    """The steps in order of time."""
    steps = [Rung(name_of(offset), _moment(offset, due_at=due_at, timezone=timezone)) for offset in ladder]
    return sorted(steps, key=lambda rung: rung.at)


def first_step_at(kind: OccasionKind, *, due_at: datetime, timezone: str, now: datetime) -> datetime:
    """When the sweep has to look at a new or moved occasion first: now, where a step has passed already."""
    if kind.announce:
        return now
    moments = [rung.at for rung in rungs(kind.ladder, due_at=due_at, timezone=timezone)]
    return max(now, min([*moments, due_at + kind.overdue_after]))


def position(kind: OccasionKind, *, due_at: datetime, timezone: str, now: datetime) -> Position:
    """The last step that has come (several missed ones count as one), the next, and whether the last is behind."""
    steps = rungs(kind.ladder, due_at=due_at, timezone=timezone)
    passed = [rung for rung in steps if rung.at <= now]
    overdue_at = due_at + kind.overdue_after
    return Position(
        step=passed[-1].name if passed else ANNOUNCED if kind.announce else None,
        next_at=min((at for at in [*(rung.at for rung in steps), overdue_at] if at > now), default=None),
        is_overdue=overdue_at <= now,
    )


def name_of(offset: timedelta) -> str:
    """The name of a step by its distance: "-7d", "0d", "+2d", "-4h", "+90m"."""
    sign = "-" if offset < timedelta(0) else "+" if offset else ""
    minutes = abs(offset) // timedelta(minutes=1)
    for size, unit in ((1440, "d"), (60, "h")):
        if minutes % size == 0:
            return f"{sign}{minutes // size}{unit}"
    return f"{sign}{minutes}m"


def offset_of(name: str) -> timedelta:
    """The distance that a step's name says; raises ValueError."""
    if name == "0d":
        return timedelta(0)
    units = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
    sign, number, unit = name[:1], name[1:-1], name[-1:]
    if sign not in {"-", "+"} or unit not in units or not (number.isascii() and number.isdigit()):
        raise ValueError(name)
    return int(sign + number) * units[unit]


def _moment(offset: timedelta, *, due_at: datetime, timezone: str) -> datetime:
    if offset % A_DAY:
        return due_at + offset
    local = due_at.astimezone(ZoneInfo(timezone))
    return moment_of(local.date() + offset, min(MORNING, local.time()), timezone)
