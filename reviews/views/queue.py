"""The list of reviews: what waits for me, what is mine, my teams', all."""

from datetime import datetime

from django.core.paginator import Paginator
from django.db.models import Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reminders.wording import short_moment
from reviews.answers import answer_of_queue, what_blocks
from reviews.forms import QueueFilter
from reviews.models import Review
from reviews.queries import OPEN_STATES, teams_of, to_be_acted_on_by, visible_to, with_row, written_by
from reviews.standing import Standing
from reviews.wording import age
from reviews.words import ReviewState
from teams.models import Person
from teams.rules import reader_of

ROWS_PER_PAGE = 30
SORTS = {
    "due": "decide_by",
    "-due": "-decide_by",
    "age": "drafted_at",
    "-age": "-drafted_at",
    "tier": "model__tier",
    "-tier": "-model__tier",
}


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Reviews by whose they are, filtered by what the address says."""
    reader, now = reader_of(request), timezone.now()
    tabs = _tabs(reader, now)
    tab = request.GET.get("tab", "")
    tab = tab if tab in tabs else "waiting"
    form = QueueFilter(request.GET)
    reviews = _narrowed(tabs[tab], form)
    order = SORTS.get(request.GET.get("sort", ""), "decide_by" if tab == "waiting" else "-id")
    page = Paginator(with_row(reviews).order_by(order, "-id"), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    counts = {name: some.count() for name, some in tabs.items() if name != "all"}
    soonest = tabs["waiting"].filter(state=ReviewState.SUBMITTED).aggregate(soonest=Min("decide_by"))["soonest"]
    labels = {"waiting": _("Waiting for me"), "mine": _("Mine"), "team": _("My teams"), "all": _("All")}
    context = {
        "answer": answer_of_queue(counts["waiting"], soonest, reader, now),
        "tabs": [
            {"label": label, "name": name, "count": counts.get(name), "is_current": name == tab}
            for name, label in labels.items()
        ],
        "tab": tab,
        "form": form,
        "is_filtered": form.is_valid() and any(form.cleaned_data.values()),
        "page": page,
        "rows": [_row(review, reader, now) for review in page],
    }
    return render(request, "reviews/review_list.html", context)


def _tabs(reader: Person, now: datetime) -> dict[str, QuerySet[Review]]:
    return {
        "waiting": to_be_acted_on_by(reader),
        "mine": visible_to(reader).filter(pk__in=written_by(reader).values("pk")),
        "team": visible_to(reader).filter(
            Q(model__team__in=teams_of(reader, now)) | Q(model__team__lead=reader), state__in=OPEN_STATES
        ),
        "all": visible_to(reader),
    }


def _narrowed(reviews: QuerySet[Review], form: QueueFilter) -> QuerySet[Review]:
    """What the filter leaves; a filter that cannot be read narrows nothing."""
    asked = form.cleaned_data if form.is_valid() else {}
    if text := asked.get("q"):
        reviews = reviews.filter(
            Q(title__icontains=text) | Q(model__name__icontains=text) | Q(model__key__icontains=text) | Q(version=text)
        )
    if state := asked.get("state"):
        reviews = reviews.filter(state=state)
    if team := asked.get("team"):
        reviews = reviews.filter(model__team=team)
    if tier := asked.get("tier"):
        reviews = reviews.filter(model__tier=tier)
    return reviews


def _row(review: Review, reader: Person, now: datetime) -> dict[str, object]:
    standing = Standing(review)
    due = review.decide_by if review.state == ReviewState.SUBMITTED else None
    return {
        "review": review,
        "due": short_moment(due, timezone=reader.timezone, now=now) if due else "",
        "is_overdue": due is not None and due < now,
        "age": age(review.drafted_at, now),
        "filled": standing.filled,
        "wanted": standing.wanted if review.state == ReviewState.SUBMITTED else 0,
        "blocks": what_blocks(standing),
    }
