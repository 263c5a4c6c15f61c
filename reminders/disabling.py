"""Switching a channel off: by hand, or because its receiver said that it is gone."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.record import record_act
from reminders.kinds import OccasionKind
from reminders.models import Endpoint
from reminders.occasions import open_occasion
from teams.models import Person

GONE = OccasionKind(
    key="channel-gone",
    title=gettext_lazy("Channel gone"),
    sentence=gettext_lazy(
        "Its receiver answered that it is gone for good, so Remit sends nothing there any more. "
        "Enable the channel again, or remove it."
    ),
    action=gettext_lazy("See the channels"),
    why=gettext_lazy("You lead {team}, whose channel it is."),
    announce=True,
    done_by_hand=True,
)


@transaction.atomic
def disable_gone(endpoint_id: int, *, now: datetime) -> None:
    """Its receiver said 410: nothing is sent there any more, and the lead of the team hears of it."""
    endpoint = Endpoint.objects.select_for_update().filter(pk=endpoint_id, disabled_at=None).first()
    if endpoint is None:
        return
    disable(endpoint, Endpoint.Because.GONE, by=None, now=now)
    team = endpoint.team
    lead = team.lead if team.lead and team.lead.is_active else None
    people = [lead] if lead else list(Person.objects.filter(is_staff=True, is_active=True))
    why = "" if lead else _("You are an admin, and %(team)s has no lead.") % {"team": team}
    open_occasion(
        key=f"{prefix_of(endpoint)}{GONE.key}:{now:%Y%m%d%H%M%S}",
        kind=GONE.key,
        team=team,
        title=_("The channel “%(name)s” is disabled") % {"name": endpoint},
        url=reverse("reminders:channels", args=[team.key]),
        due_at=now,
        now=now,
        people=[(person, why) for person in people],
    )


def disable(endpoint: Endpoint, because: Endpoint.Because, *, by: Person | None, now: datetime) -> None:
    """In the caller's transaction, which holds the row."""
    endpoint.disabled_at, endpoint.disabled_because = now, because
    endpoint.save(update_fields=["disabled_at", "disabled_because"])
    change = {"disabled_because": ["", because.value]}
    record_act(by=by, key="reminders.endpoint.disabled", on=endpoint, change=change, now=now)


def prefix_of(endpoint: Endpoint) -> str:
    """What the keys of all occasions about a channel start with."""
    return f"endpoint:{endpoint.pk}:"
