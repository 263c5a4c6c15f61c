"""What the pages of teams show."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from charter.document import Document, split_role
from charter.document import Ritual as RitualClause
from charter.queries import open_draft, version_in_force
from charter.resolver import Meant, who_is_meant
from charter.storage import thaw
from charter.words import RitualKind
from portal.queries.standing import NONE, OPEN, Standing, standings
from reminders.models import Occasion
from reminders.queries import upcoming_of
from reminders.recurrence import BadCadence, Recurrence, next_dates
from reviews.models import Review
from reviews.words import ReviewState
from teams.models import Absence, MLModel, Person, Role, Seat, Team
from teams.organisation import Organisation, PersonFacts, load_organisation
from teams.queries import held_on, seats_held_on

RUNNING_REVIEWS = (ReviewState.SUBMITTED, ReviewState.CHANGES_REQUESTED, ReviewState.APPROVED)
MOST_SHOWN = 12


# The list


@dataclass(frozen=True)
class TeamLine:
    """A team in the list; `depth` says how far below the top it hangs."""

    team: Team
    depth: int
    people: int
    models: int
    standing: Standing


def team_lines(now: datetime, *, text: str = "", structure: str = "", charter: str = "") -> list[TeamLine]:
    """All open teams as a tree; the matching ones without their tree where something is asked for. Four queries."""
    teams = list(Team.objects.filter(closed_at__isnull=True).select_related("lead", "parent"))
    today = timezone.localdate(now)
    seats = Seat.objects.filter(held_on(today), person__is_active=True)
    people = dict(seats.values_list("team").annotate(count=Count("person", distinct=True)).order_by())
    running = MLModel.objects.exclude(stage=MLModel.Stage.RETIRED)
    models = dict(running.values_list("team").annotate(count=Count("pk")).order_by())
    standing = standings(now)

    def line(team: Team, depth: int) -> TeamLine:
        return TeamLine(team, depth, people.get(team.pk, 0), models.get(team.pk, 0), standing.get(team.pk, NONE))

    lines = [line(team, depth) for team, depth in in_tree_order(teams)]
    if not (text or structure or charter):
        return lines
    return [
        TeamLine(each.team, 0, each.people, each.models, each.standing)
        for each in lines
        if _matches(each, text=text.casefold(), structure=structure, charter=charter)
    ]


def in_tree_order(teams: Sequence[Team]) -> Iterable[tuple[Team, int]]:
    """Each team below its parent, in the order given; one whose parent is not among them stands at the top."""
    present = {team.pk for team in teams}
    below: dict[int | None, list[Team]] = defaultdict(list)
    for team in teams:
        below[team.parent_id if team.parent_id in present else None].append(team)

    def walk(parent: int | None, depth: int) -> Iterable[tuple[Team, int]]:
        for team in below[parent]:
            yield team, depth
            yield from walk(team.pk, depth + 1)

    return walk(None, 0)


def _matches(line: TeamLine, *, text: str, structure: str, charter: str) -> bool:
    words = f"{line.team.name} {line.team.key} {line.team.lead or ''}".casefold()
    if text not in words or structure not in ("", line.team.structure):
        return False
    match charter:
        case "in-force":
            return line.standing.is_in_force
        case "none":
            return not line.standing.is_in_force
        case "open":
            return line.standing.open_state in OPEN
    return True


# One team


@dataclass(frozen=True)
class Sitting:
    """Somebody on a seat, until when they are away, and who is asked meanwhile."""

    person: Person
    away_until: date | None
    covered_by: PersonFacts | None = None


@dataclass(frozen=True)
class RoleRow:
    """A role of the team: who holds it, and for which stages of the charter in force it answers."""

    key: str
    name: str
    primary: Sitting | None
    deputies: Sequence[Sitting]
    members: Sequence[Sitting]
    answers_for: Sequence[str]

    @property
    def sittings(self) -> Sequence[Sitting]:
        return [*([self.primary] if self.primary else []), *self.deputies, *self.members]

    @property
    def is_vacant(self) -> bool:
        return not self.sittings

    @property
    def is_uncovered(self) -> bool:
        """Somebody answers here whom nobody covers."""
        return bool(self.answers_for) and len(self.sittings) == 1


@dataclass(frozen=True)
class NextRitual:
    """A ritual of the charter in force, and when it is next."""

    ritual: RitualClause
    due_at: datetime | None
    facilitator: Meant | None
    seen_at: datetime

    @property
    def name(self) -> str:
        return str(capfirst(RitualKind(self.ritual.kind).label))

    @property
    def day(self) -> str:
        if self._local is None:
            return _("never again")
        return date_format(self._local, "D j M" if self._local.year == self.seen_at.year else "j M Y")

    @property
    def clock(self) -> str:
        return f"{date_format(self._local, 'H:i')} {self.ritual.timezone}" if self._local else ""

    @property
    def _local(self) -> datetime | None:
        return self.due_at.astimezone(ZoneInfo(self.ritual.timezone)) if self.due_at else None


@dataclass(frozen=True)
class OpenReview:
    """A review that is under way, and whether its decision is late."""

    review: Review
    decide_by: datetime | None
    is_late: bool


@dataclass(frozen=True)
class Due:
    """Something that is due in the team."""

    occasion: Occasion
    is_overdue: bool


@dataclass(frozen=True)
class TeamPage:
    """Everything that the page of a team shows."""

    team: Team
    now: datetime
    standing: Standing
    document: Document | None
    roles: Sequence[RoleRow]
    rituals: Sequence[NextRitual]
    reviews: Sequence[OpenReview]
    due: Sequence[Due]
    models: Sequence[MLModel]
    model_count: int
    children: Sequence[TeamLine] = field(default_factory=list)

    @cached_property
    def people(self) -> set[int]:
        return {sitting.person.pk for row in self.roles for sitting in row.sittings}

    @property
    def overdue(self) -> Sequence[Occasion]:
        return [due.occasion for due in self.due if due.is_overdue]


def team_page(team: Team, now: datetime) -> TeamPage:
    """Read the page of a team: a constant number of queries."""
    version = version_in_force(team, now)
    draft = open_draft(team)
    document = thaw(version.document) if version and version.document else None
    seats = list(seats_held_on(timezone.localdate(now)).filter(team=team))
    organisation = load_organisation()
    running = team.models.exclude(stage=MLModel.Stage.RETIRED).select_related("accountable").order_by("tier", "name")
    reviews = Review.objects.filter(model__team=team, state__in=RUNNING_REVIEWS).select_related("model", "author")
    return TeamPage(
        team=team,
        now=now,
        standing=Standing(
            state=version.state if version else "none",
            number=version.number if version else None,
            until=version.interim_until if version else None,
            open_state=draft.state if draft else "",
            open_number=draft.number if draft else None,
        ),
        document=document,
        roles=role_rows(seats, document, organisation, now),
        rituals=_next_rituals(document, organisation, now) if document and document.rituals else [],
        reviews=[_open_review(review, now) for review in reviews.order_by("decide_by", "id")[:MOST_SHOWN]],
        due=[Due(occasion, occasion.due_at < now) for occasion in upcoming_of(team)[:MOST_SHOWN]],
        models=list(running[:MOST_SHOWN]),
        model_count=running.count(),
        children=_children(team, now),
    )


def role_rows(
    seats: Sequence[Seat], document: Document | None, organisation: Organisation, now: datetime
) -> list[RoleRow]:
    """The roles that are held, and those that the charter names and nobody holds, in the order of the catalogue."""
    away = away_until({seat.person_id for seat in seats}, timezone.localdate(now))
    held: dict[str, dict[str, list[Sitting]]] = defaultdict(lambda: defaultdict(list))
    for seat in seats:
        until = away.get(seat.person_id)
        cover = _cover(seat, organisation, now) if until and seat.kind == Seat.Kind.PRIMARY else None
        held[seat.role.key][seat.kind].append(Sitting(seat.person, until, cover))
    answers = _stages_by_role(document) if document else {}
    mentioned = {role for team, role in _mentions(document) if document and team == document.team}
    return [
        RoleRow(
            key=key,
            name=name,
            primary=next(iter(held[key][Seat.Kind.PRIMARY]), None),
            deputies=held[key][Seat.Kind.DEPUTY],
            members=held[key][Seat.Kind.MEMBER],
            answers_for=answers.get(key, []),
        )
        for key, name in Role.objects.values_list("key", "name")
        if key in held or key in mentioned
    ]


def _cover(seat: Seat, organisation: Organisation, now: datetime) -> PersonFacts | None:
    """Who is asked while the primary is away."""
    meant = who_is_meant(organisation, seat.team.key, seat.role.key, now)
    return meant.person if meant.instead_of and meant.instead_of.id == seat.person_id else None


def _open_review(review: Review, now: datetime) -> OpenReview:
    """Only a submitted review waits for its decision; one with changes requested waits for its author."""
    decide_by = review.decide_by if review.state == ReviewState.SUBMITTED else None
    return OpenReview(review, decide_by, is_late=decide_by is not None and decide_by < now)


def _mentions(document: Document | None) -> set[tuple[str, str]]:
    return {split_role(ref, document.team) for _pointer, ref in document.role_refs()} if document else set()


def _stages_by_role(document: Document) -> Mapping[str, list[str]]:
    """The names of the stages for which each role of the team itself is accountable."""
    found: dict[str, list[str]] = defaultdict(list)
    for stage in document.stages:
        for ref in document.roles_with(stage.key, "A"):
            team, role = split_role(ref, document.team)
            if team == document.team:
                found[role].append(stage.name)
    return found


def away_until(people: set[int], today: date) -> Mapping[int, date]:
    """Of these people those who are away today, and their last day away."""
    absences = Absence.objects.filter(person__in=people, first_on__lte=today, last_on__gte=today)
    found: dict[int, date] = {}
    for person, last_on in absences.values_list("person", "last_on"):
        found[person] = max(last_on, found.get(person, last_on))
    return found


def _next_rituals(document: Document, organisation: Organisation, now: datetime) -> list[NextRitual]:
    rituals = [
        NextRitual(
            ritual,
            _next_time(ritual, now),
            who_is_meant(organisation, document.team, ritual.facilitator, now) if ritual.facilitator else None,
            now,
        )
        for ritual in document.rituals
    ]
    return sorted(rituals, key=lambda each: (each.due_at is None, each.due_at or now))


def _next_time(ritual: RitualClause, now: datetime) -> datetime | None:
    recurrence = Recurrence(ritual.cadence, ritual.starts_on, time.fromisoformat(ritual.at), ritual.timezone)
    try:
        dates = next_dates(recurrence, after=now, count=1)
    except BadCadence:
        return None
    return dates[0].due_at if dates else None


def _children(team: Team, now: datetime) -> list[TeamLine]:
    children = list(
        team.children.filter(closed_at__isnull=True)
        .select_related("lead")
        .annotate(
            model_count=Count("models", filter=~Q(models__stage=MLModel.Stage.RETIRED), distinct=True),
            people_count=Count(
                "seats__person",
                filter=_seat_held_on(timezone.localdate(now)) & Q(seats__person__is_active=True),
                distinct=True,
            ),
        )
        .order_by("name", "id")
    )
    standing = standings(now, teams=[child.pk for child in children])
    return [
        TeamLine(child, 0, child.people_count, child.model_count, standing.get(child.pk, NONE)) for child in children
    ]


def _seat_held_on(day: date) -> Q:
    return Q(seats__since__lte=day) & (Q(seats__until__isnull=True) | Q(seats__until__gte=day))


def leads_nobody(person: Person | None) -> bool:
    """Whether there is no lead to speak of: none named, or one who left."""
    return person is None or not person.is_active
