"""The ledger keys of this package and the sentence that tells each."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "reminders.schedule.set": _("{actor} set {object}"),
    "reminders.schedule.stopped": _("{actor} stopped {object}"),
    "reminders.occasion.done": _("{actor} did {object}"),
    "reminders.occasion.cancelled": _("{actor} cancelled {object}"),
    "reminders.occasion.moved": _("{actor} moved {object}"),
    "reminders.action.promised": _("{actor} put down an action item: {object}"),
    "reminders.action.done": _("{actor} did an action item: {object}"),
    "reminders.action.moved": _("{actor} gave an action item another date: {object}"),
    "reminders.action.dropped": _("{actor} dropped an action item: {object}"),
    "reminders.calendar.created": _("{actor} made the calendar feed {object}"),
    "reminders.calendar.revoked": _("{actor} revoked the calendar feed {object}"),
    "reminders.occasion.snoozed": _("{actor} put off {object}"),
    "reminders.ladder.set": _("{actor} set the ladder {object}"),
    "reminders.preferences.changed": _("{actor} chose how to hear of what is due"),
    "reminders.notice.resent": _("{actor} sent the letter {object} once more"),
    "reminders.endpoint.added": _("{actor} added the channel {object}"),
    "reminders.endpoint.changed": _("{actor} changed the channel {object}"),
    "reminders.endpoint.rotated": _("{actor} changed the secret of the channel {object}"),
    "reminders.endpoint.disabled": _("{actor} disabled the channel {object}"),
    "reminders.endpoint.enabled": _("{actor} enabled the channel {object}"),
    "reminders.endpoint.removed": _("{actor} removed the channel {object}"),
    "reminders.endpoint.tested": _("{actor} sent a test to the channel {object}"),
}
