"""Action items: the lists, one item, and what becomes of it."""

from collections.abc import Callable
from functools import partial

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ledger.errors import Invalid
from reminders.action_items import answers
from reminders.action_items.acts import drop_action, finish_action, move_action, promise_action
from reminders.action_items.forms import ActionFilter, DropForm, MoveForm, PromiseForm
from reminders.action_items.queries import (
    ALL,
    MINE,
    TABS,
    count_on_tabs,
    items_on,
    kept_promises,
    lines_of,
    local_day,
    teams_of,
    visible_to,
)
from reminders.action_items.rules import can_settle
from reminders.models import ActionItem
from teams.forms import add_refusal
from teams.rules import can_change_anything, reader_of, require

PAGE = 50


@require_safe
def actions(request: HttpRequest) -> HttpResponse:
    """What was promised: mine, in my teams, late, all."""
    reader = reader_of(request)
    today = local_day(reader, timezone.now())
    tab = request.GET.get("tab", MINE)
    tab = tab if tab in TABS else MINE
    filters = ActionFilter(request.GET)
    items = items_on(tab, reader, today)
    page = Paginator(filters.apply(items) if tab == ALL else items, PAGE).get_page(request.GET.get("page"))
    lines = lines_of(page, reader, today)
    counts = count_on_tabs(reader, today)
    kept = kept_promises(today)
    labels = {"mine": _("Mine"), "team": _("My teams"), "overdue": _("Overdue"), "all": _("All")}
    context = {
        "tab": tab,
        "tabs": [(name, labels[name], counts[name], name == tab) for name in TABS],
        "page": page,
        "lines": lines,
        "filters": filters,
        "kept": kept,
        "kept_note": answers.what_is_kept(kept),
        "answer": answers.what_was_promised(tab, lines[0] if lines else None, counts),
        "may_promise": can_change_anything(reader),
        "here": request.get_full_path(),
    }
    return render(request, "reminders/actions.html", context)


def new_action(request: HttpRequest) -> HttpResponse:
    """Put down a promise."""
    by, now = reader_of(request), timezone.now()
    require(can_change_anything(by), _("Auditors read everything and change nothing."))
    team = teams_of(by, local_day(by, now)).first()
    initial = {"owner": by.pk, "team": request.GET.get("team") or (team.key if team else "")}
    form = PromiseForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            item = promise_action(by=by, now=now, **form.cleaned_data)
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("“%(title)s” is on record.") % {"title": item.title})
            return redirect(item)
    context = {"form": form, "answer": answers.what_a_promise_is()}
    return render(request, "reminders/action_new.html", context, status=422 if form.errors else 200)


@require_safe
def action(request: HttpRequest, pk: int) -> HttpResponse:
    """One action item, its history, and what can become of it."""
    return _action(request, get_object_or_404(visible_to(reader_of(request)), pk=pk))


@require_POST
def done(request: HttpRequest, pk: int) -> HttpResponse:
    by = reader_of(request)
    item = finish_action(get_object_or_404(visible_to(by), pk=pk), by=by, now=timezone.now())
    messages.success(request, _("Done: %(title)s") % {"title": item.title})
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else item.get_absolute_url())


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(visible_to(reader_of(request)), pk=pk)
    return _settle(request, item, MoveForm(request.POST), move_action, _("“%(title)s” has another date."))


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(visible_to(reader_of(request)), pk=pk)
    return _settle(request, item, DropForm(request.POST), drop_action, _("“%(title)s” is dropped."))


def _settle(
    request: HttpRequest, item: ActionItem, form: forms.Form, act: Callable[..., ActionItem], said: str
) -> HttpResponse:
    by = reader_of(request)
    require(can_settle(by, item), _("Its owner, the lead of the team and admins settle an action item."))
    if form.is_valid():
        try:
            partial(act, item, by=by, now=timezone.now())(**form.cleaned_data)
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, said % {"title": item.title})
            return redirect(item)
    return _action(request, item, form)


def _action(request: HttpRequest, item: ActionItem, refused: forms.Form | None = None) -> HttpResponse:
    reader, now = reader_of(request), timezone.now()
    carry_overs = list(item.carry_overs.select_related("by"))
    is_open = item.state == ActionItem.State.OPEN
    context = {
        "item": item,
        "is_open": is_open,
        "carry_overs": carry_overs,
        "may_settle": is_open and can_settle(reader, item),
        "refused": refused,
        "move": refused if isinstance(refused, MoveForm) else MoveForm(),
        "drop": refused if isinstance(refused, DropForm) else DropForm(),
        "answer": answers.what_became_of(
            item, reader, days=(item.due_on - local_day(reader, now)).days, carried_over=len(carry_overs)
        ),
        "list_address": reverse("reminders:actions"),
    }
    return render(request, "reminders/action.html", context, status=200 if refused is None else 422)
