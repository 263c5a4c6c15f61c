"""The acts on action items. Each keeps the occasion of its item in step, in the same transaction."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TypedDict, Unpack
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.errors import Forbidden, IllegalState, Invalid
from ledger.record import Change, record_act
from reminders.action_items.rules import can_promise, can_settle
from reminders.kinds import OccasionKind, register_kind
from reminders.ladder import first_step_at
from reminders.ladders import ladders_for
from reminders.localtime import moment_of, zone_or_utc
from reminders.models import ActionItem, CarryOver, Occasion
from reminders.occasions import cancel_occasions, complete_occasion, open_occasion
from reminders.wording import single_line
from teams.models import Person, Team
from teams.queries import seats_held_on

KIND = "action-item"
END_OF_DAY = time(17)
LATEST = timedelta(days=3 * 366)
LONGEST_REASON = 500


class ActionItemClosed(IllegalState):
    """The action item is done or dropped already."""

    def __init__(self, item: ActionItem) -> None:
        super().__init__(
            _("“%(title)s” is %(state)s already.") % {"title": item.title, "state": item.get_state_display()},
            state=item.state,
        )


class Origin(TypedDict, total=False):
    """Where an action item came from, in the terms of whoever makes it."""

    source: str
    reference: str
    url: str


def register_kinds() -> None:
    """Tell the reminder engine of it; called once, when Django is ready."""
    register_kind(
        OccasionKind(
            key=KIND,
            title=gettext_lazy("Action item"),
            sentence=gettext_lazy("{team} counts on it: “{title}”. Say that it is done, or give it another date."),
            action=gettext_lazy("Look at it"),
            why=gettext_lazy("You promised it."),
            then=gettext_lazy("The lead of the team is told."),
            announce=True,
            done_by_hand=True,
            on_overdue=_tell_the_lead,
            on_done=_done_by_hand,
        )
    )


@transaction.atomic
def promise_action(
    *, title: str, owner: Person, team: Team, due_on: date, by: Person, now: datetime, **origin: Unpack[Origin]
) -> ActionItem:
    """Somebody promises something by a date. Raises Invalid, Forbidden."""
    seated = set(seats_held_on(now.date()).filter(team=team).values_list("person", flat=True))
    if not can_promise(by, team, owner, seated=seated):
        raise Forbidden(_("You promise for yourself; for others their lead, their team and admins do."))
    item = ActionItem(
        title=single_line(title, 200),
        owner=owner,
        team=team,
        promised_on=due_on,
        due_on=due_on,
        created_at=now,
        source=origin.get("source") or ActionItem.Source.BY_HAND,
        reference=single_line(origin.get("reference", ""), 120),
        url=origin.get("url", "").strip(),
    )
    errors = [*_wrong_with_date(item, due_on, now), *_wrong_with(item)]
    if errors:
        raise Invalid(errors)
    item.save()
    _set_occasion(item, now=now)
    _keep_quiet_for(by, item, now=now)
    change: Change = {"owner": [None, owner.pk], "due_on": [None, due_on.isoformat()], "team": [None, team.key]}
    record_act(by=by, key="reminders.action.promised", on=item, change=change, now=now)
    return item


@transaction.atomic
def finish_action(item: ActionItem, *, by: Person, now: datetime) -> ActionItem:
    """It is done. Raises Forbidden, ActionItemClosed."""
    item = _open_for(item, by)
    _close(item, ActionItem.State.DONE, now=now)
    complete_occasion(key=key_of(item), by=by, now=now)
    change: Change = {"state": [ActionItem.State.OPEN.value, item.state]}
    record_act(by=by, key="reminders.action.done", on=item, change=change, now=now)
    return item


@transaction.atomic
def move_action(item: ActionItem, *, due_on: date, reason: str, by: Person, now: datetime) -> ActionItem:
    """It is carried over to another date; the reason is kept. Raises Invalid, Forbidden, ActionItemClosed."""
    item = _open_for(item, by)
    errors = [*_wrong_with_date(item, due_on, now), *_wrong_with_reason(reason)]
    if not errors and due_on == item.due_on:
        errors = [("due_on", _("It is due on that day already."))]
    if errors:
        raise Invalid(errors)
    before, item.due_on = item.due_on, due_on
    item.save(update_fields=["due_on"])
    CarryOver.objects.create(item=item, before_on=before, after_on=due_on, reason=reason.strip(), by=by, at=now)
    _set_occasion(item, now=now)
    _keep_quiet_for(by, item, now=now)
    change: Change = {"due_on": [before.isoformat(), due_on.isoformat()]}
    record_act(by=by, key="reminders.action.moved", on=item, change=change, now=now)
    return item


@transaction.atomic
def drop_action(item: ActionItem, *, reason: str, by: Person, now: datetime) -> ActionItem:
    """It will not be done, and why. Raises Invalid, Forbidden, ActionItemClosed."""
    item = _open_for(item, by)
    if errors := _wrong_with_reason(reason):
        raise Invalid(errors)
    item.drop_reason = reason.strip()
    _close(item, ActionItem.State.DROPPED, now=now)
    cancel_occasions(prefix=key_of(item), by=by, now=now)
    change: Change = {"state": [ActionItem.State.OPEN.value, item.state]}
    record_act(by=by, key="reminders.action.dropped", on=item, change=change, now=now)
    return item


def key_of(item: ActionItem) -> str:
    """The key of its occasion."""
    return f"action:{item.pk}:{KIND}"


def day_in(team: Team, now: datetime) -> date:
    """The day that it is where the team is."""
    return now.astimezone(zone_or_utc(team.timezone)).date()


# -- what is wrong --------------------------------------------------------------------------------------------------


def _wrong_with(item: ActionItem) -> list[tuple[str, str]]:
    errors = []
    if not item.title:
        errors.append(("title", _("Say in a few words what is promised.")))
    if not item.owner.is_active:
        errors.append(("owner", _("%(name)s has left.") % {"name": item.owner}))
    elif item.owner.is_auditor:
        errors.append(("owner", _("%(name)s is an auditor, who changes nothing.") % {"name": item.owner}))
    if item.source not in ActionItem.Source.values:
        errors.append(("source", _("Choose one of the list.")))
    if not _is_address(item.url):
        errors.append(("url", _("Write a whole address, as in https://example.org/page.")))
    return errors


def _wrong_with_date(item: ActionItem, due_on: date, now: datetime) -> list[tuple[str, str]]:
    today = day_in(item.team, now)
    if due_on < today:
        return [("due_on", _("A promise is for today or later."))]
    if due_on > today + LATEST:
        return [("due_on", _("Nobody can promise further ahead than three years."))]
    return []


def _wrong_with_reason(reason: str) -> list[tuple[str, str]]:
    if not reason.strip():
        return [("reason", _("Say why: the others counted on it."))]
    if len(reason.strip()) > LONGEST_REASON:
        return [("reason", _("Say it in at most %(count)s characters.") % {"count": LONGEST_REASON})]
    return []


def _is_address(url: str) -> bool:
    """Nothing, a page of ours, or a whole address of the web: never a script."""
    if len(url) > 300 or any(sign.isspace() for sign in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_ours = url.startswith("/") and not url.startswith(("//", "/\\"))
    return not url or is_ours or (parts.scheme in {"http", "https"} and bool(parts.netloc))


# -- in step with its occasion --------------------------------------------------------------------------------------


def _open_for(item: ActionItem, by: Person) -> ActionItem:
    """The item as it stands, locked; its occasion first, as whoever ends that by hand does."""
    Occasion.objects.select_for_update().filter(key=key_of(item)).first()
    item = ActionItem.objects.select_for_update(of=("self",)).select_related("team", "owner").get(pk=item.pk)
    if not can_settle(by, item):
        raise Forbidden(_("Its owner, the lead of the team and admins settle an action item."))
    if item.state != ActionItem.State.OPEN:
        raise ActionItemClosed(item)
    return item


def _close(item: ActionItem, state: ActionItem.State, *, now: datetime) -> None:
    item.state = state
    item.closed_at = now
    item.closed_on = day_in(item.team, now)
    item.save(update_fields=["state", "closed_at", "closed_on", "drop_reason"])


def _set_occasion(item: ActionItem, *more: tuple[Person, str], now: datetime) -> Occasion:
    """What it is due for: its owner, and whoever else is told why."""
    day = date_format(item.promised_on, "j F Y")
    return open_occasion(
        key=key_of(item),
        kind=KIND,
        team=item.team,
        title=item.title,
        url=item.get_absolute_url(),
        due_at=moment_of(item.due_on, END_OF_DAY, item.team.timezone),
        now=now,
        people=[(item.owner, _("You promised it for %(day)s.") % {"day": day}), *more],
        subject={"action": item.pk},
    )


def _keep_quiet_for(by: Person, item: ActionItem, *, now: datetime) -> None:
    """Who promises or moves what is theirs knows it: they hear of it by the ladder, not at once."""
    if by.pk != item.owner_id:
        return
    occasion = Occasion.objects.get(key=key_of(item))
    unannounced = replace(ladders_for([occasion]).kind_for(KIND, occasion.team_id), announce=False)
    occasion.next_step_at = first_step_at(unannounced, due_at=occasion.due_at, timezone=occasion.timezone, now=now)
    occasion.save(update_fields=["next_step_at"])


def _tell_the_lead(occasion: Occasion, now: datetime) -> None:
    """It is late: the lead of the team hears of it as well."""
    item = ActionItem.objects.select_related("owner", "team__lead").get(pk=occasion.subject["action"])
    lead = item.team.lead
    if lead is None or lead.pk == item.owner_id:
        return
    values = {"name": item.owner, "day": date_format(item.promised_on, "j F Y")}
    why = _("%(name)s promised it for %(day)s, and you lead the team.") % values
    _set_occasion(item, (lead, why), now=now)


def _done_by_hand(occasion: Occasion, by: Person, now: datetime) -> None:
    """Somebody said in the inbox, or from a message, that it is done."""
    finish_action(ActionItem.objects.get(pk=occasion.subject["action"]), by=by, now=now)
