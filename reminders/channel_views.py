"""The channels of a team: webhooks and rooms of a chat. Everybody reads; its lead and admins change."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ledger.errors import Invalid
from reminders import endpoints
from reminders.answers import channels_answer, rotation_answer
from reminders.channel_forms import ChatForm, EndpointForm, RotationForm, WebhookForm
from reminders.deliveries import logs_of
from reminders.kinds import title_of
from reminders.models import Endpoint
from reminders.rules import can_change_channels
from reminders.sealing import SealBroken, unseal
from reminders.wording import when_due
from teams.forms import add_refusal
from teams.models import Person, Team
from teams.rules import reader_of, require


@require_safe
def channels(request: HttpRequest, key: str) -> HttpResponse:
    """Where the team is told beside its people, and what became of what was sent there."""
    return _channels(request, get_object_or_404(Team, key=key))


@never_cache
def new_webhook(request: HttpRequest, key: str) -> HttpResponse:
    """A webhook; its secret is shown in the answer to the form that adds it, and never again."""
    team, by = _team_to_change(request, key)
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            endpoint, secret = endpoints.add_webhook(team=team, by=by, now=timezone.now(), **form.cleaned_data)
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            return _channels(request, team, shown=(endpoint, secret))
    return _form(request, "reminders/channel_new.html", form, team, is_webhook=True)


@never_cache
def new_chat(request: HttpRequest, key: str) -> HttpResponse:
    """A room of a chat."""
    team, by = _team_to_change(request, key)
    form = ChatForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            endpoint = endpoints.add_chat(team=team, by=by, now=timezone.now(), **form.cleaned_data)
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("The channel “%(name)s” is added. Send it a test.") % {"name": endpoint})
            return redirect("reminders:channels", team.key)
    return _form(request, "reminders/channel_new.html", form, team, is_webhook=False)


def edit_channel(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Its name, and what it hears of."""
    team, by = _team_to_change(request, key)
    endpoint = get_object_or_404(Endpoint, team=team, pk=pk)
    form = EndpointForm(request.POST or None, endpoint=endpoint)
    if request.method == "POST" and form.is_valid():
        try:
            endpoints.change_endpoint(endpoint, by=by, now=timezone.now(), **form.cleaned_data)
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("The channel “%(name)s” is changed.") % {"name": form.cleaned_data["name"]})
            return redirect("reminders:channels", team.key)
    return _form(request, "reminders/channel_edit.html", form, team, endpoint=endpoint)


@never_cache
def rotate(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """A new secret, shown in the answer to the form that asked for it, and never again."""
    team, by = _team_to_change(request, key)
    endpoint = get_object_or_404(Endpoint, team=team, pk=pk, way=Endpoint.Way.WEBHOOK)
    form = RotationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            secret = endpoints.rotate_secret(endpoint, by=by, now=timezone.now(), **form.cleaned_data)
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            return _channels(request, team, shown=(endpoint, secret))
    answer = rotation_answer(endpoint, timezone=by.timezone, now=timezone.now())
    return _form(request, "reminders/channel_rotate.html", form, team, endpoint=endpoint, answer=answer)


@require_POST
def send_test(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """A real delivery through the engine; what became of it appears in the log."""
    said = _("The test is on its way. What became of it appears below.")
    return _act(request, key, pk, endpoints.try_out, said)


@require_POST
def disable(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    said = _("The channel is disabled: nothing is sent to it, and nothing is made up for later.")
    return _act(request, key, pk, endpoints.disable_endpoint, said)


@require_POST
def enable(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    return _act(request, key, pk, endpoints.enable_endpoint, _("The channel hears of what comes from now on."))


@require_POST
def remove(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    said = _("The channel is removed, with its address and what was sent there.")
    return _act(request, key, pk, endpoints.remove_endpoint, said)


def _act(request: HttpRequest, key: str, pk: int, act: Callable[..., Any], said: str) -> HttpResponse:
    endpoint = get_object_or_404(Endpoint.objects.select_related("team"), team__key=key, pk=pk)
    act(endpoint, by=reader_of(request), now=timezone.now())
    messages.success(request, said)
    return redirect("reminders:channels", key)


def _team_to_change(request: HttpRequest, key: str) -> tuple[Team, Person]:
    team, by = get_object_or_404(Team, key=key), reader_of(request)
    said = _("Only the lead of %(team)s or an admin may change its channels.") % {"team": team}
    require(can_change_channels(by, team), said)
    return team, by


def _form(request: HttpRequest, template: str, form: forms.Form, team: Team, **context: Any) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    return render(request, template, {"form": form, "team": team, **context}, status=status)


def _channels(request: HttpRequest, team: Team, *, shown: tuple[Endpoint, str] | None = None) -> HttpResponse:
    now, reader = timezone.now(), reader_of(request)
    own = list(Endpoint.objects.filter(team=team))
    logs = logs_of(own, timezone=reader.timezone, now=now)
    can_change = can_change_channels(reader, team)
    lines = [
        {
            "endpoint": endpoint,
            "address": _address_of(endpoint) if can_change and endpoint.way == Endpoint.Way.WEBHOOK else "",
            "kinds": [title_of(kind) for kind in endpoint.kinds],
            "rotates_until": _rotates_until(endpoint, timezone=reader.timezone, now=now),
            "log": logs[endpoint.pk],
        }
        for endpoint in own
    ]
    context = {
        "team": team,
        "lines": lines,
        "answer": channels_answer(team, own),
        "can_change": can_change,
        "is_moving": any(log.is_moving for log in logs.values()),
        "shown": shown,
        "here": reverse("reminders:channels", args=[team.key]),
    }
    return render(request, "reminders/channels.html", context)


def _rotates_until(endpoint: Endpoint, *, timezone: str, now: datetime) -> str:
    """How long the secret before signs as well; nothing where it does not."""
    until = endpoint.previous_until
    return when_due(until, timezone=timezone, now=now) if until is not None and now < until else ""


def _address_of(endpoint: Endpoint) -> str:
    """The whole address of a webhook, for those who may change it."""
    try:
        return unseal(endpoint.sealed_address)
    except SealBroken as broken:
        return str(broken.message)
