"""The sentence with which each page answers its question."""

from collections.abc import Sequence
from email.utils import parseaddr

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.utils.translation import ngettext

from config.mailbox import MailboxMessage
from reminders.queries import Waiting

NUMBERS = dict(enumerate([__("Two"), __("Three"), __("Four"), __("Five"), __("Six"), __("Seven"), __("Eight")], 2))


def inbox_answer(waiting: Sequence[Waiting]) -> SafeString:
    """What waits, and the one thing to begin with."""
    if not waiting:
        return format_html("{}", _("Nothing waits for you."))
    first = waiting[0]
    overdue = sum(line.is_overdue for line in waiting)
    head = (
        _("One thing waits for you.")
        if len(waiting) == 1
        else _("%(number)s things wait for you.") % {"number": NUMBERS.get(len(waiting), len(waiting))}
    )
    begin = (
        _("%(title)s is overdue") % {"title": first.title}
        if first.is_overdue
        else _("%(title)s is due %(when)s") % {"title": first.title, "when": first.when_due}
    )
    if overdue > 1:
        others = ngettext("; one more is late.", "; %(count)s more are late.", overdue - 1) % {"count": overdue - 1}
        return format_html("{} <strong>{}</strong>{}", head, begin, others)
    return format_html("{} <strong>{}</strong>.", head, begin)


def mailbox_answer(letters: Sequence[MailboxMessage], when: str) -> SafeString:
    """Which letter came last."""
    if not letters:
        return format_html("{}", _("Nothing has been sent yet."))
    newest = letters[0].parsed
    name, address = parseaddr(str(newest["To"] or ""))
    return format_html(
        "{} <strong>{}</strong> {}",
        _("The latest e-mail is"),
        _("“%(subject)s”") % {"subject": newest["Subject"] or _("(no subject)")},
        _("to %(who)s, sent %(when)s.") % {"who": name or address, "when": when},
    )
