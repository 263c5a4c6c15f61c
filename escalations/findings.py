"""What is wrong in the matrix: holes and single points, worst first, each with a sentence. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from charter.resolver import Meant, lead_of
from config.words import in_words, listed
from escalations.matrix import Line, TeamLines
from escalations.wording import (
    path_name,
    severity_span,
    short_minutes,
    trigger_names,
)
from teams.organisation import Organisation, PersonFacts, TeamFacts


class Weight(IntEnum):
    """Worst first: nobody at all, somebody but late, one person only."""

    NEVER = 0
    LATE = 1
    SINGLE = 2


@dataclass(frozen=True)
class MatrixFinding:
    """A hole or a single point of a team; `lead` can mend it, if there is one."""

    weight: Weight
    team: TeamFacts
    severities: Sequence[str]
    headline: str
    detail: str
    lead: Meant

    @property
    def is_hole(self) -> bool:
        return self.weight != Weight.SINGLE


@dataclass(frozen=True)
class Findings:
    """The worst ones with their sentences, and how many there are in all."""

    worst: Sequence[MatrixFinding]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.worst)


def findings_of(organisation: Organisation, teams: Iterable[TeamLines], at: datetime, *, most: int) -> Findings:
    """Holes and single points, worst first; sentences are written for the first ones only."""
    found = [(weight, team, line) for team in teams for line in team.lines if (weight := _weight_of(line)) is not None]
    found.sort(key=lambda one: (one[0], one[2].severities[0], one[1].team.name.lower()))
    worst = [_told(organisation, weight, team, line, at) for weight, team, line in found[:most]]
    return Findings(worst, len(found))


def _weight_of(line: Line) -> Weight | None:
    if line.first_reached is None:
        return Weight.NEVER
    if line.holes:
        return Weight.LATE
    return Weight.SINGLE if line.only_person else None


def _told(organisation: Organisation, weight: Weight, team: TeamLines, line: Line, at: datetime) -> MatrixFinding:
    lead = lead_of(organisation, team.team.key)
    headline, detail = _sentences(team, line, lead, at)
    sentence = _("%(team)s: %(what)s") % {"team": team.team.name, "what": headline}
    return MatrixFinding(weight, team.team, line.severities, sentence, detail, lead)


def _sentences(team: TeamLines, line: Line, lead: Meant, at: datetime) -> tuple[str, str]:
    if line.climb is None:
        return _unanswered(team, line, lead)
    if line.first_reached is None:
        return _unheard(line, lead)
    if line.holes or line.only_person is None:
        return _late(line)
    return _single(line, line.only_person, at)


def _unanswered(team: TeamLines, line: Line, lead: Meant) -> tuple[str, str]:
    if not team.has_charter:
        detail = _("Nobody is called, however grave it is.") + _who_can(lead, _("%(name)s can start a charter."))
        return _("no charter in force"), detail
    span = severity_span(line.severities)
    detail = _("The charter in force draws none.") + _who_can(lead, _("%(name)s can mend it."))
    if line.is_for_every_trigger:
        return _("no path for %(severities)s") % {"severities": span}, detail
    headline = _("no path for %(triggers)s at %(severities)s")
    return headline % {"triggers": trigger_names(line.all_triggers), "severities": span}, detail


def _unheard(line: Line, lead: Meant) -> tuple[str, str]:
    path = path_name(line.climb.path) if line.climb else ""
    count = len(line.levels)
    if count == 0:
        return _("%(path)s has no level") % {"path": path}, _("Nobody is called.")
    headline = {
        1: _("the only level of %(path)s reaches nobody"),
        2: _("both levels of %(path)s reach nobody"),
    }.get(count, _("all %(count)s levels of %(path)s reach nobody"))
    reasons = " ".join(dict.fromkeys(_sentence(call.meant.why) for call in line.holes))
    detail = reasons + _who_can(lead, _("%(name)s can name somebody."))
    return headline % {"path": path, "count": in_words(count)}, detail


def _late(line: Line) -> tuple[str, str]:
    hole = line.holes[0]
    path = path_name(line.climb.path) if line.climb else ""
    numbers = [str(call.level) for call in line.holes]
    headline = ngettext(
        "level %(numbers)s of %(path)s reaches nobody", "levels %(numbers)s of %(path)s reach nobody", len(numbers)
    ) % {"numbers": listed(numbers), "path": path}
    return headline, f"{_sentence(hole.meant.why)} {_what_follows(line)}"


def _what_follows(line: Line) -> str:
    hole = line.holes[0]
    after = next((call for call in line.levels if call.level > hole.level and call.meant.person), None)
    if after is None or after.meant.person is None:
        before = [call.meant.person.name for call in line.levels if call.meant.person]
        return _("After %(name)s nobody else is called.") % {"name": before[-1]}
    return _("The call moves on, but it takes %(time)s to reach %(name)s.") % {
        "time": short_minutes(after.starts_after),
        "name": after.meant.person.name,
    }


def _single(line: Line, person: PersonFacts, at: datetime) -> tuple[str, str]:
    path = path_name(line.climb.path) if line.climb else ""
    headline = {
        1: _("%(path)s hangs on one person"),
        2: _("both levels of %(path)s reach the same person"),
    }.get(len(line.levels), _("all %(count)s levels of %(path)s reach the same person"))
    values = {"path": path, "count": in_words(len(line.levels))}
    return headline % values, _when_it_becomes_a_hole(person, at)


def _when_it_becomes_a_hole(person: PersonFacts, at: datetime) -> str:
    today = at.astimezone(ZoneInfo(person.timezone)).date()
    coming = min((first for first, _last in person.absences if first > today), default=None)
    if coming is None:
        return _("Whenever %(name)s is away, nobody is reached.") % {"name": person.name}
    return _("%(name)s is away from %(day)s: then it is a hole.") % {
        "name": person.name,
        "day": date_format(coming, "j F"),
    }


def _who_can(lead: Meant, sentence: str) -> str:
    if lead.person is None:
        return " " + _("The team has no lead: an admin can name one.")
    return " " + sentence % {"name": lead.person.name}


def _sentence(text: str) -> str:
    return f"{capfirst(text)}."
