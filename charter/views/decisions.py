"""The decision log."""

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from charter import shared_answers as answers
from charter.deciding import change_decision, log_decision
from charter.models import Decision
from charter.pages.log import decision_page
from charter.queries import logged_decisions, teams_logged_by, version_in_force
from charter.rules import can_log_decisions
from charter.shared_forms import DecisionFilter, DecisionForm, TeamToLogForm
from charter.storage import thaw
from charter.views.writing import answer_text
from config.markdown import plain_text
from teams.models import Person, Team
from teams.queries import seats_held_on
from teams.rules import can_change_anything, reader_of, require

ROWS = 25


@require_safe
def decisions(request: HttpRequest) -> HttpResponse:
    """What was decided, newest first."""
    reader, today = reader_of(request), timezone.localdate()
    form = DecisionFilter(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    found = logged_decisions(
        text=asked.get("q", ""), team=asked.get("team"), mine=reader if asked.get("mine") else None
    )
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    is_asking = any(asked.values()) or bool(form.errors)
    coming = found.filter(revisit_on__gte=today).order_by("revisit_on", "id").first()
    context = {
        "form": form,
        "is_asking": is_asking,
        "page": page,
        "rows": [(each, plain_text(each.outcome)) for each in page],
        "today": today,
        "answer": answers.what_was_decided(count=page.paginator.count, is_asking=is_asking, coming=coming),
        "can_log": can_change_anything(reader) and teams_logged_by(reader, timezone.now()).exists(),
    }
    return render(request, "charter/decisions.html", context)


@require_safe
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    row = _get_decision(pk)
    is_due = row.revisit_on is not None and row.revisit_on <= timezone.localdate()
    context = {
        "decision": row,
        "page": decision_page(row),
        "is_due": is_due,
        "answer": answers.what_this_says(row, is_due=is_due),
        "can_change": can_log_decisions(reader_of(request), row.team, timezone.now()),
    }
    return render(request, "charter/decision.html", context)


def new_decision(request: HttpRequest) -> HttpResponse:
    """First of which team it is, then what was decided; who has one team only is not asked."""
    by, now = reader_of(request), timezone.now()
    require(can_change_anything(by), _("Auditors read the decision log; they do not write in it."))
    teams = teams_logged_by(by, now)
    if "team" not in request.GET:
        only = list(teams[:2])
        if len(only) == 1:
            return redirect(f"{reverse('charter:new-decision')}?team={only[0].key}")
        return _choose_team(request, TeamToLogForm(teams=teams, auto_id="of-%s"), teams.count())
    choice = TeamToLogForm(request.GET, teams=teams, auto_id="of-%s")
    if not choice.is_valid():
        return _choose_team(request, choice, teams.count(), status=422)
    team: Team = choice.cleaned_data["team"]
    form = DecisionForm(
        request.POST or None, people=_people_of(team, now), rights=_rights_of(team, now), today=now.date()
    )
    return answer_text(
        request,
        form,
        act=lambda: log_decision(team=team, by=by, now=now, **_values(form)),
        newest=lambda: 0,
        done=_("“%(object)s” is in the log."),
        page={
            "where": _("Decision log"),
            "question": _("What has %(team)s decided?") % {"team": team},
            "answer": answers.what_to_write(team),
            "submit": _("Log the decision"),
            "back": reverse("charter:decisions"),
        },
        template="charter/decision_form.html",
    )


def edit_decision(request: HttpRequest, pk: int) -> HttpResponse:
    by, now = reader_of(request), timezone.now()
    row = _get_decision(pk)
    require(
        can_log_decisions(by, row.team, now),
        _("Only people of %(team)s and admins write in its decision log.") % {"team": row.team},
    )
    form = DecisionForm(
        request.POST or None, people=_people_of(row.team, now), rights=_rights_of(row.team, now), decision=row
    )
    return answer_text(
        request,
        form,
        act=lambda: change_decision(row, seen=form.cleaned_data["seen"], by=by, now=now, **_values(form)),
        newest=lambda: Decision.objects.values_list("number", flat=True).get(pk=row.pk),
        done=_("“%(object)s” is changed; its earlier text is kept."),
        page={
            "where": row.team.name,
            "question": _("What should the log say of it?"),
            "answer": answers.what_an_edit_does(row),
            "submit": _("Save the decision"),
            "back": row.get_absolute_url(),
        },
        template="charter/decision_form.html",
    )


def _get_decision(pk: int) -> Decision:
    found = Decision.objects.select_related("team__lead", "version__charter__team").prefetch_related("deciders")
    try:
        return get_object_or_404(found, pk=pk)
    except OverflowError:
        raise Http404 from None


def _choose_team(request: HttpRequest, form: TeamToLogForm, count: int, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "count": count, "answer": answers.which_team_decided(count)}
    return render(request, "charter/decision_team.html", context, status=status)


def _people_of(team: Team, now: datetime) -> list[Person]:
    """Who sits in a team today, and its lead."""
    people = [seat.person for seat in seats_held_on(now.date()).filter(team=team)]
    return [*people, team.lead] if team.lead else people


def _rights_of(team: Team, now: datetime) -> list[str]:
    version = version_in_force(team, now)
    return [right.key for right in thaw(version.document).decisions] if version and version.document else []


def _values(form: DecisionForm) -> dict[str, Any]:
    return {name: value for name, value in form.values().items() if name != "seen"}
