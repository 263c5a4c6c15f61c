"""What readers do on the page of a review. Each view makes one domain call and goes back to the page."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ledger.errors import Invalid
from reviews.access import get_review_for
from reviews.breaking import ask_to_break_glass, confirm_break_glass
from reviews.commenting import add_comment
from reviews.evidence import attach_evidence
from reviews.forms import CommentForm, EvidenceForm, PirForm, ReasonForm, VoteForm, WaiverForm
from reviews.models import Review
from reviews.releasing import close_review, release_review, roll_back_review
from reviews.standing import Standing
from reviews.submitting import submit_review, withdraw_review
from reviews.views.reading import Forms, show
from reviews.voting import SomethingChanged, cast_vote
from reviews.waiving import waive_evidence
from teams.forms import add_refusal
from teams.rules import reader_of


@require_POST
def submit(request: HttpRequest, ref: str) -> HttpResponse:
    reader = reader_of(request)
    review = get_review_for(reader, ref)
    try:
        submit_review(review, by=reader, now=timezone.now())
    except Invalid as refusal:
        form = forms.Form({})
        add_refusal(form, refusal)
        return show(request, review, Forms({"submit": form}))
    messages.success(request, _("%(ref)s was submitted.") % {"ref": ref})
    return redirect(review)


@require_POST
def vote(request: HttpRequest, ref: str) -> HttpResponse:
    reader = reader_of(request)
    review = get_review_for(reader, ref)
    form = VoteForm(request.POST)
    if form.is_valid():
        try:
            cast_vote(review, by=reader, now=timezone.now(), **form.cleaned_data)
        except Invalid as refusal:
            add_refusal(form, refusal)
        except SomethingChanged as refusal:
            # the vote and the comment are kept, bound to what stands now, for whoever still means them
            again = VoteForm({**form.cleaned_data, "digest": review.digest})
            again.add_error(None, refusal.message)
            return show(request, review, Forms({"vote": again}, is_stale=True))
        else:
            messages.success(request, _("Your vote on %(ref)s is recorded.") % {"ref": ref})
            return redirect(review)
    return show(request, review, Forms({"vote": form}))


@require_POST
def attach(request: HttpRequest, ref: str) -> HttpResponse:
    said = _("The evidence is attached.")
    return _act(
        request, ref, "evidence", form=EvidenceForm(request.POST, request.FILES), act=attach_evidence, said=said
    )


@require_POST
def waive(request: HttpRequest, ref: str) -> HttpResponse:
    review = get_review_for(reader_of(request), ref)
    form = WaiverForm(request.POST, missing=Standing(review).missing)
    return _act(request, ref, "waiver", form=form, act=waive_evidence, said=_("The evidence is waived."))


@require_POST
def comment(request: HttpRequest, ref: str) -> HttpResponse:
    form = CommentForm(request.POST)
    return _act(request, ref, "comment", form=form, act=add_comment, said=_("The comment stands below."))


@require_POST
def break_glass(request: HttpRequest, ref: str) -> HttpResponse:
    form = ReasonForm(request.POST, auto_id="break_%s")
    said = _("A second person is asked to confirm.")
    return _act(request, ref, "break", form=form, act=ask_to_break_glass, said=said)


@require_POST
def confirm_break(request: HttpRequest, ref: str) -> HttpResponse:
    reader = reader_of(request)
    review = confirm_break_glass(get_review_for(reader, ref), by=reader, now=timezone.now())
    messages.success(request, _("%(ref)s is released before its decision.") % {"ref": ref})
    return redirect(review)


@require_POST
def release(request: HttpRequest, ref: str) -> HttpResponse:
    reader = reader_of(request)
    review = release_review(get_review_for(reader, ref), by=reader, now=timezone.now())
    messages.success(request, _("%(ref)s is released.") % {"ref": ref})
    return redirect(review)


@require_POST
def roll_back(request: HttpRequest, ref: str) -> HttpResponse:
    form = ReasonForm(request.POST, auto_id="rollback_%s")
    said = _("%(ref)s is rolled back.") % {"ref": ref}
    return _act(request, ref, "rollback", form=form, act=roll_back_review, said=said)


@require_POST
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    form = ReasonForm(request.POST, auto_id="withdraw_%s")
    said = _("%(ref)s is withdrawn.") % {"ref": ref}
    return _act(request, ref, "withdraw", form=form, act=withdraw_review, said=said)


@require_POST
def close(request: HttpRequest, ref: str) -> HttpResponse:
    reader = reader_of(request)
    review = get_review_for(reader, ref)
    form = PirForm(request.POST, expectations=list(review.expectations.all()))

    def close_with(review: Review, **values: Any) -> None:
        values = {name: value for name, value in values.items() if not name.startswith(("actual-", "lesson-"))}
        close_review(review, actuals=form.actuals(), sorted_lessons=form.sorted_lessons(), **values)

    return _act(request, ref, "pir", form=form, act=close_with, said=_("%(ref)s is closed.") % {"ref": ref})


def _act(
    request: HttpRequest, ref: str, name: str, *, form: forms.Form, act: Callable[..., Any], said: str
) -> HttpResponse:
    """Do it with what the form says, or show the page again with what is to be mended."""
    reader = reader_of(request)
    review = get_review_for(reader, ref)
    if form.is_valid():
        try:
            act(review, by=reader, now=timezone.now(), **form.cleaned_data)
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, said)
            return redirect(review)
    return show(request, review, Forms({name: form}))
