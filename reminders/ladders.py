"""Ladders that an organisation or a team has set for a kind of occasion, and the act that sets them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from ledger.errors import Invalid
from ledger.record import record_act
from reminders.kinds import OccasionKind, kind_of
from reminders.ladder import name_of, offset_of, position
from reminders.models import LadderSetting, Occasion
from reminders.rules import can_set_ladders
from teams.models import Person, Team
from teams.rules import require

FURTHEST = timedelta(days=60)  # as far ahead as occasions are made
MOST_STEPS = 10
LOOKED_AT_SOON = timedelta(minutes=5)
OCCASIONS_AT_ONCE = 1000


@dataclass(frozen=True)
class Ladders:
    """The ladders that were set: (kind, team id or None for the organisation) → steps."""

    steps: Mapping[tuple[str, int | None], Sequence[timedelta]]

    def kind_for(self, kind: str, team_id: int | None) -> OccasionKind:
        """The kind with the ladder that holds in a team: the team's own, else the organisation's, else the kind's."""
        for owner in (team_id, None):
            if (kind, owner) in self.steps:
                return replace(kind_of(kind), ladder=self.steps[kind, owner])
        return kind_of(kind)


def load_ladders(*, teams: Collection[int | None], kinds: Collection[str]) -> Ladders:
    """What was set for these kinds in these teams, and for all. One query."""
    rows = LadderSetting.objects.filter(Q(team__isnull=True) | Q(team__in=set(teams) - {None}), kind__in=set(kinds))
    return Ladders(
        {
            (kind, team): [offset_of(step) for step in steps]
            for kind, team, steps in rows.values_list("kind", "team", "steps")
        }
    )


def ladders_for(occasions: Collection[Occasion]) -> Ladders:
    """What was set for these occasions. One query."""
    return load_ladders(
        teams={occasion.team_id for occasion in occasions}, kinds={occasion.kind for occasion in occasions}
    )


@transaction.atomic
def set_ladders(
    *, team: Team | None, steps: Mapping[str, Sequence[str] | None], by: Person | None, now: datetime
) -> list[str]:
    """Set the ladders of kinds in a team or, without one, in the organisation; None takes a setting back.

    What is open climbs its new ladder from now on: steps that have passed are not made up for. Returns the kinds that
    changed. Raises Forbidden, Invalid, UnknownKind.
    """
    require(
        by is None or can_set_ladders(by, team), _("Ladders are set by admins, and by the lead for their own team.")
    )
    changed = [kind for kind, wanted in steps.items() if _set(kind, team, wanted, by=by, now=now)]
    for kind in changed:
        _climb_anew(kind, team, now=now)
    return changed


def _set(kind: str, team: Team | None, wanted: Sequence[str] | None, *, by: Person | None, now: datetime) -> bool:
    kind_of(kind)
    _check(kind, wanted)
    setting = LadderSetting.objects.select_for_update(of=("self",)).filter(kind=kind, team=team).first()
    before = setting.steps if setting else None
    after = [name_of(offset) for offset in sorted({offset_of(step) for step in wanted})] if wanted else None
    if before == after:
        return False
    setting = setting or LadderSetting(kind=kind, team=team)
    setting.steps = after or []
    if after is not None:
        setting.save()
    record_act(by=by, key="reminders.ladder.set", on=setting, change={kind: [before, after]}, now=now)
    if after is None:
        setting.delete()
    return True


def _check(kind: str, steps: Sequence[str] | None) -> None:
    if steps is None:
        return
    try:
        offsets = {offset_of(step) for step in steps}
    except ValueError as error:
        detail = _("“%(step)s” is no step.") % {"step": str(error)[:40]}
        raise Invalid([(kind, detail)]) from None
    if not offsets:
        raise Invalid([(kind, _("Say at least one step, or nobody would be reminded."))])
    if len(offsets) > MOST_STEPS:
        raise Invalid([(kind, _("More than ten steps would only be noise."))])
    if any(abs(offset) > FURTHEST for offset in offsets):
        raise Invalid([(kind, _("A step lies within 60 days before or after."))])


def _climb_anew(kind: str, team: Team | None, *, now: datetime) -> None:
    """Find the next step of what is open; what is looked at within minutes anyway is left to the sweep."""
    ahead = Q(next_step_at__gt=now + LOOKED_AT_SOON) | Q(next_step_at__isnull=True)
    occasions = Occasion.objects.filter(ahead, kind=kind, state=Occasion.State.OPEN).order_by("pk")
    if team is not None:
        occasions = occasions.filter(team=team)
    last = 0
    while batch := list(occasions.filter(pk__gt=last).select_for_update(of=("self",))[:OCCASIONS_AT_ONCE]):
        ladders = ladders_for(batch)
        for occasion in batch:
            own = ladders.kind_for(kind, occasion.team_id)
            occasion.next_step_at = position(own, due_at=occasion.due_at, timezone=occasion.timezone, now=now).next_at
        Occasion.objects.bulk_update(batch, ["next_step_at"], batch_size=500)
        last = batch[-1].pk


def names_of(kind: OccasionKind) -> list[str]:
    """The names of a kind's steps, in order of time."""
    return [name_of(offset) for offset in sorted(kind.ladder)]
