"""The sentence with which each page answers its question."""

from collections.abc import Sequence
from datetime import datetime
from email.utils import parseaddr

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.utils.translation import ngettext

from config.mailbox import MailboxMessage
from reminders.habits import Habits, Way
from reminders.kinds import Group, title_of
from reminders.ladders import Ladders
from reminders.models import Endpoint, Occasion
from reminders.queries import Waiting
from reminders.wording import short_moment, when_due
from teams.models import Team

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


def channels_answer(team: Team, channels: Sequence[Endpoint]) -> SafeString:
    """Which channels hear of things, and which of them hears no more."""
    active = [channel for channel in channels if channel.is_active]
    gone = [channel for channel in channels if channel.disabled_because == Endpoint.Because.GONE]
    if not channels:
        return format_html("{}", _("Nowhere: %(team)s has no channel.") % {"team": team})
    head = (
        ngettext("In one channel, %(first)s.", "In %(count)s channels.", len(active))
        % {"count": len(active), "first": active[0]}
        if active
        else _("Nowhere now.")
    )
    if gone:
        said = _("%(channel)s is disabled: its receiver said that it is gone.") % {"channel": gone[0]}
        return format_html("{} <strong>{}</strong>", head, said)
    if disabled := len(channels) - len(active):
        said = ngettext("One more is disabled.", "%(count)s more are disabled.", disabled) % {"count": disabled}
        return format_html("{} {}", head, said if active else _("What there is is disabled."))
    return format_html("{}", head)


def rotation_answer(endpoint: Endpoint, *, timezone: str, now: datetime) -> SafeString:
    """What happens to the secret of now."""
    if endpoint.previous_until is not None and now < endpoint.previous_until:
        until = when_due(endpoint.previous_until, timezone=timezone, now=now)
        said = _("An earlier secret still signs and ends %(when)s; it ends at once if you go on.") % {"when": until}
        return format_html("<strong>{}</strong>", said)
    return format_html("{}", _("Two secrets sign for a while: no message is lost while you change the receiver."))


def ladders_answer(own: Ladders, team: Team | None) -> SafeString:
    """Where reminders come at other times than the kinds say."""
    team_id = team.pk if team else None
    kinds = [title_of(kind) for kind, owner in own.steps if owner == team_id]
    where = team.name if team else _("The organisation")
    if not kinds:
        rest = _("as the organisation has it") if team else _("when Remit proposes it")
        return format_html("{} <strong>{}</strong>.", _("%(where)s is reminded") % {"where": where}, rest)
    count = ngettext("%(first)s differs", "%(count)s kinds differ", len(kinds)) % {
        "first": kinds[0],
        "count": len(kinds),
    }
    rest = _("; all else is as in the organisation.") if team else _("; all else is as Remit proposes it.")
    return format_html("{}: <strong>{}</strong>{}", where, count, rest)


def notices_answer(habits: Habits, now: datetime) -> SafeString:
    """When the next e-mail can reach the reader."""
    ways = {habits.ways.get(group, Way.AT_ONCE) for group in Group.values}
    if ways == {Way.OFF}:
        return format_html("{} <strong>{}</strong>.", _("Everything is"), _("in your inbox only"))
    if Way.AT_ONCE not in ways:
        at = short_moment(habits.next_digest(now), timezone=habits.timezone, now=now)
        return format_html("{} <strong>{}</strong>.", _("Once a day, the next time"), at)
    allowed = habits.next_allowed(now)
    if allowed > now:
        at = short_moment(allowed, timezone=habits.timezone, now=now)
        return format_html(
            "{} <strong>{}</strong>{}", _("Your inbox at once; e-mails wait until"), at, _(", urgent ones excepted.")
        )
    return format_html("{} <strong>{}</strong>.", _("In your inbox and by e-mail,"), _("at once"))


def letters_answer(count: int) -> SafeString:
    """How many letters wait for somebody who runs this installation."""
    if not count:
        return format_html("{}", _("None: every letter is delivered or on its way."))
    letters = ngettext("%(count)s letter", "%(count)s letters", count) % {"count": count}
    return format_html("<strong>{}</strong> {}", letters, _("could not be delivered. Mend the cause, then send again."))


def emails_answer(count: int) -> SafeString:
    """How many kinds of e-mail there are."""
    return format_html(
        "<strong>{}</strong> {}", ngettext("%(n)s kind", "%(n)s kinds", count) % {"n": count}, _("of e-mail.")
    )


def act_answer(occasion: Occasion, act: str, *, timezone: str, now: datetime) -> SafeString:
    """What the link is about."""
    if occasion.state != Occasion.State.OPEN:
        return format_html("<strong>{}</strong> {}", occasion.title, _("is closed already: nothing is to be done."))
    when = when_due(occasion.due_at, timezone=timezone, now=now)
    return format_html("<strong>{}</strong>: {}.", occasion.title, when)


def fewer_answer(group: str) -> SafeString:
    """Which e-mails the link is about."""
    what = Group(group).label if group in Group.values else _("everything that is due")
    return format_html("{} <strong>{}</strong>.", _("These e-mails are about:"), what)


def fewer_done(group: str, way: Way) -> str:
    """What holds from now on."""
    what = Group(group).label if group in Group.values else _("Everything that is due")
    if way == Way.OFF:
        return _("%(what)s: no e-mails any more. It stays in your inbox.") % {"what": what}
    return _("%(what)s: once a day, in one e-mail.") % {"what": what}
