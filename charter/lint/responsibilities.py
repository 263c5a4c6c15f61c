"""RESP: who answers for each stage, and who does the work."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charter.document import split_role
from charter.lint.rule import Severity, Subject, rule
from charter.passages import passages_of
from charter.resolver import current_seats, role_name

RACI = gettext_lazy("Responsibility charting (RACI): exactly one accountable role for each activity")


@rule(
    "RESP001",
    title=gettext_lazy("A stage without an accountable role"),
    severity=Severity.ERROR,
    why=gettext_lazy(
        "Where nobody answers for a stage, everybody waits for somebody else, and the first to notice is the customer."
    ),
    source=RACI,
    mend=gettext_lazy("Give one role of the stage the letter A, or AR where it also does the work."),
)
def nobody_accountable(subject: Subject) -> Iterator[tuple[str, str]]:
    for stage in subject.document.stages:
        if not subject.document.roles_with(stage.key, "A"):
            yield f"/stages/{stage.key}", _("nobody is accountable")


@rule(
    "RESP002",
    title=gettext_lazy("A stage with several accountable roles"),
    severity=Severity.ERROR,
    why=gettext_lazy("Two who answer for the same thing each believe that the other does."),
    source=RACI,
    mend=gettext_lazy("Keep the A of one role; give the others R or C."),
)
def several_accountable(subject: Subject) -> Iterator[tuple[str, str]]:
    document = subject.document
    for stage in document.stages:
        roles = document.roles_with(stage.key, "A")
        if len(roles) > 1:
            yield (
                f"/stages/{stage.key}",
                _("%(count)d roles are accountable: %(roles)s")
                % {
                    "count": len(roles),
                    "roles": ", ".join(roles),
                },
            )


@rule(
    "RESP003",
    title=gettext_lazy("A stage with nobody responsible"),
    severity=Severity.ERROR,
    why=gettext_lazy("Somebody answers for the stage, but nobody is named who does its work."),
    source=gettext_lazy("Responsibility charting (RACI): at least one responsible role for each activity"),
    mend=gettext_lazy("Give a role the letter R, or make the accountable role AR."),
)
def nobody_responsible(subject: Subject) -> Iterator[tuple[str, str]]:
    for stage in subject.document.stages:
        if not subject.document.roles_with(stage.key, "R"):
            yield f"/stages/{stage.key}", _("nobody is responsible")


@rule(
    "RESP004",
    title=gettext_lazy("A role with A or R that nobody holds"),
    severity=Severity.ERROR,
    why=gettext_lazy("A letter without a person is a promise that nobody made."),
    source=gettext_lazy("Remit: a charter names roles, and seats name the people who hold them"),
    mend=gettext_lazy("Give somebody the seat, or give the letter to a role that somebody holds."),
    needs_people=True,
)
def role_not_held(subject: Subject) -> Iterator[tuple[str, str]]:
    document = subject.document
    stages_by_role: dict[str, list[str]] = {}
    for stage in document.stages:
        for ref in document.roles_with(stage.key, "AR"):
            stages_by_role.setdefault(ref, []).append(stage.key)
    for ref, stages in stages_by_role.items():
        if current_seats(subject.organisation, document.team, ref, subject.now):
            continue
        name = role_name(subject.organisation, ref, document.team)
        for key in stages:
            yield f"/stages/{key}", _("nobody holds the role %(role)s") % {"role": name}


@rule(
    "RESP005",
    title=gettext_lazy("A life that ends at deployment"),
    severity=Severity.WARNING,
    why=gettext_lazy(
        "A model is deployed once and runs for years. What is not on the charter after deployment has no owner when it "
        "drifts, ages or must go."
    ),
    source=gettext_lazy("Sculley et al. 2015, Hidden technical debt in ML systems; NIST AI RMF, Manage 4.1"),
    mend=gettext_lazy("Add the stages monitoring, retraining and retirement, and say who answers for them."),
)
def life_ends_at_deployment(subject: Subject) -> Iterator[tuple[str, str]]:
    keys = {stage.key for stage in subject.document.stages}
    missing = [key for key in ("monitoring", "retraining", "retirement") if key not in keys]
    if "deployment" in keys and missing:
        yield "/stages", _("deployment is on the charter, but not %(stages)s") % {"stages": ", ".join(missing)}


@rule(
    "RESP006",
    title=gettext_lazy("A hand-off to somebody who was not asked"),
    severity=Severity.WARNING,
    why=gettext_lazy(
        "Between two stages the work changes hands completely, and the receivers had no say in what they receive."
    ),
    source=gettext_lazy("Forsgren et al. 2018, Accelerate: hand-offs between teams slow delivery and lose knowledge"),
    mend=gettext_lazy("Consult the receiving role (C) in the stage before, or let one role work in both."),
)
def unprepared_hand_off(subject: Subject) -> Iterator[tuple[str, str]]:
    for passage in passages_of(subject.document):
        if passage.is_unprepared:
            yield (
                f"/stages/{passage.after.key}",
                _("taken over from %(stage)s by %(roles)s, who had no say there")
                % {"stage": passage.before.name, "roles": ", ".join(passage.receivers)},
            )


@rule(
    "RESP007",
    title=gettext_lazy("A seat without a letter"),
    severity=Severity.INFO,
    why=gettext_lazy(
        "Somebody is in the team for a role that the charter does not mention: they cannot know their part."
    ),
    source=gettext_lazy("Remit: everyone in a team finds their own column"),
    mend=gettext_lazy("Add the role to the matrix, or end the seat."),
    needs_people=True,
)
def seat_without_letter(subject: Subject) -> Iterator[tuple[str, str]]:
    document = subject.document
    with_letter = {split_role(ref, document.team) for row in document.responsibilities.values() for ref in row}
    seated = dict.fromkeys(seat.role for seat in subject.organisation.seats_in(document.team))
    for role in seated:
        if (document.team, role) in with_letter:
            continue
        if current_seats(subject.organisation, document.team, role, subject.now):
            name = role_name(subject.organisation, role, document.team)
            yield "/responsibilities", _("%(role)s has a seat but no letter") % {"role": name}
