"""Telling a team's channels: which of them hear of an occasion, and whether they still do when their turn comes."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reminders.disabling import GONE
from reminders.kinds import OccasionKind, all_kinds, kind_of
from reminders.models import Endpoint, Notice, Occasion

TRIAL = OccasionKind(
    key="channel-test",
    title=gettext_lazy("Test"),
    sentence=gettext_lazy("If you read this, {team} hears of what is due here. Nothing is to be done."),
    action=gettext_lazy("See the channels"),
    ladder=(),
    urgency=1,
)
NOT_HEARD = (TRIAL.key, GONE.key)


def hearable_kinds() -> list[tuple[str, str]]:
    """The kinds of occasion that a channel can be told of: (key, title), by title."""
    kinds = ((kind.key, str(kind.title)) for kind in all_kinds() if kind.key not in NOT_HEARD)
    return sorted(kinds, key=lambda pair: pair[1])


def notices_for_endpoints(steps: Sequence[tuple[Occasion, str]], *, now: datetime) -> list[Notice]:
    """The notices for the channels of the teams whose occasions have come to a step. One query."""
    teams = {occasion.team_id for occasion, _step in steps if occasion.team_id}
    if not teams:
        return []
    of_team: dict[int | None, list[Endpoint]] = defaultdict(list)
    for endpoint in Endpoint.objects.filter(team__in=teams, disabled_at=None):
        of_team[endpoint.team_id].append(endpoint)
    return [
        notice_for(endpoint, occasion, step, now=now)
        for occasion, step in steps
        for endpoint in of_team[occasion.team_id]
        if occasion.kind in endpoint.kinds
    ]


def notice_for(endpoint: Endpoint, occasion: Occasion, step: str, *, now: datetime) -> Notice:
    """The notice of one channel about one step; not stored."""
    if occasion.sequence:
        step = f"{step}~{occasion.sequence}"  # it moved: the same step comes again
    return Notice(
        key=f"{occasion.pk}:endpoint-{endpoint.pk}:{endpoint.way}:{step}",
        occasion=occasion,
        endpoint=endpoint,
        channel=Notice.Channel(endpoint.way),
        step=step,
        urgency=kind_of(occasion.kind).urgency,
        due_at=now,
        created_at=now,
    )


def why_told(endpoint: Endpoint, occasion: Occasion, *, is_open: bool) -> str | None:
    """Why a channel is told; None where it is not, or not any more. Asked right before each send.

    `is_open` is what its kind says of the occasion.
    """
    if not endpoint.is_active:
        return None
    team = endpoint.team.name
    if occasion.kind == TRIAL.key:
        return _("Somebody tries out the channel “%(name)s” of %(team)s.") % {"name": endpoint, "team": team}
    if not is_open or occasion.state != Occasion.State.OPEN or occasion.kind not in endpoint.kinds:
        return None
    return _("%(team)s is told of this here, by its channel “%(name)s”.") % {"name": endpoint, "team": team}
