"""The people, and one person: seats, what they answer for, what reaches them."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.answers.people import what_is_theirs, who_works_here
from portal.forms import PersonFilters
from portal.queries.people import count_people, people_matching, person_lines, person_page
from teams.models import Person
from teams.rules import can_change_organisation, reader_of

PAGE = 50


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    filters = PersonFilters(request.GET)
    page = Paginator(people_matching(**filters.asked), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": person_lines(list(page), timezone.localdate()),
        "answer": who_works_here(**count_people(timezone.localdate())),
        "filters": filters,
        "can_change": can_change_organisation(request.user),
    }
    return render(request, "portal/people.html", context)


@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    reader = reader_of(request)
    found = get_object_or_404(Person, pk=pk)
    page = person_page(found, timezone.now())
    context = {
        "person": found,
        "page": page,
        "answer": what_is_theirs(page, reader),
        "reaches_title": _("What reaches me") if found == reader else _("What reaches them"),
        "can_change": can_change_organisation(reader),
    }
    return render(request, "portal/person.html", context)
