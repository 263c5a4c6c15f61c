"""The page of the escalation matrix."""

import csv
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import get_script_prefix
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from config.words import in_words
from escalations.answers import matrix_answer, matrix_question
from escalations.findings import MatrixFinding, findings_of
from escalations.forms import MatrixFilter
from escalations.matrix import TeamLines, rows_of
from escalations.reading import load_agreed
from escalations.table import MatrixTable
from escalations.wording import severity_span
from teams.models import Person
from teams.rules import can_change_organisation, reader_of

TEAMS_A_PAGE = 100
MOST_FINDINGS = 40
TOO_FEW_TO_HIDE = 3
CSV_COLUMNS = (
    "team", "path", "triggers", "severity", "level", "call", "target", "person", "acknowledge_within_minutes",
    "channels",
)  # fmt: skip


@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    """Who is reached, for every team × path × severity × level, at a moment."""
    reader, now = reader_of(request), timezone.now()
    zone = ZoneInfo(reader.timezone)
    agreed = load_agreed(now, now=now)
    form = MatrixFilter(request.GET.dict(), organisation=agreed.organisation, zone=zone, now=now)
    if not form.is_valid():
        return render(request, "escalations/matrix.html", {"form": form, "question": _("Who is reached?")}, status=422)
    at = form.moment(now)
    if at != now:
        agreed = load_agreed(at, now=now, organisation=agreed.organisation)
    asked = form.cleaned_data
    teams = agreed.matrix(team=asked["team"], trigger=asked["trigger"], severity=asked["severity"])
    if request.GET.get("as") == "csv":
        return _csv_of(teams)
    shown, hidden = _shown(teams, only=asked["only"], everything=asked["all"] or bool(asked["team"]))
    page = Paginator(shown, TEAMS_A_PAGE).get_page(request.GET.get("page"))
    findings = findings_of(agreed.organisation, teams, at, most=MOST_FINDINGS)
    draw = MatrixTable(agreed.organisation, agreed.versions, zone, agreed.organisation.people.get(reader.pk))
    context = {
        "form": form,
        "question": matrix_question(at, now, zone),
        "answer": matrix_answer(teams),
        "where": _where(agreed.organisation.teams[asked["team"]].name if asked["team"] else "", len(teams)),
        "table": draw.draw(list(page)) if shown else "",
        "page": page,
        "zone": zone.key.replace("_", " "),
        "hidden": _hidden_sentence(len(shown), len(teams), hidden),
        "hidden_link": _show_hidden(hidden) if not asked["only"] else "",
        "all_address": _address(request, all="1"),
        "csv_address": _address(request, **{"as": "csv"}),
        "findings": [_told(finding, reader) for finding in findings.worst],
        "more_findings": findings.more,
    }
    return render(request, "escalations/matrix.html", context)


def _shown(teams: Sequence[TeamLines], *, only: bool, everything: bool) -> tuple[list[TeamLines], int]:
    """Teams to draw, and how many without findings are left out."""
    with_findings = [team for team in teams if team.has_finding]
    hidden = len(teams) - len(with_findings)
    if only:
        return [
            TeamLines(team.team, team.has_charter, [line for line in team.lines if line.has_finding])
            for team in with_findings
        ], hidden
    if everything or not with_findings or hidden < TOO_FEW_TO_HIDE:
        return list(teams), 0
    return with_findings, hidden


def _where(team: str, count: int) -> str:
    teams = ngettext("%(count)d team", "%(count)d teams", count) % {"count": count}
    return _("%(what)s, %(teams)s") % {"what": team or _("Whole organisation"), "teams": teams}


def _hidden_sentence(shown: int, count: int, hidden: int) -> str:
    if not hidden:
        return ""
    sentence = ngettext("%(shown)s of %(count)s teams is shown.", "%(shown)s of %(count)s teams are shown.", shown)
    return sentence % {"shown": in_words(shown, start=True), "count": in_words(count)}


def _show_hidden(hidden: int) -> str:
    sentence = ngettext("Show the one without findings", "Show the %(count)s without findings", hidden)
    return sentence % {"count": in_words(hidden)}


def _address(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        query[name] = value
    return f"?{query.urlencode()}"


def _told(finding: MatrixFinding, reader: Person) -> dict[str, Any]:
    """A finding with the one act that mends it: the editor for who may edit, word to the lead for everybody else."""
    team, lead = finding.team, finding.lead.person
    editor = f"{get_script_prefix()}charters/{team.key}/edit/"
    if lead is not None and lead.id == reader.pk:
        act, address = _("Mend it"), editor
    elif lead is not None:
        act = _("Tell %(name)s") % {"name": lead.name}
        address = f"mailto:{lead.email}?subject={quote(finding.headline)}"
    elif can_change_organisation(reader):
        act, address = _("Name a lead"), f"{get_script_prefix()}teams/{team.key}/edit/"
    else:
        act, address = "", ""
    span = severity_span(finding.severities)
    return {"finding": finding, "severities": span, "act": act, "address": address}


def _csv_of(teams: Sequence[TeamLines]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="escalation-matrix.csv"'
    writer = csv.writer(response)
    writer.writerow(CSV_COLUMNS)
    for team in teams:
        for row in rows_of(team):
            writer.writerow([_csv_cell(row[column]) for column in CSV_COLUMNS])
    return response


def _csv_cell(value: Any) -> str:
    """A value in a cell; what a spreadsheet would take for a formula starts with an apostrophe."""
    match value:
        case None:
            text = ""
        case dict():
            text = " ".join(f"{name} {what}" for name, what in value.items())
        case list():
            text = " ".join(value)
        case _:
            text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
