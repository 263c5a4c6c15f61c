"""TEAM: whether the people of the team can carry what the charter says."""

from collections import defaultdict
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charter.document import Document
from charter.lint.rule import Severity, Subject, rule
from charter.resolver import current_seats, role_name, who_is_accountable
from teams.models import Seat, Structure

MOST_TEAMS = 3
RUNNING_ROLES = ("mlops-engineer", "devops-engineer", "site-reliability-engineer")
LOWEST_SHARE, HIGHEST_SHARE = 10, 35
SMALLEST_TEAM = 5
SELF_RUNNING = (Structure.EMBEDDED, Structure.SQUAD, Structure.CENTRALIZED)

CORE_ROLES = {
    Structure.EMBEDDED: ("product-owner", "data-scientist", "ml-engineer"),
    Structure.PLATFORM: ("product-owner", "mlops-engineer", "site-reliability-engineer"),
    Structure.HUB: ("solution-architect", "ml-engineer", "compliance-lead"),
    Structure.SPOKE: ("product-owner", "data-scientist"),
    Structure.CENTRALIZED: ("product-owner", "data-engineer", "data-scientist", "ml-engineer"),
    Structure.SQUAD: ("product-owner", "data-engineer", "data-scientist", "ml-engineer"),
    Structure.HYBRID: ("product-owner", "data-scientist", "ml-engineer"),
}


@rule(
    "TEAM001",
    title=gettext_lazy("An accountable role without a deputy"),
    severity=Severity.WARNING,
    why=gettext_lazy("When the one who answers is ill, nobody may decide and nobody is called."),
    source=gettext_lazy("Business continuity: ISO 22301, 7.2; the bus factor"),
    mend=gettext_lazy("Give somebody the seat as deputy."),
    needs_people=True,
)
def no_deputy(subject: Subject) -> Iterator[tuple[str, str]]:
    document = subject.document
    first_stage: dict[str, str] = {}
    for stage in document.stages:
        for ref in document.roles_with(stage.key, "A"):
            first_stage.setdefault(ref, stage.key)
    for ref, key in first_stage.items():
        seats = current_seats(subject.organisation, document.team, ref, subject.now)
        if seats and all(seat.kind != Seat.Kind.DEPUTY for seat in seats):
            name = role_name(subject.organisation, ref, document.team)
            yield f"/stages/{key}", _("%(role)s is accountable and has no deputy") % {"role": name}


@rule(
    "TEAM002",
    title=gettext_lazy("One person accountable in too many teams"),
    severity=Severity.WARNING,
    why=gettext_lazy("Who answers for everything answers for nothing: four teams are more than one person can follow."),
    source=gettext_lazy("Skelton and Pais 2019, Team topologies: cognitive load"),
    mend=gettext_lazy("Let somebody else answer in one of the teams."),
    needs_people=True,
)
def accountable_everywhere(subject: Subject) -> Iterator[tuple[str, str]]:
    teams: dict[int, set[str]] = defaultdict(set)
    for key, document in subject.documents.items():
        for person in _accountable_people(subject, document):
            teams[person].add(key)
    for person in _accountable_people(subject, subject.document):
        if len(teams[person]) > MOST_TEAMS:
            yield (
                "/responsibilities",
                _("%(name)s is accountable in %(count)d teams")
                % {
                    "name": subject.organisation.people[person].name,
                    "count": len(teams[person]),
                },
            )


@rule(
    "TEAM003",
    title=gettext_lazy("Few or many who run what is built"),
    severity=Severity.INFO,
    why=gettext_lazy(
        "With too few MLOps, DevOps and reliability engineers nothing reaches production safely; with too many the "
        "team builds platforms instead of models. A fifth is usual."
    ),
    source=gettext_lazy("Practice of ML teams: one in five; outside 10 to 35 % it is worth a look"),
    mend=gettext_lazy("Give such seats, or lean on a platform team and say so in the matrix."),
    needs_people=True,
)
def share_of_operations(subject: Subject) -> Iterator[tuple[str, str]]:
    facts = subject.organisation.teams.get(subject.document.team)
    if facts is None or facts.structure not in SELF_RUNNING:
        return
    seats = [
        seat
        for role in dict.fromkeys(seat.role for seat in subject.organisation.seats_in(facts.key))
        for seat in current_seats(subject.organisation, facts.key, role, subject.now)
    ]
    if len({seat.person for seat in seats}) < SMALLEST_TEAM:
        return
    share = round(100 * sum(seat.role in RUNNING_ROLES for seat in seats) / len(seats))
    if not LOWEST_SHARE <= share <= HIGHEST_SHARE:
        yield "/team", _("%(share)d %% of the seats are MLOps, DevOps or reliability engineers") % {"share": share}


@rule(
    "TEAM004",
    title=gettext_lazy("A core role missing"),
    severity=Severity.INFO,
    why=gettext_lazy(
        "Teams of this structure rarely work without the role; its work then falls to somebody by chance."
    ),
    source=gettext_lazy("Remit: the starter charters, which say who sits in each structure and why"),
    mend=gettext_lazy("Give somebody the seat, or choose the structure that fits."),
    needs_people=True,
)
def core_role_missing(subject: Subject) -> Iterator[tuple[str, str]]:
    facts = subject.organisation.teams.get(subject.document.team)
    if facts is None:
        return
    for role in CORE_ROLES[Structure(facts.structure)]:
        if not current_seats(subject.organisation, facts.key, role, subject.now):
            name = role_name(subject.organisation, role, facts.key)
            yield (
                "/team",
                _("nobody is %(role)s, usual in a team of the structure %(structure)s")
                % {
                    "role": name,
                    "structure": Structure(facts.structure).label,
                },
            )


def _accountable_people(subject: Subject, document: Document) -> set[int]:
    answers = (who_is_accountable(subject.organisation, document, stage.key, subject.now) for stage in document.stages)
    return {meant.person.id for meant in answers if meant.person}
