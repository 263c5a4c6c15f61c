"""My remit: the page that everybody lands on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.answers.home import what_i_hold, what_waits, who_i_am
from portal.queries.home import home_page
from teams.rules import reader_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    reader, now = reader_of(request), timezone.now()
    page = home_page(reader, now)
    with timezone.override(reader.timezone):
        context = {
            "page": page,
            "now": timezone.localtime(now),
            "who": who_i_am(reader, page),
            "answer": what_waits(page),
            "held": what_i_hold(page),
            "zone": reader.timezone.replace("_", " "),
        }
        return render(request, "portal/home.html", context)
