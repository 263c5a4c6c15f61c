"""What all views of the editor share: the draft, one act, and the page again where the act was refused.

Every address answers twice alike. A browser without script posts a form and is led back to the page (422 and 409 show
it at once, with the input kept). The script posts the same form with `X-Remit-Section` and gets the same page with that
one section, which it puts in place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from charter import answers
from charter.access import get_draft, get_team
from charter.editing import CellConflict, PartConflict, token_of
from charter.models import Cell, Signature, Version
from charter.pages.editor import Editor
from charter.pages.places import SECTIONS, anchor_of, stored_part
from charter.pages.reading import read_signature, signing_context
from charter.rules import can_edit
from charter.sentences import lowered
from charter.words import VersionState
from config.components import LETTERS
from ledger.errors import Invalid
from teams.forms import add_refusal
from teams.models import Person, Team
from teams.rules import reader_of, require

LETTERS_IN_ORDER = ("A", "R", "AR", "C", "I", "")
ALL_SECTIONS = frozenset(section for section, _label in SECTIONS)


@dataclass
class Desk:
    """A draft on the desk of somebody who may edit it."""

    request: HttpRequest
    team: Team
    version: Version
    by: Person
    where: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def is_scripted(self) -> bool:
        return "X-Remit-Section" in self.request.headers

    def do(
        self,
        act: Callable[[], object],
        *,
        section: str,
        where: str = "",
        form: forms.Form | None = None,
        anchor: str = "",
    ) -> HttpResponse:
        """Do one act; then back to the page, or the page at once with what refused it."""
        was_proposed = self.version.state == VersionState.PROPOSED
        if form is not None and not form.is_valid():
            return self.page(section=section, where=where, form=form, status=422)
        try:
            act()
        except Invalid as refusal:
            if form is None:
                return self.page(section=section, where=where, refusal=refusal.message, status=422)
            add_refusal(form, refusal)
            return self.page(section=section, where=where, form=form, status=422)
        except CellConflict as conflict:
            return self.page(section=section, cell_conflict=conflict, status=409)
        except PartConflict as conflict:
            return self.page(section=section, where=where, form=form, conflict=conflict, status=409)
        if was_proposed:
            text = _("This edit returned version %(number)d to a draft: its signatures are void.")
            messages.warning(self.request, text % {"number": self.version.number})
        if self.is_scripted:
            stays_open = where if self.request.headers.get("X-Remit-Keep") else ""
            return self.page(section=section, where=stays_open)
        return redirect(f"{self.version_address}#{anchor or anchor_of(where) or section}")

    @property
    def version_address(self) -> str:
        return Editor.address_for(self.team)

    def page(
        self,
        *,
        section: str = "",
        where: str = "",
        at: str = "",
        form: forms.Form | None = None,
        conflict: PartConflict | None = None,
        cell_conflict: CellConflict | None = None,
        refusal: str = "",
        status: int = 200,
    ) -> HttpResponse:
        """The editor as the draft stands now."""
        version = get_draft(self.team)
        editor = Editor(version, now=timezone.now(), where=where, at=at, bound=form)
        if conflict is not None and form is not None:
            form.data = form.data.copy()  # type: ignore[attr-defined]
            form.data["seen"] = token_of(stored_part(editor.document, where))  # type: ignore[index]
        signatures = self._signatures(version)
        choice = self._choice(editor) if not cell_conflict else None
        open_stage = editor.open_stage
        below = {}
        if open_stage and open_stage[0] != "+":
            below[open_stage[0]] = self._fragment("charter/open_form.html", {"open": open_stage[1]})
        if version.state == VersionState.PROPOSED:
            answer = answers.who_has_signed(signatures, self.by)
        else:
            answer = answers.can_be_proposed(editor.document, editor.lint.findings)
        context = {
            "team": self.team,
            "version": version,
            "editor": editor,
            "answer": answer,
            "matrix": editor.matrix(choice, below).table(),
            "adding_stage": open_stage[1] if open_stage and open_stage[0] == "+" else None,
            "shown": {section} if self.is_scripted and section else ALL_SECTIONS,
            "conflict": conflict,
            "cell_conflict": self._both_letters(editor, cell_conflict) if cell_conflict else None,
            "refusal": refusal,
            "is_proposed": version.state == VersionState.PROPOSED,
            "lines": [read_signature(each, editor.names) for each in signatures],
            **signing_context(version, signatures, self.by),
            "letters": [(letter, LETTERS[letter]) for letter in LETTERS_IN_ORDER],
            "letter_names": LETTERS_IN_ORDER,
            **self.extra,
        }
        return render(self.request, "charter/edit.html", context, status=status)

    def _signatures(self, version: Version) -> list[Signature]:
        if version.state != VersionState.PROPOSED:
            return []
        return list(version.signatures.exclude(state=Signature.State.VOID).select_related("person"))

    def _choice(self, editor: Editor) -> tuple[str, str, SafeString] | None:
        """The row of letters under a cell that was asked for by `?cell=stage/role`."""
        stage, _slash, ref = self.request.GET.get("cell", "").partition("/")
        names = {each.key: each.name for each in editor.document.stages}
        if stage not in names or ref not in editor.columns:
            return None
        context = {
            "team": self.team,
            "stage": stage,
            "stage_name": lowered(names[stage]),
            "column": ref,
            "role_name": editor.names.head(ref)[1],
            "letter": editor.document.letter(stage, ref),
            "letters": LETTERS_IN_ORDER,
        }
        return stage, ref, self._fragment("charter/cell_choice.html", context)

    def _both_letters(self, editor: Editor, conflict: CellConflict) -> dict[str, Any]:
        """Both values of a cell, and who saved the one that stands."""
        changed = (
            Cell.objects.filter(stage__version=editor.version, stage__key=conflict.stage, letter=conflict.stored)
            .select_related("changed_by", "column__role", "column__role_team")
            .order_by("-changed_at")
        )
        cell = next((each for each in changed if each.column.ref == conflict.column), None)
        names = {each.key: each.name for each in editor.document.stages}
        return {
            "stage": conflict.stage,
            "column": conflict.column,
            "stored": conflict.stored,
            "wanted": conflict.wanted,
            "by": cell.changed_by if cell else None,
            "stage_name": lowered(names.get(conflict.stage, conflict.stage)),
            "role_name": editor.names.head(conflict.column)[1],
        }

    def _fragment(self, template: str, context: Mapping[str, Any]) -> SafeString:
        return render_to_string(template, {**context}, request=self.request)


def open_desk(request: HttpRequest, team_key: str) -> Desk:
    """The desk of a team's draft. Raises 404, Forbidden, NoDraft."""
    team, by = get_team(team_key), reader_of(request)
    require(can_edit(by, team), _("Only the lead of %(team)s or an admin can edit its charter.") % {"team": team})
    return Desk(request, team, get_draft(team), by)
