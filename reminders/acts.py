"""The ledger keys of this package and the sentence that tells each."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "reminders.schedule.set": _("{actor} set {object}"),
    "reminders.schedule.stopped": _("{actor} stopped {object}"),
    "reminders.occasion.done": _("{actor} did {object}"),
    "reminders.occasion.cancelled": _("{actor} cancelled {object}"),
    "reminders.occasion.moved": _("{actor} moved {object}"),
}
