"""The action items of the story: promised, carried over, done, dropped."""

from datetime import datetime
from functools import partial
from typing import Any

from portal.demo.acts import Act, Cast
from portal.demo.calendar import DemoCalendar
from reminders.action_items.acts import drop_action, finish_action, move_action, promise_action
from reminders.models import ActionItem


def action_item_acts(told: dict[str, Any], calendar: DemoCalendar, cast: Cast) -> list[Act]:
    """What was promised, and what became of it."""
    promised: list[ActionItem] = []

    def promise(at: datetime) -> None:
        owner = cast.person(told["owner"])
        item = promise_action(
            title=told["title"],
            owner=owner,
            team=cast.teams[told["team"]],
            due_on=calendar.day(told["due_on"]),
            by=cast.person(told["by"]) if "by" in told else owner,
            now=at,
            source=told.get("source", ""),
            reference=told.get("reference", ""),
            url=told.get("url", ""),
        )
        promised.append(item)

    def go_on(step: dict[str, Any], at: datetime) -> None:
        [item], by = promised, cast.person(step["by"])
        match step["do"]:
            case "done":
                finish_action(item, by=by, now=at)
            case "move":
                move_action(item, due_on=calendar.day(step["due_on"]), reason=step["reason"], by=by, now=at)
            case "drop":
                drop_action(item, reason=step["reason"], by=by, now=at)

    begins = calendar.moment(told["at"])
    steps = [(step, calendar.moment(step["at"])) for step in told.get("then", [])]
    return [Act(begins, partial(promise, begins)), *(Act(at, partial(go_on, step, at)) for step, at in steps)]
