"""What is due for somebody who is away: it waits until they are back, or their deputy hears of it, by kind.

A kind says `while_away`:

wait    the letter waits until they are back, unless it is due before
deputy  the deputy is told; the letter waits until they are back, if somebody who is there was told
both    the deputy is told, and they are told at once

The inbox has its copy at once in any case: it is read by who is there. Who deputises an upper floor knows; it
registers the answer in AppConfig.ready.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from reminders.kinds import Reasons, kind_of
from reminders.localtime import moment_of
from reminders.models import Occasion
from teams.absences import Away, away_among
from teams.models import Person

Absent = tuple[Occasion, int]
"""An occasion, and the id of somebody who is away and whom it concerns."""

Cover = Callable[[Sequence[Absent], datetime], Sequence[tuple[int, int, str]]]
"""For absent people (occasion id, deputy's person id, why); none for those whom nobody covers. Constant queries."""


def nobody_covers(absent: Sequence[Absent], now: datetime) -> Sequence[tuple[int, int, str]]:
    return []


_cover: Cover = nobody_covers


def register_cover(cover: Cover) -> None:
    """Say who deputises for whom. The last one who says it holds."""
    global _cover  # noqa: PLW0603  set once, when Django is ready
    _cover = cover


def with_deputies(
    audience: Mapping[int, Reasons], occasions: Collection[Occasion], now: datetime
) -> dict[int, Reasons]:
    """The audience and, where the kind says so, who deputises for those of it who are away."""
    found = dict(audience)
    covered = [occasion for occasion in occasions if kind_of(occasion.kind).while_away != "wait"]
    if not covered:
        return found
    away = away_among({person for occasion in covered for person in audience[occasion.pk]}, now)
    absent = [(occasion, person) for occasion in covered for person in audience[occasion.pk] if person in away]
    if absent:
        for occasion_id, deputy, why in _cover(absent, now):
            found[occasion_id] = {deputy: why} | dict(found[occasion_id])
    return found


def held_back(occasion: Occasion, told: Sequence[Person], away: Mapping[int, Away]) -> dict[int, datetime]:
    """Of the people told those whose letters wait, and until when."""
    way = kind_of(occasion.kind).while_away
    if way == "both":
        return {}
    is_covered = way == "deputy" and any(person.pk not in away for person in told)
    returns = {
        person.pk: moment_of(away[person.pk].back_on, person.work_starts, person.timezone)
        for person in told
        if person.pk in away
    }
    return {person: back_at for person, back_at in returns.items() if is_covered or back_at <= occasion.due_at}
