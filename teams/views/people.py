"""Adding, changing and deactivating people."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from teams import answers
from teams.forms import PersonForm
from teams.models import Person
from teams.people import add_person, change_person, deactivate_person, reactivate_person
from teams.queries import seats_held_on
from teams.rules import reader_of, require_admin
from teams.views.editing import answer_form


def new_person(request: HttpRequest) -> HttpResponse:
    by = reader_of(request)
    require_admin(by)
    return answer_form(
        request,
        PersonForm(request.POST or None, initial={"timezone": by.timezone}),
        act=lambda values: add_person(by=by, now=timezone.now(), **values),
        done=_("%(object)s is added. Give them a seat from the page of their team."),
        page={
            "where": _("People"),
            "question": _("Who is new?"),
            "answer": answers.who_is_here(Person.objects.filter(is_active=True).count()),
            "submit": _("Add the person"),
            "back": reverse("portal:people"),
        },
    )


def edit_person(request: HttpRequest, pk: int) -> HttpResponse:
    by = reader_of(request)
    require_admin(by)
    person = get_object_or_404(Person, pk=pk)
    return answer_form(
        request,
        PersonForm(request.POST or None, person=person),
        act=lambda values: change_person(person, by=by, now=timezone.now(), **values),
        done=_("%(object)s is changed."),
        page={
            "where": person.name,
            "question": _("What is said about %(name)s?") % {"name": person},
            "answer": answers.what_leaving_means(
                person,
                seats=seats_held_on(timezone.localdate()).filter(person=person).count(),
                models=person.models_accountable_for.exclude(stage="retired").count(),
            ),
            "submit": _("Save"),
            "back": person.get_absolute_url(),
        },
        template="teams/person_edit.html",
        person=person,
    )


@require_POST
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    person = deactivate_person(get_object_or_404(Person, pk=pk), by=reader_of(request), now=timezone.now())
    messages.success(
        request, _("%(name)s is deactivated. Their seats are holes until somebody takes them.") % {"name": person}
    )
    return redirect(person)


@require_POST
def reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    person = reactivate_person(get_object_or_404(Person, pk=pk), by=reader_of(request), now=timezone.now())
    messages.success(request, _("%(name)s is active again.") % {"name": person})
    return redirect(person)
