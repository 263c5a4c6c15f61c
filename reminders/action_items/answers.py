"""The sentence with which each page of action items answers its question."""

from collections.abc import Mapping, Sequence

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.words import in_words
from reminders.action_items.queries import ALL, MINE, OVERDUE, Kept, Line, distance_in_days
from reminders.models import ActionItem
from teams.models import Person


def what_was_promised(tab: str, first: Line | None, counts: Mapping[str, int]) -> SafeString:
    """How many stand on a tab, and the one to begin with."""
    count = counts[tab]
    if first is None or not count:
        return format_html("{}", _nothing(tab))
    if tab == ALL:
        late = counts[OVERDUE]
        head = ngettext("%(count)s promise is on record", "%(count)s promises are on record", count) % _words(count)
        rest = ngettext("%(count)s is late.", "%(count)s are late.", late) % {"count": in_words(late)}
        return format_html("{}; <strong>{}</strong>", head, rest) if late else format_html("{}.", head)
    if tab == MINE:
        head = ngettext("You promised %(count)s thing.", "You promised %(count)s things.", count)
    else:
        head = ngettext("%(count)s promise is open.", "%(count)s promises are open.", count)
    if tab == OVERDUE:
        head = ngettext("%(count)s promise is late.", "%(count)s promises are late.", count)
    values = {"what": first.item.title, "when": first.note}
    start = _("“%(what)s” is %(when)s.") if first.is_overdue else _("“%(what)s” is due %(when)s.")
    number = in_words(count) if tab == MINE else in_words(count, start=True)
    return format_html("{} <strong>{}</strong>", head % {"count": number}, start % values)


def what_is_kept(kept: Sequence[Kept]) -> str:
    """The organisation's rate, for the head of the table."""
    due = sum(each.due for each in kept)
    if not due:
        return ""
    values = {"share": round(100 * sum(each.kept for each in kept) / due), "due": due}
    return (
        ngettext(
            "%(share)s %% of %(due)s that fell due in the last half year",
            "%(share)s %% of %(due)s that fell due in the last half year",
            due,
        )
        % values
    )


def what_became_of(item: ActionItem, reader: Person, *, days: int, carried_over: int) -> SafeString:
    """One action item: whose it is, and where it stands."""
    subject = _("You promised it for %(day)s") if reader.pk == item.owner_id else _("%(name)s promised it for %(day)s")
    promised = subject % {"name": item.owner, "day": date_format(item.promised_on, "j F Y")}
    if carried_over:
        times = ngettext("it was carried over once", "it was carried over %(count)s times", carried_over)
        promised = f"{promised}; {times}." % {"count": in_words(carried_over)}
    else:
        promised = f"{promised}."
    if item.state == ActionItem.State.OPEN:
        text = _("It is %(when)s.") if days < 0 else _("It is due %(when)s.")
        return format_html("{} <strong>{}</strong>", promised, text % {"when": distance_in_days(days)})
    closed = {"day": date_format(item.closed_on, "j F Y") if item.closed_on else ""}
    if item.state == ActionItem.State.DROPPED:
        return format_html("{} {}", promised, _("It was dropped on %(day)s.") % closed)
    is_kept = item.closed_on is not None and item.closed_on <= item.promised_on
    text = _("It was done on %(day)s, as promised.") if is_kept else _("It was done on %(day)s.")
    return format_html("{} {}", promised, text % closed)


def what_a_promise_is() -> SafeString:
    """The page that puts one down."""
    return format_html(
        "{} <strong>{}</strong>",
        _("Its owner is reminded a week and a day before;"),
        _("if it stays undone, the lead of the team hears of it."),
    )


def _nothing(tab: str) -> str:
    if tab == MINE:
        return _("You have promised nothing that is still open.")
    if tab == OVERDUE:
        return _("No promise is late.")
    return _("No promise is open in your teams.") if tab != ALL else _("Nothing has been promised yet.")


def _words(count: int) -> dict[str, str]:
    return {"count": in_words(count, start=True)}
