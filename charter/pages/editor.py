"""The editor of a draft: its sections as clauses with slots, the form that stands open, and what lint finds."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from charter.access import documents_reached
from charter.document import REVIEW_AFTER, Document, EscalationLevel
from charter.editing import purpose_of
from charter.editing.parts import KeyedPart, parts_of
from charter.forms import (
    PART_FORMS,
    ColumnForm,
    EvidenceForm,
    LevelForm,
    NamedPartForm,
    PartForm,
    PurposeForm,
    ReviewAfterForm,
    StageForm,
)
from charter.lint import Finding, Result, Severity, lint_document
from charter.mending import mend_of
from charter.models import Version
from charter.offers import Offers
from charter.pages.clauses import Clause, Entry, OpenForm, PathClauses, Shown
from charter.pages.matrix import EditMatrix, role_anchor
from charter.pages.places import NUMBERS, SECTIONS, anchor_of, section_of
from charter.pages.rituals import next_day
from charter.queries import known_definitions
from charter.resolver import current_seats, opens_at, who_is_called
from charter.sentences import (
    Mark,
    Names,
    day_in_words,
    duration_in_words,
    evidence_in_words,
    level_sentence,
    north_star_sentence,
    path_sentence,
    right_sentence,
    ritual_sentence,
    slots,
    threshold_sentence,
    title_of,
    voices_sentence,
)
from charter.storage import read_rows
from config.words import in_words
from teams.models import Team
from teams.organisation import Organisation, load_organisation


class Editor:
    """What the editor shows of a draft. `where` names the form that stands open, as in "decisions/replace-model".

    `bound` is a form with input that could not be saved; it takes the place of the one that would be built.
    """

    def __init__(
        self, version: Version, *, now: datetime, where: str = "", at: str = "", bound: forms.Form | None = None
    ) -> None:
        self.version = version
        self.team: Team = version.charter.team
        self.now = now
        self.where = where
        self.at = at
        self.bound = bound
        self.document: Document = read_rows(version)
        self.organisation: Organisation = load_organisation()
        self.names = Names(self.organisation, self.team.key)
        self.columns = [column.ref for column in version.columns.select_related("role", "role_team")]

    # -- what the whole page needs -----------------------------------------------------------------------------

    @cached_property
    def others(self) -> Mapping[str, Document]:
        also = self.offers_teams if self.where.startswith("escalation/") else ()
        return documents_reached(self.document, self.now, also=also)

    @cached_property
    def offers_teams(self) -> Sequence[str]:
        return Offers(self.organisation, self.document, {}).teams

    @cached_property
    def offers(self) -> Offers:
        return Offers(self.organisation, self.document, self.others)

    @cached_property
    def lint(self) -> Result:
        return lint_document(
            self.document,
            now=self.now,
            organisation=self.organisation,
            others=self.others,
            definitions=known_definitions(),
        )

    @property
    def errors(self) -> int:
        return self.lint.count(Severity.ERROR)

    @property
    def warnings(self) -> int:
        return self.lint.count(Severity.WARNING)

    @property
    def why_not(self) -> str:
        """Why the draft cannot be proposed."""
        text = ngettext(
            "%(count)s error must be mended before the draft can be proposed.",
            "%(count)s errors must be mended before the draft can be proposed.",
            self.errors,
        )
        return text % {"count": in_words(self.errors, start=True)}

    @cached_property
    def findings_at(self) -> Mapping[str, Sequence[Finding]]:
        """Findings by the place that they are about: the first two or four parts of their pointer."""
        found: dict[str, list[Finding]] = defaultdict(list)
        for finding in self.lint.findings:
            found[finding.pointer].append(finding)
        return found

    @cached_property
    def contents(self) -> Sequence[Entry]:
        errors: dict[str, int] = defaultdict(int)
        warnings: dict[str, int] = defaultdict(int)
        for finding in self.lint.findings:
            counts = {Severity.ERROR: errors, Severity.WARNING: warnings}.get(finding.severity)
            if counts is not None:
                counts[section_of(finding.pointer)] += 1
        return [Entry(key, str(label), errors[key], warnings[key]) for key, label in SECTIONS]

    @cached_property
    def shown_findings(self) -> Sequence[Shown]:
        return [self._shown(finding) for finding in self.lint.findings]

    @staticmethod
    def address_for(team: Team) -> str:
        return reverse("charter:edit", args=[team.key])

    @property
    def address(self) -> str:
        return self.address_for(self.team)

    def address_of(self, where: str, at: str = "") -> str:
        """Where a form is open, with one of its fields in focus."""
        query = {"edit": where, **({"at": at} if at else {})}
        return f"{self.address}?{urlencode(query, safe='/')}#{anchor_of(where)}"

    # -- purpose -----------------------------------------------------------------------------------------------

    @cached_property
    def purpose_form(self) -> forms.Form:
        return self._bound_or(PurposeForm, lambda: PurposeForm(stored=purpose_of(self.document), auto_id="purpose-%s"))

    @cached_property
    def north_star(self) -> SafeString:
        star = self.document.north_star
        return north_star_sentence(star) if star else SafeString("")

    # -- matrix ------------------------------------------------------------------------------------------------

    @cached_property
    def held(self) -> set[str]:
        """The roles of the matrix that somebody holds today."""
        return {ref for ref in self.columns if current_seats(self.organisation, self.team.key, ref, self.now)}

    def matrix(
        self, choice: tuple[str, str, SafeString] | None = None, below: Mapping[str, SafeString] | None = None
    ) -> EditMatrix:
        holes = {
            stage.key: [finding.rule_id for finding in self.findings_at.get(f"/stages/{stage.key}", ())]
            for stage in self.document.stages
        }
        return EditMatrix(
            document=self.document,
            names=self.names,
            columns=self.columns,
            held=self.held,
            holes=holes,
            address_of=self.address_of,
            choice=choice,
            below=below or {},
        )

    @cached_property
    def open_stage(self) -> tuple[str, OpenForm] | None:
        """The form of a stage that stands open; "+" where one is added."""
        head, _slash, key = self.where.partition("/")
        if head != "stages":
            return None
        keys = [stage.key for stage in self.document.stages]
        if key == "+":
            form = self._bound_or(StageForm, lambda: StageForm(auto_id="stage-new-%s"))
            return "+", self._form(form, _("Add a stage"), "charter:add-stage")
        if key not in keys:
            return None
        index = keys.index(key)
        stage = self.document.stages[index]
        initial = {"name": stage.name, "outcome": stage.outcome}
        form = self._bound_or(StageForm, lambda: StageForm(initial=initial, auto_id=f"stage-{key}-%s"))
        return key, self._form(form, stage.name, "charter:change-stage", key, index=index, count=len(keys))

    @cached_property
    def open_role(self) -> OpenForm | None:
        """The form of a column that stands open, or of one that is added."""
        head, _slash, ref = self.where.partition("/")
        if head != "roles":
            return None
        if ref == "+":
            form = self._bound_or(ColumnForm, lambda: ColumnForm(auto_id="role-new-%s"))
            return self._form(form, _("Add a role"), "charter:add-role")
        if ref not in self.columns:
            return None
        form = self._bound_or(ColumnForm, lambda: ColumnForm(initial={"role": ref}, auto_id="role-open-%s"))
        return OpenForm(
            form=form,
            action=reverse("charter:change-role", args=[self.team.key]),
            title=self.names.head(ref)[1],
            close=f"{self.address}#{role_anchor(ref)}",
            move=reverse("charter:move-role", args=[self.team.key]),
            remove=reverse("charter:remove-role", args=[self.team.key]),
            body={"column": ref},
            index=self.columns.index(ref),
            count=len(self.columns),
        )

    # -- clauses -----------------------------------------------------------------------------------------------

    @cached_property
    def rights(self) -> Sequence[Clause]:
        return [
            self._clause(
                "decisions",
                number,
                right,
                right_sentence(right, self.names, mark),
                voices_sentence(right, self.names, mark),
            )
            for number, right in enumerate(self.document.decisions)
            if (mark := self._mark(f"decisions/{right.key}"))
        ]

    @cached_property
    def paths(self) -> Sequence[PathClauses]:
        clauses = []
        count = 0
        for number, path in enumerate(self.document.escalation):
            where = f"escalation/{path.key}"
            clauses.append(
                PathClauses(
                    head=self._clause("escalation", number, path, path_sentence(path, self._mark(where))),
                    title=title_of(path.key),
                    levels=[
                        self._level_clause(number, level_number, f"{NUMBERS['escalation']}.{count + level_number + 1}")
                        for level_number in range(len(path.levels))
                    ],
                    adding=self._adding_level(path.key),
                    add_address=self.address_of(f"{where}/+"),
                )
            )
            count += len(path.levels)
        return clauses

    @cached_property
    def thresholds(self) -> Sequence[Clause]:
        return [
            self._clause("thresholds", number, part, threshold_sentence(part, self._mark(f"thresholds/{part.key}")))
            for number, part in enumerate(self.document.thresholds)
        ]

    @cached_property
    def rituals(self) -> Sequence[Clause]:
        return [
            self._clause(
                "rituals",
                number,
                part,
                ritual_sentence(part, self.names, self._mark(f"rituals/{part.key}")),
                self._next(part),
            )
            for number, part in enumerate(self.document.rituals)
        ]

    @cached_property
    def evidence(self) -> Sequence[Clause]:
        """A clause a tier, which one form edits, and the one about the post-implementation review."""
        mark = self._mark("evidence")
        clauses = [
            Clause(
                id="evidence-tiers" if tier == 3 else f"evidence-tier-{tier}",
                number=f"{NUMBERS['evidence']}.{tier}",
                sentence=format_html(
                    _("A review of tier {tier} must carry {kinds}."),
                    tier=tier,
                    kinds=mark(f"tier_{tier}", evidence_in_words(self.document.evidence_for(tier))),
                ),
                open=self._evidence_form() if tier == 3 and self.where == "evidence" else None,
            )
            for tier in (1, 2, 3)
        ]
        stated = self.document.post_implementation_review
        after = duration_in_words(stated.after if stated else REVIEW_AFTER)
        sentence = format_html(
            _("A post-implementation review falls due {time} after the release."),
            time=self._mark("review-after")("after", after),
        )
        clauses.append(
            Clause(
                id="review-after",
                number=f"{NUMBERS['evidence']}.4",
                sentence=sentence,
                open=self._review_form() if self.where == "review-after" else None,
            )
        )
        return clauses

    @cached_property
    def adding(self) -> Mapping[str, OpenForm]:
        """The form that adds a part to a section, where one stands open."""
        section, _slash, key = self.where.partition("/")
        if key != "+" or section not in PART_FORMS:
            return {}
        form = self._bound_or(
            PART_FORMS[section],
            lambda: PART_FORMS[section](initial=self._first_values(section), auto_id=f"{section}-new-%s"),
        )
        return {section: self._form(form, str(ADD[section]), "charter:add-part", section)}

    # -- building blocks ---------------------------------------------------------------------------------------

    def _mark(self, where: str) -> Mark:
        return slots(lambda at: self.address_of(where, at))

    def _clause(
        self,
        section: str,
        index: int,
        part: KeyedPart,
        sentence: SafeString,
        note: str = "",
    ) -> Clause:
        where = f"{section}/{part.key}"
        return Clause(
            id=anchor_of(where),
            number=f"{NUMBERS[section]}.{index + 1}",
            sentence=sentence,
            note=note,
            findings=self.findings_at.get(f"/{where}", ()),
            open=self._part_form(section, index, part) if self.where == where else None,
        )

    def _part_form(self, section: str, index: int, part: KeyedPart) -> OpenForm:
        form_class: type[NamedPartForm] = PART_FORMS[section]
        form = self._bound_or(form_class, lambda: form_class(stored=part, auto_id=f"{anchor_of(self.where)}-%s"))
        count = len(parts_of(self.document, section))
        return self._form(form, title_of(part.key), "charter:change-part", section, part.key, index=index, count=count)

    def _level_clause(self, path_number: int, number: int, label: str) -> Clause:
        path = self.document.escalation[path_number]
        where = f"escalation/{path.key}/{number}"
        start = opens_at(self.organisation, self.team.key, path, self.now)
        meant = who_is_called(
            self.organisation,
            {**self.others, self.team.key: self.document},
            self.team.key,
            path.levels[number].to,
            start,
        )
        return Clause(
            id=anchor_of(where),
            number=label,
            sentence=level_sentence(
                path,
                number,
                self.names,
                lambda level: self._mark(f"escalation/{path.key}/{level}"),
                reaches=meant.person is not None,
            ),
            findings=self.findings_at.get(f"/escalation/{path.key}/levels/{number}", ()),
            open=self._level_form(path.key, number, path.levels) if self.where == where else None,
        )

    def _level_form(self, path: str, number: int, levels: Sequence[EscalationLevel]) -> OpenForm:
        form = self._bound_or(
            LevelForm,
            lambda: LevelForm(stored=levels[number], auto_id=f"{anchor_of(self.where)}-%s"),
        )
        return self._form(
            form, _("Level %(number)d") % {"number": number + 1}, "charter:change-level", path, number,
            index=number, count=len(levels),
        )  # fmt: skip

    def _adding_level(self, path: str) -> OpenForm | None:
        if self.where != f"escalation/{path}/+":
            return None
        initial = {"acknowledge_within": "30m", "channels": ["email"]}
        form = self._bound_or(LevelForm, lambda: LevelForm(initial=initial, auto_id=f"level-new-{path}-%s"))
        return self._form(form, _("Add a level"), "charter:add-level", path)

    def _evidence_form(self) -> OpenForm:
        initial = {f"tier_{tier}": [kind.value for kind in self.document.evidence_for(tier)] for tier in (1, 2, 3)}
        form = self._bound_or(EvidenceForm, lambda: EvidenceForm(initial=initial, auto_id="evidence-%s"))
        return self._form(form, _("Evidence by tier"), "charter:set-evidence")

    def _review_form(self) -> OpenForm:
        after = self.document.post_implementation_review
        form = self._bound_or(
            ReviewAfterForm,
            lambda: ReviewAfterForm(initial={"after": after.after if after else ""}, auto_id="review-%s"),
        )
        return self._form(form, _("Post-implementation review"), "charter:set-review-after")

    def _bound_or(self, form_class: type[forms.Form], build: Callable[[], forms.Form]) -> forms.Form:
        """The form with the input that was refused, or a fresh one, with what its fields offer."""
        form = self.bound if isinstance(self.bound, form_class) else build()
        if isinstance(form, PartForm | ColumnForm):
            form.offer(self.offers)
        if self.at in form.fields:
            form.fields[self.at].widget.attrs["autofocus"] = True
        return form

    def _form(
        self, form: forms.Form, title: str, route: str, *args: object, index: int = 0, count: int = 0
    ) -> OpenForm:
        """A form at its address; what is there already can be moved and removed as well."""
        where = [self.team.key, *args]
        kind = route.removeprefix("charter:change-")
        is_kept = kind in {"part", "level", "stage"} and kind != route
        return OpenForm(
            form=form,
            action=reverse(route, args=where),
            title=title,
            close=f"{self.address}#{anchor_of(self.where)}",
            id="" if is_kept else anchor_of(self.where),
            move=reverse(f"charter:move-{kind}", args=where) if is_kept else "",
            remove=reverse(f"charter:remove-{kind}", args=where) if is_kept else "",
            index=index,
            count=count,
        )

    def _first_values(self, section: str) -> dict[str, object]:
        if section == "rituals":
            today = self.now.astimezone(ZoneInfo(self.team.timezone)).date()
            return {"timezone": self.team.timezone, "starts_on": today}
        return {"decide_within": "3 business days"} if section == "decisions" else {}

    def _next(self, part: KeyedPart) -> SafeString:
        day = next_day(part, self.now)  # type: ignore[arg-type]
        if day is None:
            return format_html("{}", _("It never comes round again."))
        return format_html("{}", _("Next: %(day)s.") % {"day": day_in_words(day, self.now.date())})

    def _shown(self, finding: Finding) -> Shown:
        head, *rest = finding.pointer.strip("/").split("/")
        section = section_of(finding.pointer)
        text, href, go = finding.message, f"#{section}", _("Go to the section")
        if head == "stages" and rest:
            name = next((stage.name for stage in self.document.stages if stage.key == rest[0]), rest[0])
            text, href, go = f"{name}: {finding.message}", f"#stage-{rest[0]}", _("Go to the cell")
        elif head in PART_FORMS and rest:
            where = f"{head}/{rest[0]}"
            text, href, go = f"{title_of(rest[0])}: {finding.message}", f"#{anchor_of(where)}", _("Go to the clause")
            if len(rest) == 3 and rest[1] == "levels":
                number = int(rest[2])
                href, go = f"#{anchor_of(f'{where}/{number}')}", _("Go to the level")
                text = _("%(path)s, level %(number)d: %(message)s") % {
                    "path": title_of(rest[0]),
                    "number": number + 1,
                    "message": finding.message,
                }
        mend = mend_of(
            self.document,
            rule=finding.rule_id,
            pointer=finding.pointer,
            organisation=self.organisation,
            now=self.now,
        )
        sentence = text[:1].upper() + text[1:].rstrip(".") + "."
        return Shown(finding, sentence, href, go, fix=mend.label if mend else "")


ADD = {
    "decisions": gettext_lazy("Add a decision right"),
    "escalation": gettext_lazy("Add a path"),
    "thresholds": gettext_lazy("Add a threshold"),
    "rituals": gettext_lazy("Add a ritual"),
}
