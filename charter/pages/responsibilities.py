"""The page of responsibilities: its table as a string (thousands of cells, so no template), and its picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from charter.document import Stage
from charter.models import Version
from charter.resolver import role_name
from charter.responsibilities import Answer, Crossing, Responsibilities, TeamAnswers
from charter.words import DEFAULT_STAGES, VersionState
from config.components import person_name, state_mark
from config.words import in_sentence, in_words, listed
from teams.organisation import Organisation, PersonFacts, TeamFacts

MOST_COLUMNS = 12
MOST_NAMES = 3


class AnswersTable:
    """Team × stage, and in each cell who answers."""

    def __init__(
        self,
        organisation: Organisation,
        versions: Mapping[str, Version],
        stages: Sequence[Stage],
        reader: PersonFacts | None,
    ) -> None:
        self.organisation = organisation
        self.versions = versions
        self.columns = stages[:MOST_COLUMNS]
        self.has_others = len(stages) > MOST_COLUMNS
        self.reader = reader
        self.names: dict[int, SafeString] = {}

    def draw(self, rows: Sequence[TeamAnswers]) -> SafeString:
        heads = format_html_join("", '<th scope="col">{}</th>', ((stage_name(stage),) for stage in self.columns))
        if self.has_others:
            heads += format_html('<th scope="col">{}</th>', _("Other stages"))
        return format_html(
            '<table class="ruled stacks answering"><thead><tr><th scope="col">{}</th>{}</tr></thead>'
            "<tbody>{}</tbody></table>",
            _("Team"),
            heads,
            mark_safe("".join(self._row(row) for row in rows)),  # noqa: S308  escaped parts
        )

    def _row(self, row: TeamAnswers) -> SafeString:
        head = format_html(
            '<th scope="row"><a href="{}">{}</a><span class="note">{}</span></th>',
            reverse("charter:charter", args=[row.team.key]),
            row.team.name,
            self._about(row),
        )
        if not row.has_charter:
            width = len(self.columns) + self.has_others
            words = state_mark("charter", "none", _("nobody answers for anything: no charter in force"))
            return format_html('<tr>{}<td colspan="{}" class="unagreed">{}</td></tr>', head, width or 1, words)
        cells = [self._cell(stage, row.answers.get(stage.key)) for stage in self.columns]
        if self.has_others:
            cells.append(self._others(row))
        return format_html("<tr>{}{}</tr>", head, mark_safe("".join(cells)))  # noqa: S308  escaped parts

    def _about(self, row: TeamAnswers) -> str:
        version = self.versions.get(row.team.key)
        if version is None:
            return ""
        if version.state == VersionState.INTERIM:
            return _("charter %(number)d, interim") % {"number": version.number}
        return _("charter %(number)d") % {"number": version.number}

    def _cell(self, stage: Stage, answer: Answer | None) -> SafeString:
        label = stage_name(stage)
        if answer is None:
            return format_html(
                '<td class="empty-cell" data-label="{}"><span class="faint" aria-hidden="true">·</span>'
                '<span class="vh">{}</span></td>',
                label,
                _("not on its charter"),
            )
        if answer.person is None:
            return format_html(
                '<td class="hole" data-label="{}"><div class="cellbody">{}<span class="note">{}</span></div></td>',
                label,
                state_mark("cover", "hole"),
                self._role(answer) if answer.ref else _("no role is accountable"),
            )
        return format_html('<td data-label="{}">{}</td>', label, self._name(answer.person))

    def _others(self, row: TeamAnswers) -> SafeString:
        shown = {stage.key for stage in self.columns}
        rest = [answer for key, answer in row.answers.items() if key not in shown]
        if not rest:
            return SafeString('<td class="empty-cell"></td>')
        lines = format_html_join(
            "",
            "<div>{}: {}</div>",
            (
                (
                    answer.stage.name,
                    self._name(answer.person) if answer.person else state_mark("cover", "hole"),
                )
                for answer in rest
            ),
        )
        return format_html('<td data-label="{}"><div class="cellbody">{}</div></td>', _("Other stages"), lines)

    def _name(self, person: PersonFacts) -> SafeString:
        """Each name is written once: with a thousand teams the same people come again and again."""
        if person.id not in self.names:
            self.names[person.id] = person_name(person, reader=self.reader, start=True)
        return self.names[person.id]

    def _role(self, answer: Answer) -> str:
        return in_sentence(self.organisation.roles.get(str(answer.ref).rpartition("/")[2], str(answer.ref)))


# -- hand-offs ------------------------------------------------------------------------------------------------------

WIDTH, HEIGHT, SIDE = 1000, 216, 52
BASE, TALLEST, BAR = 152, 112, 36


@dataclass(frozen=True)
class Passed:
    """A passage in words: what the picture shows, for who does not see it, and where exactly."""

    title: str
    sentence: SafeString


def hand_off_picture(found: Responsibilities) -> SafeString:
    """The stages as a line, and between neighbours a bar of the teams: at the foot those where the work stays with
    somebody, above them those where it changes hands. Empty where there is nothing to show."""
    stages = found.stages[:MOST_COLUMNS]
    between = {(each.before.key, each.after.key): each for each in found.crossings}
    pairs = [between.get((before.key, after.key)) for before, after in pairwise(stages)]
    most = max((each.teams for each in pairs if each), default=0)
    if not most:
        return SafeString("")
    step = (WIDTH - 2 * SIDE) / (len(stages) - 1)
    ticks = format_html_join(
        "",
        '<g class="tick"><circle cx="{0}" cy="{1}" r="5"/>{2}</g>',
        (
            (_at(SIDE + place * step), BASE, _tick_label(stage, SIDE + place * step))
            for place, stage in enumerate(stages)
        ),
    )
    bars = [
        _bar(each, SIDE + (place + 0.5) * step, TALLEST / most) for place, each in enumerate(pairs) if each is not None
    ]
    return format_html(
        '<svg class="hand-offs" viewBox="0 0 {} {}" role="img" aria-labelledby="hand-offs-name" '
        'aria-describedby="hand-offs-words"><title id="hand-offs-name">{}</title><defs>'
        '<pattern id="unasked" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<line x1="0" y1="0" x2="0" y2="5"/></pattern></defs>'
        '<line class="life" x1="{}" y1="{}" x2="{}" y2="{}"/>{}{}</svg>',
        WIDTH,
        HEIGHT,
        _("Hand-offs between neighbouring stages, by number of teams"),
        SIDE,
        BASE,
        WIDTH - SIDE,
        BASE,
        mark_safe("".join(bars)),  # noqa: S308  escaped parts
        ticks,
    )


def hand_offs_in_words(found: Responsibilities) -> list[Passed]:
    """Each passage that changes hands anywhere, in a sentence."""
    return [
        Passed(
            _("%(before)s → %(after)s") % {"before": stage_name(each.before), "after": stage_name(each.after)},
            _passage_sentence(each),
        )
        for each in found.crossings
        if each.hand_offs
    ]


def _bar(crossing: Crossing, middle: float, unit: float) -> SafeString:
    """A stack from the baseline up, and over it how many of the teams hand over."""
    x, y, parts = _at(middle - BAR / 2), float(BASE), []
    for look, count in (
        ("stays", len(crossing.stays)),
        ("prepared", len(crossing.prepared)),
        ("unprepared", len(crossing.unprepared)),
    ):
        if count:
            y -= count * unit
            parts.append(
                format_html(
                    '<rect class="{}" fill="{}" x="{}" y="{}" width="{}" height="{}"/>',
                    look,
                    "url(#unasked)" if look == "unprepared" else "none",
                    x,
                    _at(y),
                    BAR,
                    _at(count * unit),
                )
            )
    label = _("%(count)d of %(teams)d") % {"count": crossing.hand_offs, "teams": crossing.teams}
    look = "amount" if crossing.hand_offs else "amount is-none"
    parts.append(format_html('<text class="{}" x="{}" y="{}">{}</text>', look, _at(middle), _at(y - 8), label))
    return SafeString("".join(parts))


def _tick_label(stage: Stage, x: float) -> SafeString:
    """A name below its tick, a line a word."""
    words = stage_name(stage).split(" ", 1)
    return format_html_join(
        "",
        '<text x="{}" y="{}">{}</text>',
        ((_at(x), BASE + 26 + 18 * number, _shortened(word)) for number, word in enumerate(words)),
    )


def _shortened(word: str) -> str:
    return word if len(word) <= 16 else word[:15] + "…"


def _at(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")


def _passage_sentence(crossing: Crossing) -> SafeString:
    teams = ngettext("%(count)s team", "%(count)s teams", crossing.teams) % {"count": in_words(crossing.teams)}
    if crossing.stays:
        where = _("%(count)s of %(teams)s") % {"count": in_words(crossing.hand_offs), "teams": teams}
    else:
        where = teams
    if not crossing.unprepared:
        sentence = _("Changes hands in {}, to somebody who was asked before: {}.")
        return format_html(sentence, where, _links(crossing.prepared))
    if not crossing.prepared:
        sentence = _("Changes hands in {}, and nobody who takes over was asked before: {}.")
        return format_html(sentence, where, _links(crossing.unprepared))
    sentence = _("Changes hands in {}; nobody who takes over was asked before in {}.")
    return format_html(sentence, where, _links(crossing.unprepared))


def _links(teams: Sequence[TeamFacts]) -> SafeString:
    shown = [
        format_html('<a href="{}">{}</a>', reverse("charter:charter", args=[team.key]), team.name)
        for team in teams[:MOST_NAMES]
    ]
    return SafeString(listed(shown, more=len(teams) - len(shown)))


# -- people ---------------------------------------------------------------------------------------------------------


def stage_name(stage: Stage) -> str:
    """A stage of the usual life by its usual name, which all teams share; any other as its charter calls it."""
    return str(_USUAL.get(stage.key, stage.name))


_USUAL = dict(DEFAULT_STAGES)


def stages_in_short(stages: Sequence[Stage]) -> str:
    """ "monitoring, retraining and two more"."""
    names = [in_sentence(stage_name(stage)) for stage in stages]
    return listed(names[:MOST_NAMES], more=len(names) - MOST_NAMES)


def role_in_words(organisation: Organisation, ref: str, team: str) -> str:
    return in_sentence(role_name(organisation, ref, team))
