"""Comparing any two versions of a charter, the draft and what is in force among them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from charter.access import find_version, get_team
from charter.pages.comparing import Comparison
from charter.queries import open_draft
from charter.rules import can_edit
from teams.rules import reader_of


@require_GET
def choose(request: HttpRequest, team: str) -> HttpResponse:
    """The form of the list of versions: two numbers, and on to their comparison."""
    now = timezone.now()
    a, b = (find_version(team, request.GET.get(name, ""), now) for name in ("a", "b"))
    first, second = sorted((a.number, b.number))
    return redirect("charter:compare", team, first, second)


@require_GET
def compare(request: HttpRequest, team: str, a: str, b: str) -> HttpResponse:
    """What changes from one version to another: for the reader, in the matrix, in words."""
    reader, now = reader_of(request), timezone.now()
    of = get_team(team)
    comparison = Comparison(
        find_version(team, a, now), find_version(team, b, now), reader=reader, now=now, by=request.GET.get("by", "")
    )
    may_restore = can_edit(reader, of) and not comparison.before.is_open and open_draft(of) is None
    context = {"team": of, "comparison": comparison, "answer": comparison.answer, "may_restore": may_restore}
    return render(request, "charter/compare.html", context)
