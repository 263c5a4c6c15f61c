"""RESP: who answers for each stage, and who does the work."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charter.lint.rule import Severity, Subject, rule
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
        for stage in stages:
            yield f"/stages/{stage}", _("nobody holds the role %(role)s") % {"role": name}
