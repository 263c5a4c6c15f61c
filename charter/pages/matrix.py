"""The matrix as a table: read, and edited. Built of strings, since it is by far the largest part of a page."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from charter.document import Document, split_role
from charter.resolver import Meant
from charter.sentences import Names, lowered
from charter.words import Letter
from config.components import LETTERS, person_name, raci_letter
from teams.organisation import Organisation

CROWDED = 8  # with more columns the heads stand upright

ROW_HOLES = {
    "RESP001": gettext_lazy("nobody accountable"),
    "RESP002": gettext_lazy("more than one accountable"),
    "RESP003": gettext_lazy("nobody responsible"),
}


def _letter(letter: str, *, held: bool, spoken: bool) -> SafeString:
    return _drawn(letter, held, spoken, get_language())


@cache
def _drawn(letter: str, held: bool, spoken: bool, language: str | None) -> SafeString:  # noqa: FBT001
    return raci_letter(letter, held=held, spoken=spoken)


def roles_in_order(document: Document, organisation: Organisation) -> Sequence[str]:
    """The roles with a letter, in the order of the catalogue, those of other teams last."""
    order = {role: number for number, role in enumerate(organisation.roles)}
    refs = {ref for row in document.responsibilities.values() for ref in row}
    return sorted(refs, key=lambda ref: ("/" in ref, order.get(split_role(ref, "")[1], len(order)), ref))


# -- reading --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReadMatrix:
    """The matrix of a charter with the people of today."""

    document: Document
    names: Names
    columns: Sequence[str]
    holders: Mapping[str, Meant]
    accountable: Mapping[str, Meant]
    reader: object
    own: Collection[str]

    def table(self) -> SafeString:
        """Stage × role with who is accountable; the reader's own columns are written with the pen."""
        return format_html(
            '<table class="matrix"><thead><tr><th scope="col" class="w-stage">{}</th>{}'
            '<th scope="col" class="to-name w-name">{}</th></tr></thead><tbody>{}</tbody></table>',
            _("Stage"),
            _concat(self._head(ref) for ref in self.columns),
            _("Accountable"),
            _concat(self._row(stage.key, stage.name) for stage in self.document.stages),
        )

    def stack(self) -> SafeString:
        """The same, one stage after the other, for narrow screens."""
        return format_html(
            '<ol class="matrix-stack">{}</ol>',
            format_html_join(
                "",
                "<li><h3>{}</h3><dl>{}</dl></li>",
                ((stage.name, self._stacked(stage.key)) for stage in self.document.stages),
            ),
        )

    def _head(self, ref: str) -> SafeString:
        team, name = self.names.head(ref)
        return format_html(
            '<th scope="col"{}>{}{}<span class="note">{}</span></th>',
            mark_safe(' class="mine"') if ref in self.own else "",
            format_html('<span class="from-team">{}/</span>', team) if team else "",
            name,
            self._person(self.holders[ref]),
        )

    def _row(self, stage: str, name: str) -> SafeString:
        letters = self.document.responsibilities.get(stage, {})
        return format_html(
            '<tr><th scope="row">{}</th>{}<td class="to-name">{}</td></tr>',
            name,
            _concat(
                format_html(
                    "<td{}>{}</td>",
                    mark_safe(' class="mine"') if ref in self.own else "",
                    _letter(letters.get(ref, ""), held=self._is_held(ref, letters.get(ref, "")), spoken=True),
                )
                for ref in self.columns
            ),
            self._person(self.accountable[stage]),
        )

    def _stacked(self, stage: str) -> SafeString:
        letters = self.document.responsibilities.get(stage, {})
        return _concat(
            format_html(
                "<dt>{}</dt><dd>{}</dd>",
                _letter(letter, held=True, spoken=True),
                format_html_join(", ", "{}", ((self._person(self.holders[ref], ref),) for ref in refs)),
            )
            for letter in Letter.values
            if (refs := [ref for ref in self.columns if letters.get(ref) == letter])
        )

    def _person(self, meant: Meant, ref: str = "") -> SafeString:
        if meant.person:
            return person_name(meant.person, reader=self.reader, link=False)  # type: ignore[arg-type]
        words = _("nobody, as %(role)s") % {"role": self.names.role(ref)} if ref else _("nobody")
        return format_html('<span class="overdue">{}</span>', words)

    def _is_held(self, ref: str, letter: str) -> bool:
        return self.holders[ref].person is not None or not set(letter) & set("AR")


# -- editing --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EditMatrix:
    """The matrix in which each cell is the control. `address_of` leads to the form of a stage or a role."""

    document: Document
    names: Names
    columns: Sequence[str]
    held: Collection[str]
    holes: Mapping[str, Sequence[str]]
    address_of: Callable[[str], str]
    choice: tuple[str, str, SafeString] | None = None
    below: Mapping[str, SafeString] = field(default_factory=dict)

    def table(self) -> SafeString:
        """The table; a row with the choice of letters stands under the row of the cell that is being chosen."""
        counts = {ref: sum(ref in row for row in self.document.responsibilities.values()) for ref in self.columns}
        return format_html(
            '<table class="matrix matrix-edit{}"><thead><tr><th scope="col" class="w-stage">{}</th>{}</tr></thead>'
            '<tbody>{}</tbody><tfoot><tr><th scope="row">{}</th>{}</tr></tfoot></table>',
            " matrix-crowded" if len(self.columns) > CROWDED else "",
            _("Stage"),
            _concat(self._head(ref) for ref in self.columns),
            _concat(self._row(stage.key, stage.name) for stage in self.document.stages),
            _("Letters"),
            format_html_join("", "<td>{}</td>", ((counts[ref],) for ref in self.columns)),
        )

    def _head(self, ref: str) -> SafeString:
        team, name = self.names.head(ref)
        return format_html(
            '<th scope="col" id="{}"><div class="upright"><a class="quiet-link" href="{}">{}{}</a></div></th>',
            role_anchor(ref),
            self.address_of(f"roles/{ref}"),
            format_html('<span class="from-team">{}/</span>', team) if team else "",
            name,
        )

    def _row(self, stage: str, name: str) -> SafeString:
        letters = self.document.responsibilities.get(stage, {})
        rules = [rule for rule in ROW_HOLES if rule in self.holes.get(stage, ())]
        hole = (
            format_html(
                '<span class="note row-hole">{}{}</span>', _letter("hole", held=True, spoken=False), ROW_HOLES[rules[0]]
            )
            if rules
            else ""
        )
        row = format_html(
            '<tr id="stage-{}" data-stage="{}" data-name="{}"{}>'
            '<th scope="row"><a class="quiet-link" href="{}">{}</a>{}</th>{}</tr>',
            stage,
            stage,
            lowered(name),
            mark_safe(' class="has-error"') if rules else "",
            self.address_of(f"stages/{stage}"),
            name,
            hole,
            _concat(self._cell(stage, name, ref, letters.get(ref, "")) for ref in self.columns),
        )
        below = self.below.get(stage, "")
        if self.choice and self.choice[0] == stage:
            below = self.choice[2]
        if not below:
            return row
        return format_html(
            '{}<tr class="pop-row"><td colspan="{}" class="pop-cell">{}</td></tr>', row, len(self.columns) + 1, below
        )

    def _cell(self, stage: str, stage_name: str, ref: str, letter: str) -> SafeString:
        is_chosen = self.choice is not None and self.choice[:2] == (stage, ref)
        return format_html(
            '<td><button form="cell-choice" name="cell" value="{}/{}" class="cell{}" data-letter="{}"{} '
            'aria-label="{}">{}</button></td>',
            stage,
            ref,
            " is-focus" if is_chosen else "",
            letter,
            "" if ref in self.held else mark_safe(" data-vacant"),
            cell_label(stage_name, self.names.head(ref)[1], letter),
            _letter(letter, held=ref in self.held or not set(letter) & set("AR"), spoken=False),
        )


def cell_label(stage: str, role: str, letter: str) -> str:
    """What a cell is called for who listens: "Validation, Product owner: C, consulted"."""
    word = LETTERS[letter]
    return f"{stage}, {role}: {letter}, {word}" if letter else f"{stage}, {role}: {word}"


def role_anchor(ref: str) -> str:
    """The id of a column's head."""
    return "role-" + ref.replace("/", "--")


def _concat(parts: Iterable[str]) -> SafeString:
    return SafeString("".join(parts))
