"""What the pages of people show."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from charter.covering import Cover, covers_of
from charter.document import Document
from charter.queries import documents_in_force
from charter.resolver import Call, who_is_accountable, who_is_meant
from config.words import listed
from escalations.matrix import Line, matrix_of
from escalations.wording import path_name, severity_span, short_minutes
from portal.queries.teams import away_until
from teams.forms import WEEKDAYS
from teams.models import Absence, MLModel, Person, Seat, Team
from teams.organisation import Organisation, PersonFacts, load_organisation
from teams.queries import PRIMARIES_FIRST, held_on, seats_held_on

ABSENCES_SHOWN_BACK = timedelta(days=30)


# The list


@dataclass(frozen=True)
class PersonLine:
    """A person in the list."""

    person: Person
    seats: Sequence[Seat]
    leads: Sequence[Team]
    models: int
    away_until: date | None


def people_matching(*, text: str = "", team: Team | str = "", left: bool | str = False) -> QuerySet[Person]:
    """People by name or e-mail, of a team, with those who left only where they are asked for."""
    people = Person.objects.all() if left else Person.objects.filter(is_active=True)
    for word in text.split():
        people = people.filter(Q(name__icontains=word) | Q(email__icontains=word))
    if isinstance(team, Team):
        seated = seats_held_on(timezone.localdate()).filter(team=team).values("person")
        people = people.filter(Q(pk__in=seated) | Q(teams_led=team)).distinct()
    return people


def person_lines(people: Sequence[Person], today: date) -> list[PersonLine]:
    """What the list says of each: four queries for any number of people."""
    ids = {person.pk for person in people}
    seats: dict[int, list[Seat]] = defaultdict(list)
    for seat in seats_held_on(today).filter(person__in=ids, team__closed_at__isnull=True):
        seats[seat.person_id].append(seat)
    leads: dict[int | None, list[Team]] = defaultdict(list)
    for team in Team.objects.filter(lead__in=ids, closed_at__isnull=True):
        leads[team.lead_id].append(team)
    running = MLModel.objects.filter(accountable__in=ids).exclude(stage=MLModel.Stage.RETIRED)
    models = dict(running.values_list("accountable").annotate(count=Count("pk")).order_by())
    away = away_until(ids, today)
    return [
        PersonLine(person, seats[person.pk], leads[person.pk], models.get(person.pk, 0), away.get(person.pk))
        for person in people
    ]


def count_people(today: date) -> dict[str, int]:
    """How many people are here, are away today, and hold no seat: three queries."""
    here = Person.objects.filter(is_active=True)
    seated = Seat.objects.filter(held_on(today)).values("person")
    return {
        "people": here.count(),
        "away": here.filter(absences__first_on__lte=today, absences__last_on__gte=today).distinct().count(),
        "unseated": here.filter(is_staff=False, is_auditor=False, teams_led__isnull=True)
        .exclude(pk__in=seated)
        .count(),
    }


# One person


@dataclass(frozen=True)
class Accountability:
    """A stage of a charter in force that somebody answers for, and who covers when they are away."""

    team_key: str
    team_name: str
    stage: str
    stage_name: str
    cover: PersonFacts | None


@dataclass(frozen=True)
class Reach:
    """A call that reaches somebody now: of which path, for what, after how long."""

    line: Line
    call: Call

    @property
    def severities(self) -> str:
        """ "SEV1, SEV2", or "SEV1 to SEV3"."""
        return severity_span(self.line.severities)

    @property
    def sentence(self) -> str:
        """Which call of which path it is, and how long after the first."""
        values = {
            "level": self.call.level,
            "path": path_name(self.line.climb.path) if self.line.climb else "",
            "team": self.line.team.name,
            "time": short_minutes(self.call.starts_after),
        }
        if self.call.starts_after:
            return _("Level %(level)s of %(path)s in %(team)s, after %(time)s") % values
        return _("Level %(level)s of %(path)s in %(team)s, at once") % values


@dataclass(frozen=True)
class PersonPage:
    """Everything that the page of a person shows."""

    person: Person
    seats: Sequence[Seat]
    past_seats: Sequence[Seat]
    coming_seats: Sequence[Seat]
    leads: Sequence[Team]
    accountable_for: Sequence[Accountability]
    models: Sequence[MLModel]
    reached_by: Sequence[Reach]
    absences: Sequence[Absence]
    away_until: date | None
    covered_by: Sequence[Cover]

    @property
    def working_days(self) -> str:
        """ "Monday to Friday", or the days one by one."""
        days = sorted(self.person.working_days)
        names = [str(name) for number, name in WEEKDAYS if number in days]
        if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
            return _("%(first)s to %(last)s") % {"first": names[0], "last": names[-1]}
        return listed(names)


def person_page(person: Person, now: datetime) -> PersonPage:
    """Read the page of a person: a constant number of queries."""
    today = timezone.localdate(now)
    organisation = load_organisation()
    documents = documents_in_force(now)
    seats = list(person.seats.select_related("role", "team").order_by("team__name", "role__position", PRIMARIES_FIRST))
    held = [seat for seat in seats if seat.since <= today and (seat.until is None or seat.until >= today)]
    return PersonPage(
        person=person,
        seats=held,
        past_seats=[seat for seat in seats if seat.until is not None and seat.until < today],
        coming_seats=[seat for seat in seats if seat.since > today],
        leads=list(person.teams_led.filter(closed_at__isnull=True)),
        accountable_for=list(accountable_stages(person.pk, organisation, documents, now)),
        models=list(
            person.models_accountable_for.exclude(stage=MLModel.Stage.RETIRED)
            .select_related("team")
            .order_by("tier", "name")
        ),
        reached_by=list(calls_that_reach(person.pk, organisation, documents, now)),
        absences=list(person.absences.filter(last_on__gte=today - ABSENCES_SHOWN_BACK)),
        away_until=away_until({person.pk}, today).get(person.pk),
        covered_by=list(covers_of(organisation, person.pk, now)),
    )


def accountable_stages(
    person: int, organisation: Organisation, documents: Mapping[str, Document], now: datetime
) -> Iterator[Accountability]:
    """The stages of charters in force that a person answers for."""
    for key, document in documents.items():
        for stage in document.stages:
            meant = who_is_accountable(organisation, document, stage.key, now)
            if meant.person is None or meant.person.id != person:
                continue
            roles = document.roles_with(stage.key, "A")
            yield Accountability(
                team_key=key,
                team_name=organisation.teams[key].name,
                stage=stage.key,
                stage_name=stage.name,
                cover=_cover(person, organisation, key, roles[:1], now),
            )


def _cover(
    person: int, organisation: Organisation, team: str, roles: Collection[str], now: datetime
) -> PersonFacts | None:
    """Who would be asked if the person were away: the resolver's answer for an organisation without them."""
    without = replace(organisation, seats=[seat for seat in organisation.seats if seat.person != person])
    return next((who_is_meant(without, team, role, now).person for role in roles), None)


def calls_that_reach(
    person: int, organisation: Organisation, documents: Mapping[str, Document], now: datetime
) -> Iterator[Reach]:
    """Every level of every path that reaches a person now, once each."""
    for team in matrix_of(organisation, documents, now):
        for line in team.lines:
            for call in line.levels:
                if call.meant.person is not None and call.meant.person.id == person:
                    yield Reach(line, call)
