"""How a person hears of things: at once or in the daily digest, and never in quiet hours or on a free day.

Pure functions of the person's preferences, working days and teams; every time is one of the person's own clock.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from reminders.kinds import OccasionKind
from reminders.localtime import moment_of, zone_or_utc
from reminders.models import Preferences
from reminders.models.preferences import DIGEST_AT
from teams.calendar import UnknownHolidays, holidays_of
from teams.models import Person, Seat

Way = Preferences.Way

URGENT = 0
LONGEST_CLOSURE = 366
MOST_MOVES = 10


@dataclass(frozen=True)
class Plan:
    """When an e-mail goes out, and whether the daily digest takes it along."""

    at: datetime
    for_digest: bool = False


@dataclass(frozen=True)
class Habits:
    """How one person wants to hear. `holidays` are the calendars of their teams."""

    timezone: str
    working_days: Collection[int]
    work_starts: time
    holidays: Collection[str] = ()
    ways: Mapping[str, str] = field(default_factory=dict)
    digest_at: time = DIGEST_AT
    quiet_from: time | None = None
    quiet_until: time | None = None
    waits_on_free_days: bool = True

    def plan(self, kind: OccasionKind, *, due_at: datetime, at: datetime) -> Plan | None:
        """When an e-mail goes out that could go at a moment; None where the person wants none of its kind."""
        if kind.urgency == URGENT:
            return Plan(at)
        match self.ways.get(kind.group, Way.AT_ONCE):
            case Way.OFF:
                return None
            case Way.DIGEST:
                return Plan(self.next_digest(at), for_digest=True)
        return Plan(self.next_allowed(at, due_at=due_at))

    def next_allowed(self, at: datetime, *, due_at: datetime | None = None) -> datetime:
        """The next moment outside quiet hours and free days, `at` itself where it is one.

        What falls due on a free day is told on that day all the same: afterwards it would help nobody. Where quiet
        hours fill every working day, they alone count.
        """
        moment = at
        for _ in range(MOST_MOVES):
            is_its_day = due_at is not None and self._day(due_at) == self._day(moment)
            allowed = self._after_quiet_hours(moment if is_its_day else self._after_free_days(moment))
            if allowed == moment:
                return moment
            moment = allowed
        return self._after_quiet_hours(at)

    def next_digest(self, at: datetime) -> datetime:
        """The next digest at or after a moment: one a day on which they hear of things."""
        day = self._day(at)
        for _ in range(LONGEST_CLOSURE):
            digest_at = moment_of(day, self.digest_at, self.timezone)
            if digest_at >= at and not self._is_free(day):
                return digest_at
            day += timedelta(days=1)
        return at

    def _day(self, at: datetime) -> date:
        return at.astimezone(zone_or_utc(self.timezone)).date()

    def _is_free(self, day: date) -> bool:
        if not (self.waits_on_free_days and self.working_days):
            return False
        if day.isoweekday() not in self.working_days:
            return True
        return bool(self.holidays) and all(day in holidays_of(code) for code in self.holidays)

    def _after_free_days(self, at: datetime) -> datetime:
        day = today = self._day(at)
        for _ in range(LONGEST_CLOSURE):
            if not self._is_free(day):
                return at if day == today else moment_of(day, self.work_starts, self.timezone)
            day += timedelta(days=1)
        return at

    def _after_quiet_hours(self, at: datetime) -> datetime:
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return at
        local = at.astimezone(zone_or_utc(self.timezone))
        clock = local.time()
        if self.quiet_from < self.quiet_until:
            is_quiet, ends_on = self.quiet_from <= clock < self.quiet_until, local.date()
        else:
            is_quiet = clock >= self.quiet_from or clock < self.quiet_until
            ends_on = local.date() + timedelta(days=1 if clock >= self.quiet_from else 0)
        return max(at, moment_of(ends_on, self.quiet_until, self.timezone)) if is_quiet else at


def habits_of(person: Person, *, preferences: Preferences | None, holidays: Collection[str] = ()) -> Habits:
    """The habits of a person who has stored these preferences."""
    chosen = preferences or Preferences(person=person)
    return Habits(
        timezone=zone_or_utc(person.timezone).key,
        working_days=tuple(person.working_days),
        work_starts=person.work_starts,
        holidays=tuple(holidays),
        ways=chosen.ways,
        digest_at=chosen.digest_at,
        quiet_from=chosen.quiet_from,
        quiet_until=chosen.quiet_until,
        waits_on_free_days=chosen.waits_on_free_days,
    )


def load_habits(people: Mapping[int, Person], now: datetime) -> dict[int, Habits]:
    """The habits of many, in two queries. A day is a holiday of theirs if it is one in all their teams."""
    if not people:
        return {}
    today = now.date()
    stored = {row.person_id: row for row in Preferences.objects.filter(person__in=people)}
    calendars: dict[int, set[str]] = defaultdict(set)
    seats = Seat.objects.filter(Q(until__isnull=True) | Q(until__gte=today), person__in=people, since__lte=today)
    for person, code in seats.exclude(team__holidays="").values_list("person", "team__holidays").distinct():
        if _is_known(code):
            calendars[person].add(code)
    return {
        pk: habits_of(person, preferences=stored.get(pk), holidays=sorted(calendars[pk]))
        for pk, person in people.items()
    }


def _is_known(code: str) -> bool:
    try:
        holidays_of(code)
    except UnknownHolidays:
        return False
    return True
