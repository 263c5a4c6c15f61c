"""The acts with which a person says how they want to hear of things. They concern nobody else."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ledger.errors import Invalid
from ledger.record import record_act
from reminders.kinds import Group
from reminders.models import Preferences
from teams.models import Person

WEEKDAYS = range(1, 8)


def preferences_of(person: Person) -> Preferences:
    """What the person chose; the defaults, not stored, where they never did."""
    return Preferences.objects.filter(person=person).first() or Preferences(person=person)


@transaction.atomic
def set_preferences(
    *,
    person: Person,
    ways: Mapping[str, str],
    digest_at: time,
    quiet_from: time | None,
    quiet_until: time | None,
    waits_on_free_days: bool,
    working_days: list[int],
    now: datetime,
) -> Preferences:
    """The person's own choice, for every group of kinds and every time. Raises Invalid."""
    person = Person.objects.select_for_update().get(pk=person.pk)  # two windows of theirs take turns
    if (quiet_from is None) != (quiet_until is None):
        missing = "quiet_from" if quiet_from is None else "quiet_until"
        raise Invalid([(missing, _("Quiet hours have a start and an end, or neither."))])
    if quiet_from is not None and quiet_from == quiet_until:
        raise Invalid([("quiet_until", _("These hours would never end, or never begin."))])
    _check(ways)
    days = sorted(set(working_days))
    if any(day not in WEEKDAYS for day in days):
        raise Invalid([("working_days", _("A day is a number from 1 (Monday) to 7."))])
    chosen = {
        "digest_at": digest_at,
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
        "waits_on_free_days": waits_on_free_days,
    }
    change = {"working_days": [person.working_days, days]} if person.working_days != days else {}
    if change:
        person.working_days = days
        person.save(update_fields=["working_days"])
    return _store(preferences_of(person), ways, chosen, change, now=now)


@transaction.atomic
def choose_way(*, person: Person, groups: list[str], way: str, now: datetime) -> Preferences:
    """How the person hears of some groups of kinds from now on, as from the link in a message. Raises Invalid."""
    person = Person.objects.select_for_update().get(pk=person.pk)
    wanted = dict.fromkeys(groups, way)
    _check(wanted)
    preferences = preferences_of(person)
    return _store(preferences, preferences.ways | wanted, {}, {}, now=now)


def _check(ways: Mapping[str, str]) -> None:
    for group, way in ways.items():
        if group not in Group or way not in Preferences.Way:
            raise Invalid([(group, _("This cannot be chosen."))])


def _store(
    preferences: Preferences,
    ways: Mapping[str, str],
    chosen: Mapping[str, Any],
    change: dict[str, list[Any]],
    *,
    now: datetime,
) -> Preferences:
    for group in Group.values:
        before = preferences.ways.get(group, Preferences.Way.AT_ONCE)
        after = str(ways.get(group, Preferences.Way.AT_ONCE))
        if before != after:
            change[group] = [str(before), after]
    for name, value in chosen.items():
        before = getattr(preferences, name)
        if before != value:
            change[name] = [_plain(before), _plain(value)]
        setattr(preferences, name, value)
    preferences.ways = {group: str(ways.get(group, Preferences.Way.AT_ONCE)) for group in Group.values}
    preferences.save()
    if change:
        person = preferences.person
        record_act(by=person, key="reminders.preferences.changed", on=person, change=change, now=now)
    return preferences


def _plain(value: Any) -> Any:
    return value.isoformat("minutes") if isinstance(value, time) else value
