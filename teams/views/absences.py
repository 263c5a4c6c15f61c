"""Absences: one's own, and for admins those of others."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ledger.errors import Invalid
from teams import answers
from teams.absences import away_from, enter_absence, today_of, withdraw_absence
from teams.forms import AbsenceForm, add_refusal
from teams.models import Absence, Person
from teams.queries import who_covers
from teams.rules import can_enter_absence, reader_of, require

PAST_SHOWN = 20


def own_absences(request: HttpRequest) -> HttpResponse:
    return _absences(request, reader_of(request), address=reverse("teams:absences"))


def absences_of(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(Person, pk=pk)
    allowed = can_enter_absence(reader_of(request), person)
    require(allowed, _("Only %(name)s or an admin may enter these days.") % {"name": person})
    return _absences(request, person, address=reverse("teams:absences-of", args=[pk]))


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    by = reader_of(request)
    absence = get_object_or_404(Absence.objects.select_related("person"), pk=pk)
    person = absence.person
    kept = withdraw_absence(absence, by=by, now=timezone.now())
    done = _("The absence ended yesterday, and is on record so.") if kept else _("The absence is withdrawn.")
    messages.success(request, done)
    return redirect("teams:absences") if person == by else redirect("teams:absences-of", pk=person.pk)


def _absences(request: HttpRequest, person: Person, *, address: str) -> HttpResponse:
    by, now = reader_of(request), timezone.now()
    form = AbsenceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            enter_absence(person=person, by=by, now=now, **form.cleaned_data)
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("The absence is entered; the teams of %(name)s see it.") % {"name": person})
            return redirect(address)
    today = today_of(person, now)
    absences = list(person.absences.all())
    ahead = [absence for absence in absences if absence.last_on >= today]
    context = {
        "person": person,
        "form": form,
        "may_enter": can_enter_absence(by, person),
        "today": today,
        "ahead": ahead,
        "past": [absence for absence in reversed(absences) if absence.last_on < today][:PAST_SHOWN],
        "covers": who_covers(person, today),
        "answer": answers.when_away(person, ahead, away_from(person, ahead, now), is_reader=person == by),
    }
    return render(request, "teams/absences.html", context, status=422 if form.is_bound and form.errors else 200)
