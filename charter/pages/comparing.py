"""Two versions beside each other: what differs for the reader, in the matrix, and in words in three orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from charter.comparing import Cells, Change, Difference
from charter.document import Document, Stage
from charter.effects import Effect, effects_on_people
from charter.models import Version
from charter.pages.matrix import roles_in_order
from charter.sentences import Names
from charter.storage import document_of
from config.components import person_name, raci_letter
from config.words import in_words
from teams.models import Person, Team
from teams.organisation import Organisation, load_organisation

SECTION_NAMES = {
    "purpose": gettext_lazy("Purpose"),
    "responsibilities": gettext_lazy("Responsibilities"),
    "decisions": gettext_lazy("Decision rights"),
    "escalation": gettext_lazy("Who is called"),
    "thresholds": gettext_lazy("Thresholds"),
    "evidence": gettext_lazy("Evidence"),
    "rituals": gettext_lazy("Rituals"),
    "waivers": gettext_lazy("Waivers"),
}
ORDERS = (
    ("section", gettext_lazy("By section")),
    ("stage", gettext_lazy("By stage")),
    ("person", gettext_lazy("By person")),
)


@dataclass(frozen=True)
class Group:
    """Changes under a common head, or what one person gets and loses."""

    head: SafeString
    changes: Sequence[Change] = ()
    effects: Sequence[str] = ()


class Comparison:
    """What differs from one version of a charter to another, as a reader sees it at a moment."""

    def __init__(self, before: Version, after: Version, *, reader: Person, now: datetime, by: str = "") -> None:
        self.before = before
        self.after = after
        self.reader = reader
        self.now = now
        self.by = by if by in dict(ORDERS) else "section"
        self.team: Team = after.charter.team
        self.organisation: Organisation = load_organisation()
        self.names = Names(self.organisation, self.team.key)
        self.difference = Difference(document_of(before), document_of(after), self.names)

    @cached_property
    def effects(self) -> Mapping[int, Sequence[Effect]]:
        return effects_on_people(self.difference.before, self.difference.after, self.organisation, self.now)

    @property
    def for_reader(self) -> Sequence[str]:
        return effects_in_words(self.effects.get(self.reader.pk, ()))

    @cached_property
    def answer(self) -> SafeString:
        """How much differs, and whom it concerns."""
        changes = self.difference.changes
        if not changes:
            return format_html("<strong>{}</strong>", _("Nothing: both say the same."))
        differ = ngettext("%(count)s thing differs", "%(count)s things differ", len(changes))
        first = differ % {"count": in_words(len(changes), start=True)}
        if mine := len(self.for_reader):
            concern = ngettext("%(count)s of the changes concerns you", "%(count)s of the changes concern you", mine)
            return format_html("{}; <strong>{}</strong>.", first, concern % {"count": in_words(mine)})
        if not self.effects:
            return format_html("{}, <strong>{}</strong>.", first, _("and nobody gets or loses a duty"))
        people = ngettext(
            "%(count)s person gets or loses duties", "%(count)s people get or lose duties", len(self.effects)
        )
        return format_html("{}, <strong>{}</strong>.", first, people % {"count": in_words(len(self.effects))})

    @cached_property
    def matrix(self) -> "ComparedMatrix":
        return ComparedMatrix(self.difference.before, self.difference.after, self.difference.cells, self.names)

    @cached_property
    def orders(self) -> Sequence[tuple[str, str, bool]]:
        """The orders in which the changes can be read: label, address, whether it is this one."""
        here = reverse("charter:compare", args=[self.team.key, self.before.number, self.after.number])
        return [(str(label), f"{here}?by={key}#in-words", key == self.by) for key, label in ORDERS]

    @cached_property
    def groups(self) -> Sequence[Group]:
        if self.by == "person":
            return [
                Group(
                    person_name(self.organisation.people[person], reader=self.reader, start=True),
                    effects=[
                        capfirst(effect.to_you if person == self.reader.pk else effect.of_them) + "."
                        for effect in self.effects[person]
                    ],
                )
                for person in sorted(self.effects, key=lambda one: self.organisation.people[one].name.casefold())
            ]
        if self.by == "stage":
            stages = [(stage.key, stage.name) for stage in _all_stages(self.difference.before, self.difference.after)]
            heads = [*stages, ("", _("Of no single stage"))]
            grouped = self.difference.by_stage
        else:
            heads = [(key, str(name)) for key, name in SECTION_NAMES.items()]
            grouped = self.difference.by_section
        return [Group(format_html("{}", head), grouped[key]) for key, head in heads if key in grouped]


def effects_in_words(effects: Sequence[Effect]) -> Sequence[str]:
    """What one person gets and loses, a sentence each, said to them."""
    return [f"{capfirst(effect.to_you)}." for effect in effects]


@dataclass(frozen=True)
class ComparedMatrix:
    """The matrix of the later document; a cell that changed has a bar and the old letter struck beside the new."""

    before: Document
    after: Document
    cells: Cells
    names: Names

    @cached_property
    def columns(self) -> Sequence[str]:
        refs = roles_in_order(self.after, self.names.organisation)
        return [*refs, *(ref for ref in roles_in_order(self.before, self.names.organisation) if ref not in refs)]

    @cached_property
    def stages(self) -> Sequence[Stage]:
        return _all_stages(self.before, self.after)

    def table(self) -> SafeString:
        return format_html(
            '<table class="matrix compared"><thead><tr><th scope="col" class="w-stage">{}</th>{}</tr></thead>'
            "<tbody>{}</tbody></table>",
            _("Stage"),
            SafeString("".join(self._head(ref) for ref in self.columns)),
            SafeString("".join(self._row(stage) for stage in self.stages)),
        )

    def stack(self) -> SafeString:
        """The changed cells alone, stage by stage, for narrow screens."""
        return format_html(
            '<ol class="matrix-stack">{}</ol>',
            format_html_join(
                "",
                "<li><h3>{}</h3><dl>{}</dl></li>",
                (
                    (self._stage(stage), self._stacked(stage.key))
                    for stage in self.stages
                    if any(key == stage.key for key, _ref in self.cells)
                ),
            ),
        )

    def _head(self, ref: str) -> SafeString:
        team, name = self.names.head(ref)
        from_team = format_html('<span class="from-team">{}/</span>', team) if team else ""
        return format_html('<th scope="col">{}{}</th>', from_team, name)

    def _row(self, stage: Stage) -> SafeString:
        is_changed = any(key == stage.key for key, _ref in self.cells)
        cells = (self._cell(stage.key, ref) for ref in self.columns)
        return format_html(
            '<tr{}><th scope="row">{}</th>{}</tr>',
            mark_safe(' class="changed"') if is_changed else "",
            self._stage(stage),
            SafeString("".join(cells)),
        )

    def _stage(self, stage: Stage) -> SafeString:
        if stage.key not in _keys(self.before):
            return format_html('<ins>{}</ins> <span class="note">{}</span>', stage.name, _("new"))
        if stage.key not in _keys(self.after):
            return format_html('<del>{}</del> <span class="note">{}</span>', stage.name, _("dropped"))
        return format_html("{}", stage.name)

    def _cell(self, stage: str, ref: str) -> SafeString:
        pair = self.cells.get((stage, ref))
        if pair is None:
            return format_html("<td>{}</td>", raci_letter(self.after.letter(stage, ref)))
        was, now = pair
        return format_html(
            '<td class="changed"><span class="cell-change">{}{}</span></td>',
            raci_letter(now) if now else format_html('<span class="vh">{}</span>', _("nothing now")),
            _was(was),
        )

    def _stacked(self, stage: str) -> SafeString:
        return format_html_join(
            "",
            "<dt>{}</dt><dd>{}{}</dd>",
            (
                (raci_letter(now), self.names.head(ref)[1], _was(was))
                for ref in self.columns
                if (pair := self.cells.get((stage, ref)))
                for was, now in (pair,)
            ),
        )


def _was(letter: str) -> SafeString:
    """The letter that stood there, struck."""
    if not letter:
        return format_html('<span class="vh"> ({})</span>', _("before: nothing"))
    return format_html(' <span class="vh">{} </span><del class="was">{}</del>', _("before:"), letter)


def _keys(document: Document) -> set[str]:
    return {stage.key for stage in document.stages}


def _all_stages(before: Document, after: Document) -> Sequence[Stage]:
    """The stages of afterwards, each dropped one behind the stage that it followed."""
    stages = list(after.stages)
    keys = [stage.key for stage in stages]
    place = 0
    for stage in before.stages:
        if stage.key in keys:
            place = keys.index(stage.key) + 1
        else:
            stages.insert(place, stage)
            keys.insert(place, stage.key)
            place += 1
    return stages
