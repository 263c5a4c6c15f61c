"""What the page that everybody lands on shows: what waits for me, what rests on me, what reaches me, my week."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from charter.words import RitualKind
from escalations.findings import MatrixFinding, findings_of
from escalations.matrix import matrix_of
from escalations.reading import Agreed, load_agreed
from portal.queries.models import ModelCount, count_models
from portal.queries.people import Accountability, Reach, accountable_stages, calls_that_reach
from reminders.audience import concerning
from reminders.kinds import title_of
from reminders.models import Occasion
from reminders.queries import Waiting, waiting_for
from reviews.models import Review
from reviews.queries import to_be_acted_on_by
from reviews.words import ReviewState
from teams.models import MLModel, Person, Seat, Team
from teams.queries import held_on

MEETINGS = frozenset({RitualKind.DEMO, RitualKind.ALIGNMENT})
AHEAD = timedelta(days=14)
SOON = timedelta(days=4)
DAYS_OF_A_WEEK = 7
HOLES_SHOWN = 5


@dataclass(frozen=True)
class Task:
    """Something that waits for the reader, with the one act that settles it."""

    kind: str
    title: str
    when: str
    when_note: str
    when_due: str
    is_overdue: bool
    why: str
    act: str
    address: str
    finish_address: str = ""


@dataclass(frozen=True)
class Appointment:
    at: str
    title: str
    address: str


@dataclass(frozen=True)
class Day:
    """A day of the reader's week."""

    day: date
    is_today: bool
    is_off: bool
    off_because: str
    appointments: Sequence[Appointment]


@dataclass(frozen=True)
class Holes:
    """What an admin looks after in the organisation, and a lead in the own teams: who would not be reached."""

    is_everywhere: bool
    findings: Sequence[MatrixFinding]
    more: int
    models: ModelCount | None


@dataclass(frozen=True)
class HomePage:
    """Everything that the page shows."""

    tasks: Sequence[Task]
    accountable_for: Sequence[Accountability]
    models: Sequence[MLModel]
    reached_by: Sequence[Reach]
    seats: Sequence[Seat]
    leads: Sequence[Team]
    own_charter: Team | None
    week: Sequence[Day]
    holes: Holes


def home_page(person: Person, now: datetime) -> HomePage:
    """Read the page: a constant number of queries."""
    agreed = load_agreed(now, now=now)
    today = now.astimezone(ZoneInfo(person.timezone)).date()
    leads = list(person.teams_led.filter(closed_at__isnull=True).order_by("name"))
    models = person.models_accountable_for.exclude(stage=MLModel.Stage.RETIRED).select_related("team").order_by("tier")
    return HomePage(
        tasks=tasks_of(person, now),
        accountable_for=list(accountable_stages(person.pk, agreed.organisation, agreed.documents, now)),
        models=list(models),
        reached_by=list(calls_that_reach(person.pk, agreed.organisation, agreed.documents, now)),
        seats=list(person.seats.filter(held_on(today)).select_related("role", "team").order_by("team__name")),
        leads=leads,
        own_charter=next((team for team in leads if team.key in agreed.documents), None),
        week=week_of(person, now),
        holes=_holes(agreed, None if person.is_admin else {team.key for team in leads}),
    )


def tasks_of(person: Person, now: datetime) -> list[Task]:
    """What waits for a person, the most urgent first. Mere meetings stand in the week, not here."""
    waiting = [line for line in waiting_for(person, now=now) if not _is_for_the_week(line, now)]
    timed = [_task_of(line) for line in waiting]
    untimed = [_task_of_review(review) for review in _reviews_to_move(person)]
    soon = sum(line.due_at < now + SOON for line in waiting)
    return [*timed[:soon], *untimed, *timed[soon:]]


def week_of(person: Person, now: datetime) -> list[Day]:
    """The next seven days in the person's time zone, with what falls due."""
    zone = ZoneInfo(person.timezone)
    today = now.astimezone(zone).date()
    days = [today + timedelta(days=number) for number in range(DAYS_OF_A_WEEK)]
    first, last = (datetime.combine(day, time(), zone) for day in (today, days[-1] + timedelta(days=1)))
    due: dict[date, list[Appointment]] = {day: [] for day in days}
    occasions = concerning(person, now).filter(state=Occasion.State.OPEN, due_at__gte=first, due_at__lt=last)
    for occasion in occasions.order_by("due_at", "id"):
        local = occasion.due_at.astimezone(zone)
        address = reverse("reminders:open", args=[occasion.pk])
        due[local.date()].append(Appointment(date_format(local, "H:i"), occasion.title, address))
    absences = list(person.absences.filter(last_on__gte=today, first_on__lte=days[-1]))
    return [
        Day(
            day=day,
            is_today=day == today,
            is_off=bool(reason := _off_because(person, day, [(row.first_on, row.last_on) for row in absences])),
            off_because=reason,
            appointments=due[day],
        )
        for day in days
    ]


def _is_for_the_week(line: Waiting, now: datetime) -> bool:
    """Mere meetings, and rituals that are still far away."""
    kinds = {title_of(kind.value): kind for kind in RitualKind}
    kind = kinds.get(line.kind)
    return kind in MEETINGS or (kind is not None and line.due_at > now + AHEAD)


def _task_of(line: Waiting) -> Task:
    return Task(
        kind=line.kind,
        title=line.title,
        when=line.when,
        when_note=line.when_note,
        when_due=line.when_due,
        is_overdue=line.is_overdue,
        why=line.why,
        act=_("Mark as done") if line.finish_address else line.action,
        address=line.address,
        finish_address=line.finish_address,
    )


def _reviews_to_move(person: Person) -> list[Review]:
    """Approved reviews that the person may release, and own ones that were sent back; votes are occasions."""
    reviews = to_be_acted_on_by(person).exclude(state=ReviewState.SUBMITTED)
    return list(reviews.select_related("model").order_by("decided_at", "id"))


def _task_of_review(review: Review) -> Task:
    is_back = review.state == ReviewState.CHANGES_REQUESTED
    return Task(
        kind=_("Changes requested") if is_back else _("Release"),
        title=f"{review.ref}: {review.title}",
        when=_("When ready"),
        when_note="",
        when_due="",
        is_overdue=False,
        why=_("You wrote it; it came back to you.")
        if is_back
        else _("It is approved. You drive the change or answer for %(model)s.") % {"model": review.model.name},
        act=_("See what is asked") if is_back else _("Read and release"),
        address=review.get_absolute_url(),
    )


def _off_because(person: Person, day: date, absences: Sequence[tuple[date, date]]) -> str:
    if any(first <= day <= last for first, last in absences):
        return _("Away")
    return "" if day.isoweekday() in person.working_days else _("Not a working day")


def _holes(agreed: Agreed, teams: Collection[str] | None) -> Holes:
    """Of some teams, or of all (None)."""
    matrix = matrix_of(agreed.organisation, agreed.documents, agreed.at, teams=teams)
    findings = findings_of(agreed.organisation, matrix, agreed.at, most=HOLES_SHOWN)
    models = count_models() if teams is None else None
    return Holes(is_everywhere=teams is None, findings=findings.worst, more=findings.more, models=models)
