"""ESC: who is called."""

from collections.abc import Iterator
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charter.document import Target, split_role
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
            if level.to.path and _leads_back(subject, level.to.path):
                continue
            meant = who_is_called(subject.organisation, subject.documents, team, level.to, start)
            if meant.person is None:
                yield f"/escalation/{path.key}/levels/{number}", _("reaches nobody: %(why)s") % {"why": meant.why}


@rule(
    "ESC003",
    title=gettext_lazy("Neighbouring levels that reach the same person"),
    severity=Severity.WARNING,
    why=gettext_lazy("Whoever did not hear the first call will not hear the second: the escalation only loses time."),
    source=gettext_lazy("Google SRE book, ch. 11: a secondary is another person than the primary"),
    mend=gettext_lazy("Call somebody else at one of the two levels, or merge them with a repeat."),
    needs_people=True,
)
def same_person_twice(subject: Subject) -> Iterator[tuple[str, str]]:
    team = subject.document.team
    for path in subject.document.escalation:
        start = opens_at(subject.organisation, team, path, subject.now)
        reached = [
            who_is_called(subject.organisation, subject.documents, team, level.to, start).person
            for level in path.levels
        ]
        for number, (before, after) in enumerate(pairwise(reached), start=1):
            if before is not None and before == after:
                yield (
                    f"/escalation/{path.key}/levels/{number}",
                    _("levels %(first)d and %(second)d both reach %(name)s")
                    % {"first": number, "second": number + 1, "name": before.name},
                )


@rule(
    "ESC004",
    title=gettext_lazy("Paths that lead into each other in a circle"),
    severity=Severity.ERROR,
    why=gettext_lazy("The call goes round and round, and whoever should take over never learns of it."),
    source=gettext_lazy("Remit: an escalation ends with a person"),
    mend=gettext_lazy("Let the last level of one of the paths call a role or a lead."),
)
def paths_in_a_circle(subject: Subject) -> Iterator[tuple[str, str]]:
    for path in subject.document.escalation:
        for number, level in enumerate(path.levels):
            if level.to.path and _reaches(subject, level.to.path, f"{subject.document.team}/{path.key}", frozenset()):
                yield f"/escalation/{path.key}/levels/{number}", _("leads back into this path in a circle")


@rule(
    "ESC005",
    title=gettext_lazy("A path that never leaves the team"),
    severity=Severity.WARNING,
    why=gettext_lazy("When the whole team is asleep or on the same flight, nobody outside learns that it burns."),
    source=gettext_lazy("Google SRE book, ch. 14: escalation leads out of the team"),
    mend=gettext_lazy("Let the last level call the lead of the parent team or a path of another team."),
    needs_people=True,
)
def never_leaves_the_team(subject: Subject) -> Iterator[tuple[str, str]]:
    team = subject.document.team
    facts = subject.organisation.teams.get(team)
    if facts is None or facts.parent is None:
        return
    for path in subject.document.escalation:
        if path.levels and all(_team_called(level.to, team) == team for level in path.levels):
            yield f"/escalation/{path.key}", _("no level calls anybody outside the team")


@rule(
    "ESC006",
    title=gettext_lazy("A level without a time to acknowledge"),
    severity=Severity.ERROR,
    why=gettext_lazy("Without a time the call never moves on, and one sleeping person stops it."),
    source=gettext_lazy("Google SRE book, ch. 11: response times are agreed"),
    mend=gettext_lazy("Say within how many minutes the level must acknowledge: one at least."),
)
def no_time_to_acknowledge(subject: Subject) -> Iterator[tuple[str, str]]:
    for path in subject.document.escalation:
        for number, level in enumerate(path.levels):
            if level.to.path is None and level.acknowledge_within is None:
                yield f"/escalation/{path.key}/levels/{number}", _("no time to acknowledge is given")


def _team_called(target: Target, team: str) -> str:
    if target.role:
        return split_role(target.role, team)[0]
    return target.value.partition("/")[0]


def _leads_back(subject: Subject, ref: str) -> bool:
    """Whether a path leads into a circle, which ESC004 tells of."""
    return _reaches(subject, ref, ref, frozenset(), is_start=True)


def _reaches(subject: Subject, ref: str, wanted: str, visited: frozenset[str], *, is_start: bool = False) -> bool:
    """Whether following a path through its path levels comes to the wanted one."""
    if ref == wanted and not is_start:
        return True
    if ref in visited:
        return False
    team, _slash, key = ref.partition("/")
    document = subject.documents.get(team)
    path = document.path(key) if document else None
    onward = [level.to.path for level in path.levels if level.to.path] if path else []
    return any(_reaches(subject, following, wanted, visited | {ref}) for following in onward)
