"""The table of the matrix as a string: thousands of cells, so no template."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from charter.models import Version
from charter.resolver import Call
from charter.words import VersionState
from config.components import person_name, severity_mark, state_mark
from escalations.matrix import Line, TeamLines
from escalations.wording import (
    call_note,
    path_name,
    severity_span,
    short_duration,
    short_time,
    trigger_names,
)
from teams.models import Structure
from teams.organisation import Organisation, PersonFacts

EMPTY = mark_safe('<td class="empty-cell"></td>')
FEWEST_LEVELS = 3


class MatrixTable:
    """Draws the lines of teams: severity | path | level 1 … n | first answer due."""

    def __init__(
        self, organisation: Organisation, versions: Mapping[str, Version], zone: ZoneInfo, reader: PersonFacts | None
    ) -> None:
        self.organisation = organisation
        self.versions = versions
        self.zone = zone
        self.reader = reader

    def draw(self, teams: Sequence[TeamLines]) -> SafeString:
        """The whole table."""
        levels = max((len(line.levels) for team in teams for line in team.lines), default=FEWEST_LEVELS)
        levels = max(levels, FEWEST_LEVELS)
        heads = format_html_join(
            "", '<th scope="col">{}</th>', ((self._level_head(number),) for number in range(1, levels + 1))
        )
        return format_html(
            '<table class="ruled calls stacks"><thead><tr><th scope="col">{}</th><th scope="col">{}</th>{}'
            '<th scope="col" class="num">{}</th></tr></thead><tbody>{}</tbody></table>',
            _("Severity"),
            _("Path"),
            heads,
            _("First answer due"),
            mark_safe("".join(self._group(team, levels) for team in teams)),  # noqa: S308  escaped parts
        )

    def _group(self, team: TeamLines, levels: int) -> SafeString:
        head = format_html(
            '<tr class="group"><th colspan="{}" scope="rowgroup"><span class="team">{}</span>'
            '<span class="note">{}</span></th></tr>',
            levels + 3,
            team.team.name,
            self._about(team),
        )
        rows = "".join(self._row(team, line, levels) for line in team.lines)
        return format_html("{}{}", head, mark_safe(rows))  # noqa: S308  escaped parts

    def _about(self, team: TeamLines) -> str:
        """ "squad in Payments, charter 7 interim"."""
        structure = str(Structure(team.team.structure).label)
        parent = self.organisation.teams.get(team.team.parent) if team.team.parent else None
        if parent:
            structure = _("%(structure)s in %(parent)s") % {"structure": structure, "parent": parent.name}
        version = self.versions.get(team.team.key)
        if version is None:
            return _("%(structure)s, no charter in force") % {"structure": structure}
        interim = " " + str(VersionState.INTERIM.label) if version.state == VersionState.INTERIM else ""
        return _("%(structure)s, charter %(number)d%(interim)s") % {
            "structure": structure,
            "number": version.number,
            "interim": interim,
        }

    def _row(self, team: TeamLines, line: Line, levels: int) -> SafeString:
        severity = severity_mark(line.severities[0], label=severity_span(line.severities))
        if line.climb is None:
            path, cells = EMPTY, str(self._unanswered(team, line))
        else:
            path = format_html('<td data-label="{}">{}</td>', _("Path"), path_name(line.climb.path))
            cells = "".join(self._cell(line, call) for call in line.levels) or self._no_level()
        padding = EMPTY * (levels - max(len(line.levels), 1))
        return format_html(
            '<tr><td class="sev">{}</td>{}{}{}<td class="num" data-label="{}">{}</td></tr>',
            severity,
            path,
            mark_safe(cells),  # noqa: S308  escaped parts
            mark_safe(padding),  # noqa: S308  a constant
            _("First answer"),
            self._first_answer(line),
        )

    def _cell(self, line: Line, call: Call) -> SafeString:
        label = self._level_head(call.level)
        if call.meant.person is None:
            return _hole(label, _("Nobody"), call.meant.why)
        calls = sum(other.level == call.level for other in line.calls)
        note = call_note(self.organisation, line.team.key, call, calls)
        if call.level == 1 and line.waits_until:
            name: SafeString | str = _("Waits until %(time)s") % {"time": short_time(line.waits_until, self.zone)}
            note = _("business hours; then %(name)s") % {"name": call.meant.person.name}
        else:
            name = person_name(call.meant.person, reader=self.reader, start=True, link=False)
        return format_html(
            '<td data-label="{}"><div class="cellbody"><span class="reached">{}</span><span class="note">{}</span>'
            "{}{}</div></td>",
            label,
            name,
            note,
            self._instead(call, line),
            self._alone(call, line),
        )

    def _instead(self, call: Call, line: Line) -> SafeString | str:
        absent = call.meant.instead_of
        if absent is None or line.climb is None:
            return ""
        until = absent.away_until(line.climb.opens_at)
        words = _("for %(name)s") % {"name": absent.name}
        if until:
            words = _("for %(name)s, away until %(day)s") % {"name": absent.name, "day": date_format(until, "j M")}
        return format_html('<span class="note">{}</span>', words)

    def _alone(self, call: Call, line: Line) -> SafeString | str:
        if line.only_person is None or call.level != len(line.levels):
            return ""
        return format_html('<span class="note">{}</span>', state_mark("cover", "single", _("Only one person")))

    def _unanswered(self, team: TeamLines, line: Line) -> SafeString:
        if not team.has_charter:
            return _hole(self._level_head(1), _("No charter in force"), _("nobody is called"))
        words = _("No path for %(severities)s") % {"severities": severity_span(line.severities)}
        if line.is_for_every_trigger:
            return _hole(self._level_head(1), words, _("the charter names none"))
        triggers = trigger_names(line.all_triggers)
        return _hole(self._level_head(1), words, _("for %(triggers)s") % {"triggers": triggers})

    def _no_level(self) -> SafeString:
        return _hole(self._level_head(1), _("Nobody"), _("the path has no level"))

    def _first_answer(self, line: Line) -> SafeString | str:
        after = line.first_answer_after
        return state_mark("cover", "hole", _("never")) if after is None else short_duration(after)

    def _level_head(self, number: int) -> str:
        return _("Level %(number)d") % {"number": number}


def _hole(label: str, words: str, why: str) -> SafeString:
    return format_html(
        '<td class="hole" data-label="{}"><div class="cellbody"><b>{}</b><span class="note">{}</span></div></td>',
        label,
        state_mark("cover", "hole", words),
        why,
    )
