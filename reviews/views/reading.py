"""The page of a review."""

from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import get_script_prefix
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reminders.models import Occasion
from reviews.access import get_review_for
from reviews.answers import answer_about, question_about, told_by, waivers_in_words, who_may_not_vote, why_you
from reviews.expectations import rows_of
from reviews.forms import CommentForm, EvidenceForm, PirForm, ReasonForm, VoteForm, WaiverForm
from reviews.looking import look_at
from reviews.models import Review
from reviews.occasions import pir_key
from reviews.panels import panel_of
from reviews.plotting import rows_of_readings
from reviews.queries import teams_of
from reviews.reseating import seat_again, somebody_left
from reviews.routing import outcome_for
from reviews.rules import can_close, can_confirm_break, can_edit, can_release, can_submit, can_withdraw
from reviews.standing import Standing
from reviews.states import Action, is_possible
from reviews.timeline import timeline_of
from reviews.wording import by_when, evidence_names, moment
from reviews.words import ReviewState, VoteWord
from teams.models import Person
from teams.rules import can_change_anything, reader_of

NOT_SUBMITTED = (ReviewState.DRAFT, ReviewState.CHANGES_REQUESTED)


@dataclass
class Forms:
    """Forms of the page that came back with something to mend, by name."""

    refused: dict[str, forms.Form] = field(default_factory=dict)
    is_stale: bool = False


@require_safe
def detail(request: HttpRequest, ref: str) -> HttpResponse:
    reader = reader_of(request)
    review = get_review_for(reader, ref)
    if review.state == ReviewState.SUBMITTED and somebody_left(review, now=timezone.now()):
        seat_again(review, now=timezone.now())
        review = get_review_for(reader, ref)
    return show(request, review)


def show(request: HttpRequest, review: Review, given: Forms | None = None) -> HttpResponse:
    """The page, with the forms that were refused in the place of fresh ones."""
    given = given or Forms()
    status = HTTPStatus.OK
    if given.refused:
        status = HTTPStatus.CONFLICT if given.is_stale else HTTPStatus.UNPROCESSABLE_ENTITY
    context = _context(review, reader_of(request), timezone.now(), given)
    return render(request, "reviews/review_detail.html", context, status=status)


def _context(review: Review, reader: Person, now: datetime, given: Forms) -> dict[str, Any]:
    since = look_at(review, by=reader, now=now) if is_asked(review, reader) else None
    standing = Standing(review)
    member_of = teams_of(reader, now)
    may = {
        "edit": is_possible(review, Action.EDIT) and can_edit(reader, review, member_of),
        "attach": is_possible(review, Action.ATTACH) and can_edit(reader, review, member_of),
        "submit": is_possible(review, Action.SUBMIT) and can_submit(reader, review, member_of),
        "waive": bool(standing.missing) and standing.waits_for(reader),
        "vote": standing.waits_for(reader) or (is_possible(review, Action.VOTE) and reader.pk in standing.votes),
        "release": is_possible(review, Action.RELEASE) and can_release(reader, review),
        "roll_back": is_possible(review, Action.ROLL_BACK) and can_release(reader, review),
        "break_glass": is_possible(review, Action.BREAK_GLASS) and can_release(reader, review),
        "confirm_break": can_confirm_here(review, reader),
        "comment": can_change_anything(reader),
        "close": is_possible(review, Action.CLOSE) and can_close(reader, review),
        "withdraw": is_possible(review, Action.WITHDRAW) and can_withdraw(reader, review),
    }
    outcome = outcome_for(review, now=now) if review.state in NOT_SUBMITTED else None
    pir_due_at = _pir_due_at(review)
    expectations = list(review.expectations.all())
    expected = rows_of(expectations)
    pir = getattr(review, "pir", None)
    fresh: dict[str, forms.Form] = {
        "vote": VoteForm(initial={"vote": VoteWord.APPROVE, "digest": review.digest}),
        "waiver": WaiverForm(missing=standing.missing),
        "evidence": EvidenceForm(initial={"kind": standing.missing[0] if standing.missing else None}),
        "rollback": ReasonForm(auto_id="rollback_%s"),
        "withdraw": ReasonForm(auto_id="withdraw_%s"),
        "break": ReasonForm(auto_id="break_%s"),
        "comment": CommentForm(),
        "pir": PirForm(expectations=expectations),
    }
    return {
        "review": review,
        "standing": standing,
        "state_label": _state_label(review),
        "question": question_about(review),
        "answer": answer_about(standing, reader, now, outcome=outcome, pir_due_at=pir_due_at),
        "may": may,
        "forms": {**fresh, **given.refused},
        "refused": list(given.refused.values()),
        "is_stale": given.is_stale,
        "panel": panel_of(outcome, reader, now) if outcome else None,
        "places": _places(standing, reader, now),
        "why_you": why_you(standing, reader),
        "barred": who_may_not_vote(standing, reader),
        "events": timeline_of(review, reader),
        "missing": evidence_names(standing.missing),
        "waivers": waivers_in_words(review, reader),
        "readings": rows_of_readings(standing.readings),
        "unmeasured": standing.unmeasured,
        "expectations": expected,
        "has_actuals": any(row.actual for row in expected),
        "has_plots": any(row.has_plot for row in expected),
        "has_days": any(row.by for row in expected),
        "since": since,
        "since_when": moment(since.looked_at, reader.timezone) if since else "",
        "dissent": standing.dissent,
        "threads": threads_of(review, reader),
        "broken": getattr(review, "glass_break", None),
        "pir": pir,
        "pir_told": told_by(pir, reader) if pir else "",
        "pir_due": by_when(pir_due_at, reader.timezone, now) if pir_due_at else "",
        "is_running": review.state == ReviewState.SUBMITTED,
        "charter_address": _charter_address(review),
    }


def _state_label(review: Review) -> str:
    if not review.round:
        return str(review.get_state_display())
    return _("%(state)s, round %(round)s") % {"state": review.get_state_display(), "round": review.round}


def _charter_address(review: Review) -> str:
    """Where the version stands that the review was routed by."""
    version = review.charter_version
    return f"{get_script_prefix()}charters/{review.model.team.key}/versions/{version.number}/" if version else ""


def _places(standing: Standing, reader: Person, now: datetime) -> list[dict[str, Any]]:
    """A line for each person of each place: the reader first, then who has voted, then who is still asked."""
    review = standing.review
    due = by_when(review.decide_by, reader.timezone, now) if review.decide_by else ""
    lines = []
    for place in standing.places:
        for asked in place.asked:
            is_mine = asked.person.pk == reader.pk
            if place.is_filled and asked.vote is None and not is_mine:
                continue  # the place is taken: nobody waits for them
            note = moment(asked.vote.cast_at, reader.timezone) if asked.vote else due if is_mine else ""
            lines.append(
                {
                    "person": asked.person,
                    "role": _for_whom(place.place.name, asked.instead_of),
                    "state": asked.vote.vote if asked.vote else "open",
                    "note": note,
                    "said": asked.vote.comment if asked.vote else "",
                    "order": (not is_mine, asked.vote is None),
                }
            )
    return sorted(lines, key=lambda line: line["order"])


def _pir_due_at(review: Review) -> datetime | None:
    if review.released_at is None:
        return None
    return Occasion.objects.filter(key=pir_key(review)).values_list("due_at", flat=True).first()


def is_asked(review: Review, person: Person) -> bool:
    """Whether the person has a place in the review, and so is told what changed since they looked."""
    return any(row.person_id == person.pk for place in review.places.all() for row in place.people.all())


def can_confirm_here(review: Review, reader: Person) -> bool:
    """Whether the reader is a second person whose word is waited for."""
    asked = getattr(review, "glass_break", None)
    if asked is None or asked.asked_by_id == reader.pk or not is_possible(review, Action.BREAK_GLASS):
        return False
    approvers = {row.person_id for place in review.places.all() for row in place.people.all()}
    return can_confirm_break(reader, review, approvers)


def threads_of(review: Review, reader: Person) -> list[dict[str, Any]]:
    """The comments with their answers, oldest first."""
    comments = list(review.comments.all())
    return [
        {
            "first": first,
            "when": moment(first.written_at, reader.timezone),
            "answers": [
                {"comment": each, "when": moment(each.written_at, reader.timezone)}
                for each in comments
                if each.answers_id == first.pk
            ],
        }
        for first in comments
        if first.answers_id is None
    ]


def _for_whom(role: str, absent: Person | None) -> str:
    return _("%(role)s, for %(absent)s") % {"role": role, "absent": absent} if absent else role
