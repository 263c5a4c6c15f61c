"""Search."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.answers.search import what_is_found
from portal.search import LONGEST, search_for
from teams.rules import reader_of


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What bears a name: `?q=`."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    groups = search_for(text, reader=reader_of(request), now=timezone.now())
    context = {"text": text, "groups": groups, "answer": what_is_found(text, groups)}
    return render(request, "portal/search.html", context)
