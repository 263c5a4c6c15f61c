"""Settings of reminders: ladders of the organisation and of a team, and how a person hears of things."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.errors import Invalid
from reminders import answers
from reminders.forms import LaddersForm, PreferencesForm
from reminders.habits import load_habits
from reminders.kinds import all_kinds
from reminders.ladders import Ladders, load_ladders, set_ladders
from reminders.preferences import preferences_of, set_preferences
from reminders.rules import can_set_ladders
from teams.forms import add_refusal
from teams.models import Team
from teams.rules import reader_of, require


def organisation_ladders(request: HttpRequest) -> HttpResponse:
    """When people hear of each kind, in the whole organisation."""
    return _ladders(request, team=None)


def team_ladders(request: HttpRequest, key: str) -> HttpResponse:
    """The same for one team, where it wants it otherwise."""
    return _ladders(request, team=get_object_or_404(Team, key=key))


def _ladders(request: HttpRequest, *, team: Team | None) -> HttpResponse:
    by = reader_of(request)
    require(can_set_ladders(by, team), _("Ladders are set by admins, and by the lead for their own team."))
    team_id = team.pk if team else None
    own = load_ladders(teams=[team_id], kinds=[kind.key for kind in all_kinds()])
    beneath = own if team else Ladders({})
    form = LaddersForm(request.POST or None, own=own, beneath=beneath, team_id=team_id)
    if request.method == "POST" and form.is_valid():
        try:
            changed = set_ladders(team=team, steps=form.cleaned_data, by=by, now=timezone.now())
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Saved. What is open follows it from now on.") if changed else _("As before."))
            return redirect(request.path)
    context = {"form": form, "team": team, "answer": answers.ladders_answer(own, team)}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "reminders/ladders.html", context, status=status)


def notices(request: HttpRequest) -> HttpResponse:
    """How I hear of what is due."""
    reader, now = reader_of(request), timezone.now()
    preferences = preferences_of(reader)
    form = PreferencesForm(request.POST or None, preferences=preferences)
    if request.method == "POST" and form.is_valid():
        try:
            set_preferences(person=reader, now=now, **form.chosen())
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Saved. It holds for every e-mail from now on."))
            return redirect("reminders:notices")
    habits = load_habits({reader.pk: reader}, now)[reader.pk]
    context = {
        "form": form,
        "answer": answers.notices_answer(habits, now),
        "ways": [form[name] for name in form.fields if name.startswith("way_")],
        "zone": habits.timezone.replace("_", " "),
        "holidays": habits.holidays,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "reminders/notices.html", context, status=status)
