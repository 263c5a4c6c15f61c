"""The teams, and one team: who does what there, what it owns, what is due."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.answers.teams import which_teams, who_is_this_team
from portal.forms import TeamFilters
from portal.queries.teams import team_lines, team_page
from teams.models import Team
from teams.rules import can_change_organisation, can_seat, reader_of


@require_safe
def teams(request: HttpRequest) -> HttpResponse:
    filters = TeamFilters(request.GET)
    now = timezone.now()
    every = team_lines(now)
    context = {
        "lines": team_lines(now, **filters.asked) if filters.is_asking else every,
        "count": len(every),
        "answer": which_teams(every),
        "filters": filters,
        "can_change": can_change_organisation(request.user),
    }
    return render(request, "portal/teams.html", context)


@require_safe
def team(request: HttpRequest, key: str) -> HttpResponse:
    reader = reader_of(request)
    found = get_object_or_404(Team.objects.select_related("lead", "parent__parent"), key=key)
    page = team_page(found, timezone.now())
    context = {
        "team": found,
        "page": page,
        "answer": who_is_this_team(page, reader),
        "can_change": can_change_organisation(reader),
        "can_seat": can_seat(reader, found),
    }
    return render(request, "portal/team.html", context)
