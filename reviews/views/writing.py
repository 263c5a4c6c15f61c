"""Writing a review: the new one and the draft, with who will decide beside it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from charter.words import Kind
from config.components.forms import form_errors
from ledger.errors import Invalid
from reviews.access import get_review_for
from reviews.answers import answer_of_invalid, answer_of_new
from reviews.drafting import MOST_EXPECTATIONS, draft_review, edit_review, expectations_of
from reviews.forms import ExpectationFormSet, ReviewForm, add_refusals, initial_of
from reviews.models import Review
from reviews.panels import panel_of
from reviews.queries import proposable_models, teams_of
from reviews.routing import Outcome, outcome_for
from reviews.rules import can_edit
from reviews.states import Action, state_after
from reviews.submitting import preview, submit_review
from teams.models import MLModel, Person
from teams.rules import reader_of, require

ROWS = "expectations"


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A review that is not stored yet."""
    return _write(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """A draft, or a review whose changes were requested."""
    reader = reader_of(request)
    review = get_review_for(reader, ref)
    require(can_edit(reader, review, teams_of(reader, timezone.now())), _("This review is not yours to edit."))
    state_after(review, Action.EDIT)
    return _write(request, review)


@dataclass
class Sheet:
    """The form and its rows."""

    form: ReviewForm
    rows: Any  # ExpectationRows: what a formset factory makes has no type of its own

    @property
    def fields(self) -> dict[str, Any]:
        return {**self.form.cleaned_data, "expectations": self.rows.said()}

    @property
    def faults(self) -> int:
        return len(self.form.errors) + sum(len(form.errors) for form in self.rows.forms)


def _write(request: HttpRequest, review: Review | None) -> HttpResponse:
    reader, now = reader_of(request), timezone.now()
    models = proposable_models(reader, now)
    if request.method != "POST":
        return _page(request, review, _sheet_of(review, request, models), now)
    wish = request.POST.get("do", "draft")
    if wish not in {"draft", "submit"}:
        return _page(request, review, _typed(request, models, wish), now)
    sheet = Sheet(ReviewForm(request.POST, models=models), ExpectationFormSet(request.POST, prefix=ROWS))
    if all([sheet.form.is_valid(), sheet.rows.is_valid()]):
        try:
            review = _keep(review, sheet.fields, submits=wish == "submit", by=reader, now=now)
        except Invalid as refusal:
            add_refusals(sheet.form, sheet.rows, refusal)
        else:
            said = _("%(ref)s was submitted.") if wish == "submit" else _("%(ref)s is kept as a draft.")
            messages.success(request, said % {"ref": review.ref})
            return redirect(review)
    return _page(request, review, sheet, now, refused=wish)


@transaction.atomic
def _keep(review: Review | None, fields: dict[str, Any], *, submits: bool, by: Person, now: datetime) -> Review:
    """Store what was written and, where asked, send it round: both or nothing."""
    kept = edit_review(review, by=by, now=now, **fields) if review else draft_review(by=by, now=now, **fields)
    return submit_review(kept, by=by, now=now) if submits else kept


def _sheet_of(review: Review | None, request: HttpRequest, models: Any) -> Sheet:
    """A fresh sheet: empty, or with what stands."""
    if review is None:
        initial = {name: request.GET.get(name, "") for name in ("model", "version", "kind")}
        return Sheet(ReviewForm(initial=initial, models=models), ExpectationFormSet(prefix=ROWS))
    rows = ExpectationFormSet(prefix=ROWS, initial=expectations_of(review))
    return Sheet(ReviewForm(initial=initial_of(review), models=models), rows)


def _typed(request: HttpRequest, models: Any, wish: str) -> Sheet:
    """What was typed so far, unjudged: for the preview, for one more row, or with the ends of a row swapped."""
    data = request.POST.copy()
    if swapped := re.fullmatch(r"swap-([0-9]{1,3})", wish):
        low, high = (f"{ROWS}-{swapped[1]}-{name}" for name in ("low", "high"))
        data[low], data[high] = data.get(high, ""), data.get(low, "")
    count = data.get(f"{ROWS}-TOTAL_FORMS", "")
    total = min(int(count), MOST_EXPECTATIONS) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    names = ("metric", "direction", "expected", "low", "high", "by")
    rows = [{name: data.get(f"{ROWS}-{index}-{name}", "") for name in names} for index in range(total)]
    extra = 1 if wish == "row" else 0
    typed_rows = ExpectationFormSet(prefix=ROWS, initial=rows)
    typed_rows.extra = extra or (0 if rows else 1)
    return Sheet(ReviewForm(initial=data.dict(), models=models), typed_rows)


def _page(
    request: HttpRequest, review: Review | None, sheet: Sheet, now: datetime, *, refused: str = ""
) -> HttpResponse:
    reader = reader_of(request)
    outcome = _outcome(review, sheet, reader, now)
    question = _("Should this change go out, and who decides?")
    answer = answer_of_new(outcome, reader, now)
    if refused:
        question = _("Why was it not submitted?") if refused == "submit" else _("Why was it not kept?")
        answer = answer_of_invalid(sheet.faults)
    context = {
        "review": review,
        "form": sheet.form,
        "rows": sheet.rows,
        "question": question,
        "answer": answer,
        "errors": _errors_of(sheet) if refused else "",
        "outcome": outcome,
        "panel": panel_of(outcome, reader, now) if outcome else None,
        "has_models": sheet.form.fields["model"].queryset.exists(),  # type: ignore[attr-defined]
    }
    return render(request, "reviews/review_form.html", context, status=422 if refused else 200)


def _errors_of(sheet: Sheet) -> SafeString:
    """What is to be mended in the form and in its rows, in one place."""
    return render_to_string("components/form_errors.html", form_errors(sheet.form, *sheet.rows.forms))


def _outcome(review: Review | None, sheet: Sheet, reader: Person, now: datetime) -> Outcome | None:
    """Where it would go as it is typed; None until model and kind are known."""
    key, kind = sheet.form["model"].value(), sheet.form["kind"].value()
    if not key or kind not in Kind.values:
        return None
    model: MLModel | None = sheet.form.fields["model"].queryset.filter(key=str(key)).first()  # type: ignore[attr-defined]
    if model is None:
        return None
    if review is None:
        return preview(model=model, kind=kind, by=reader, now=now)
    review.model, review.kind = model, kind
    return outcome_for(review, now=now)
