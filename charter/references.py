"""What a document mentions: unique keys, known stages, roles, teams, people. Pure; run before anything is stored."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from charter.document import Document, split_role
from charter.parsing import Source, Unreadable


@dataclass(frozen=True)
class Known:
    """What may be mentioned. `teams` or `people` None = not at hand, so not checked."""

    roles: Collection[str]
    teams: Collection[str] | None = None
    people: Collection[str] | None = None


def refuse_unknown(document: Document, known: Known, source: Source | None = None) -> None:
    """Raise Unreadable, with a problem for each mention that leads nowhere and each key that stands twice."""
    where = source or Source(None)
    problems = [where.problem(pointer, detail) for pointer, detail in _faults(document, known)]
    if problems:
        raise Unreadable(problems)


def _faults(document: Document, known: Known) -> Iterator[tuple[str, str]]:
    yield from _twice("/stages", [stage.key for stage in document.stages])
    yield from _twice("/decisions", [right.key for right in document.decisions])
    yield from _twice("/escalation", [path.key for path in document.escalation])
    yield from _twice("/thresholds", [threshold.key for threshold in document.thresholds])
    yield from _twice("/rituals", [ritual.key for ritual in document.rituals])
    for tier, kinds in document.evidence.items():
        yield from _twice(f"/evidence/{tier}", list(kinds))

    stages = {stage.key for stage in document.stages}
    for key in document.responsibilities:
        if key not in stages:
            yield f"/responsibilities/{key}", _("%(key)s is no stage of this charter") % {"key": key}
    for pointer, ref in document.role_refs():
        team, role = split_role(ref, document.team)
        if role not in known.roles:
            yield pointer, _("%(role)s is no role of the catalogue") % {"role": role}
        if known.teams is not None and team != document.team and team not in known.teams:
            yield pointer, _("there is no team %(team)s") % {"team": team}
    paths = {path.key for path in document.escalation}
    for index, right in enumerate(document.decisions):
        if right.overdue and right.overdue not in paths:
            yield f"/decisions/{index}/overdue", _("%(key)s is no path of this charter") % {"key": right.overdue}
    if known.teams is not None:
        yield from _unknown_target_teams(document, known.teams)
    if known.people is not None:
        for index, waiver in enumerate(document.waivers):
            if waiver.by.lower() not in known.people:
                yield f"/waivers/{index}/by", _("nobody here has the address %(email)s") % {"email": waiver.by}


def _unknown_target_teams(document: Document, teams: Collection[str]) -> Iterator[tuple[str, str]]:
    for index, path in enumerate(document.escalation):
        for number, level in enumerate(path.levels):
            named = level.to.lead or (level.to.path or level.to.rotation or "").partition("/")[0]
            if named and named not in teams:
                pointer = f"/escalation/{index}/levels/{number}/to/{level.to.kind}"
                yield pointer, _("there is no team %(team)s") % {"team": named}


def _twice(pointer: str, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    for index, key in enumerate(keys):
        if key in keys[:index]:
            yield f"{pointer}/{index}", _("%(key)s stands twice") % {"key": key}
