"""Who answers for what, over the whole organisation."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from charter import shared_answers as answers
from charter.pages.responsibilities import (
    AnswersTable,
    hand_off_picture,
    hand_offs_in_words,
    role_in_words,
    stages_in_short,
)
from charter.queries import versions_in_force
from charter.responsibilities import responsibilities_of
from charter.shared_forms import ResponsibilityFilter
from charter.storage import thaw
from teams.organisation import load_organisation
from teams.rules import reader_of
from teams.tree import team_and_below, teams_at_work

TEAMS_A_PAGE = 100
MOST_LINES = 30


@require_safe
def responsibilities(request: HttpRequest) -> HttpResponse:
    """Stage × team with who is accountable, the hand-offs, and what hangs on one person: six queries."""
    reader, now = reader_of(request), timezone.now()
    organisation, versions = load_organisation(), versions_in_force(now)
    documents = {team: thaw(version.document) for team, version in versions.items() if version.document}
    form = ResponsibilityFilter(request.GET, organisation=organisation)
    asked = form.cleaned_data if form.is_valid() else {}
    wanted = team_and_below(organisation, asked["team"]) if asked.get("team") else None
    teams = [team for team in teams_at_work(organisation, documents) if wanted is None or team.key in wanted]
    found = responsibilities_of(organisation, documents, teams, now)
    shown = found.rows if not asked.get("only") else [row for row in found.rows if row.holes or not row.has_charter]
    page = Paginator(shown, TEAMS_A_PAGE).get_page(request.GET.get("page"))
    table = AnswersTable(organisation, versions, found.stages, organisation.people.get(reader.pk))
    name = organisation.teams[asked["team"]].name if asked.get("team") else ""
    context = {
        "form": form,
        "where": name,
        "found": found,
        "is_asking": any(asked.values()) or bool(form.errors),
        "page": page,
        "table": table.draw(list(page)) if page.object_list else "",
        "answer": answers.who_answers(found),
        "picture": hand_off_picture(found),
        "passages": hand_offs_in_words(found),
        "burdens": [
            (burden, [organisation.teams[key] for key in burden.teams]) for burden in found.overburdened[:MOST_LINES]
        ],
        "more_burdens": max(len(found.overburdened) - MOST_LINES, 0),
        "alone": [
            (each, role_in_words(organisation, each.ref, each.team.key), stages_in_short(each.stages))
            for each in found.alone[:MOST_LINES]
        ],
        "more_alone": max(len(found.alone) - MOST_LINES, 0),
    }
    return render(request, "charter/responsibilities.html", context, status=422 if form.errors else 200)
