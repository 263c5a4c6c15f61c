"""What the pages of action items show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reminders.action_items.rules import can_settle
from reminders.localtime import zone_or_utc
from reminders.models import ActionItem, CarryOver
from teams.models import Person, Seat, Team
from teams.queries import held_on

MINE, TEAMS, OVERDUE, ALL = "mine", "team", "overdue", "all"
TABS = (MINE, TEAMS, OVERDUE, ALL)
LOOKED_BACK = timedelta(days=180)

State = ActionItem.State


def visible_to(person: Person) -> QuerySet[ActionItem]:
    """Everybody who is signed in sees what was promised."""
    return ActionItem.objects.select_related("owner", "team")


def items_on(tab: str, person: Person, today: date) -> QuerySet[ActionItem]:
    """The items of a tab: open ones by due date; on the last tab all, also those that are closed."""
    items = visible_to(person)
    if tab == ALL:
        return items.order_by("-due_on", "-id")
    return items.filter(_on(tab, person, today)).order_by("due_on", "id")


def count_on_tabs(person: Person, today: date) -> Mapping[str, int]:
    """How many stand on each tab: one query."""
    counts = {tab: Count("pk", filter=_on(tab, person, today)) for tab in TABS if tab != ALL}
    found: Mapping[str, int] = ActionItem.objects.aggregate(**counts, **{ALL: Count("pk")})
    return found


def _on(tab: str, person: Person, today: date) -> Q:
    is_open = Q(state=State.OPEN)
    match tab:
        case "mine":
            return is_open & Q(owner=person)
        case "team":
            return is_open & Q(team__in=teams_of(person, today))
        case _:
            return is_open & Q(due_on__lt=today)


def teams_of(person: Person, today: date) -> QuerySet[Team]:
    """The teams in which somebody holds a seat, or which they lead."""
    seated = Seat.objects.filter(held_on(today), person=person).values("team")
    return Team.objects.filter(Q(pk__in=seated) | Q(lead=person), closed_at__isnull=True)


def local_day(person: Person, now: datetime) -> date:
    """The day that it is where the reader is."""
    return now.astimezone(zone_or_utc(person.timezone)).date()


@dataclass(frozen=True)
class Line:
    """An action item in a list, for one reader."""

    item: ActionItem
    due: str
    note: str
    is_overdue: bool
    carried_over: int
    may_settle: bool


def lines_of(items: Iterable[ActionItem], reader: Person, today: date) -> list[Line]:
    """What a list says of each item: one query beside that of the items."""
    items = list(items)
    rows = CarryOver.objects.filter(item__in=items).values_list("item").annotate(count=Count("pk")).order_by()
    carried_over = dict(rows)
    return [_line(item, reader, today, carried_over.get(item.pk, 0)) for item in items]


def _line(item: ActionItem, reader: Person, today: date, carried_over: int) -> Line:
    days = (item.due_on - today).days
    is_open = item.state == State.OPEN
    return Line(
        item=item,
        due=date_format(item.due_on, "D j M" if item.due_on.year == today.year else "j M Y"),
        note=distance_in_days(days) if is_open else "",
        is_overdue=is_open and days < 0,
        carried_over=carried_over,
        may_settle=is_open and can_settle(reader, item),
    )


def distance_in_days(days: int) -> str:
    """How far away a day is: "today", "tomorrow", "in 6 days", "2 days late"."""
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if days > 0:
        return _("in %(days)s days") % {"days": days}
    return ngettext("%(days)s day late", "%(days)s days late", -days) % {"days": -days}


@dataclass(frozen=True)
class Kept:
    """Of the promises of a team that fell due, how many were kept."""

    team: Team
    due: int
    kept: int

    @property
    def share(self) -> int:
        """In per cent."""
        return round(100 * self.kept / self.due)


def kept_promises(today: date) -> Sequence[Kept]:
    """Per team the promises first made for a day of the last half year, and those done by that day: two queries.

    What was dropped before it fell due was taken back in time, and does not count.
    """
    due = ActionItem.objects.filter(promised_on__lt=today, promised_on__gte=today - LOOKED_BACK).exclude(
        state=State.DROPPED, closed_on__lte=F("promised_on")
    )
    kept = Q(state=State.DONE, closed_on__lte=F("promised_on"))
    rows = {
        row["team"]: row
        for row in due.values("team").annotate(due=Count("pk"), kept=Count("pk", filter=kept)).order_by("team")
    }
    return [Kept(team, rows[team.pk]["due"], rows[team.pk]["kept"]) for team in Team.objects.filter(pk__in=rows)]
