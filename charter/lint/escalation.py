"""ESC: who is called."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charter.lint.rule import Severity, Subject, rule
from charter.resolver import opens_at, who_is_called
from charter.words import Severity as IncidentSeverity


@rule(
    "ESC001",
    title=gettext_lazy("A severity without a path"),
    severity=Severity.ERROR,
    why=gettext_lazy("When it breaks at that severity, nobody is called."),
    source=gettext_lazy("Google SRE book, ch. 14: an incident has a clear line of command"),
    mend=gettext_lazy("Add the severity to a path, or draw a path that answers all of them."),
)
def severity_without_path(subject: Subject) -> Iterator[tuple[str, str]]:
    paths = subject.document.escalation
    missing = [
        severity.value for severity in IncidentSeverity if not any(path.covers(None, severity) for path in paths)
    ]
    if missing:
        yield "/escalation", _("no path for %(severities)s") % {"severities": ", ".join(missing)}


@rule(
    "ESC002",
    title=gettext_lazy("A level that reaches nobody"),
    severity=Severity.ERROR,
    why=gettext_lazy("The call goes out and nobody hears it; the next level is called too late."),
    source=gettext_lazy("Google SRE book, ch. 11: being on call means that somebody can be reached"),
    mend=gettext_lazy("Give somebody the seat, or call another role or the team's lead."),
    needs_people=True,
)
def level_reaches_nobody(subject: Subject) -> Iterator[tuple[str, str]]:
    team = subject.document.team
    for path in subject.document.escalation:
        if not path.levels:
            yield f"/escalation/{path.key}", _("the path has no level")
        start = opens_at(subject.organisation, team, path, subject.now)
        for number, level in enumerate(path.levels):
            meant = who_is_called(subject.organisation, subject.documents, team, level.to, start)
            if meant.person is None:
                yield f"/escalation/{path.key}/levels/{number}", _("reaches nobody: %(why)s") % {"why": meant.why}
