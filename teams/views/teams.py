"""Founding, changing and closing teams, and giving their seats."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from teams import answers
from teams.forms import SeatChangeForm, SeatForm, TeamForm
from teams.founding import change_team, close_team, found_team, reopen_team
from teams.models import Person, Role, Seat, Team
from teams.queries import all_seats_of, seats_held_on
from teams.rules import can_seat, reader_of, require, require_admin
from teams.seating import change_seat, end_seat, give_seat, span
from teams.views.editing import answer_form


def new_team(request: HttpRequest) -> HttpResponse:
    by = reader_of(request)
    require_admin(by)
    return answer_form(
        request,
        TeamForm(request.POST or None, initial={"timezone": by.timezone}),
        act=lambda values: found_team(by=by, now=timezone.now(), **values),
        done=_("%(object)s is founded. Give its first seats next."),
        page={
            "where": _("Teams"),
            "question": _("Which team is new?"),
            "answer": answers.what_a_team_needs(Team.objects.filter(closed_at__isnull=True).count()),
            "submit": _("Found the team"),
            "back": reverse("portal:teams"),
        },
    )


def edit_team(request: HttpRequest, key: str) -> HttpResponse:
    by = reader_of(request)
    require_admin(by)
    team = get_object_or_404(Team.objects.select_related("parent", "lead"), key=key)
    return answer_form(
        request,
        TeamForm(request.POST or None, team=team),
        act=lambda values: change_team(team, by=by, now=timezone.now(), **values),
        done=_("%(object)s is changed."),
        page={
            "where": team.name,
            "question": _("What is %(team)s?") % {"team": team},
            "answer": answers.what_a_team_is(team),
            "submit": _("Save the team"),
            "back": team.get_absolute_url(),
        },
        template="teams/team_edit.html",
        team=team,
    )


@require_POST
def close(request: HttpRequest, key: str) -> HttpResponse:
    team = close_team(get_object_or_404(Team, key=key), by=reader_of(request), now=timezone.now())
    messages.success(request, _("%(team)s is closed.") % {"team": team})
    return redirect(team)


@require_POST
def reopen(request: HttpRequest, key: str) -> HttpResponse:
    team = reopen_team(get_object_or_404(Team, key=key), by=reader_of(request), now=timezone.now())
    messages.success(request, _("%(team)s is open again.") % {"team": team})
    return redirect(team)


@require_safe
def seats(request: HttpRequest, key: str) -> HttpResponse:
    """All seats of a team, past ones below; everybody reads, its lead and admins change."""
    team = get_object_or_404(Team, key=key)
    today = timezone.localdate()
    held = list(seats_held_on(today).filter(team=team))
    others = all_seats_of(team).exclude(pk__in=[seat.pk for seat in held])
    context = {
        "team": team,
        "held": held,
        "coming": [seat for seat in others if seat.since > today and seat.person.is_active],
        "past": [seat for seat in others if seat.since <= today or not seat.person.is_active],
        "can_seat": can_seat(request.user, team),
        "answer": answers.who_sits_where(team, held),
    }
    return render(request, "teams/seats.html", context)


def new_seat(request: HttpRequest, key: str) -> HttpResponse:
    by = reader_of(request)
    team = get_object_or_404(Team, key=key)
    _require_seater(by, team)
    held = list(seats_held_on(timezone.localdate()).filter(team=team))
    asked = Role.objects.filter(key=request.GET.get("role", "")).first()
    return answer_form(
        request,
        SeatForm(request.POST or None, initial={"since": timezone.localdate(), "role": asked and asked.key}),
        act=lambda values: give_seat(team=team, by=by, now=timezone.now(), **values),
        done=_("The seat is given: %(object)s."),
        page={
            "where": team.name,
            "question": _("Who takes a seat in %(team)s?") % {"team": team},
            "answer": answers.who_sits_where(team, held),
            "submit": _("Give the seat"),
            "back": reverse("teams:seats", args=[team.key]),
        },
        to=reverse("teams:seats", args=[team.key]),
    )


def edit_seat(request: HttpRequest, pk: int) -> HttpResponse:
    by = reader_of(request)
    seat = get_object_or_404(Seat.objects.select_related("team", "role", "person"), pk=pk)
    _require_seater(by, seat.team)
    return answer_form(
        request,
        SeatChangeForm(request.POST or None, seat=seat),
        act=lambda values: change_seat(seat, by=by, now=timezone.now(), **values),
        done=_("The seat is changed: %(object)s."),
        page={
            "where": seat.team.name,
            "question": _("How does %(person)s hold the role?") % {"person": seat.person},
            "answer": answers.how_a_seat_is_held(seat, span(seat)),
            "submit": _("Save the seat"),
            "back": reverse("teams:seats", args=[seat.team.key]),
        },
        to=reverse("teams:seats", args=[seat.team.key]),
        template="teams/seat_edit.html",
        seat=seat,
    )


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Today is the last day of a seat."""
    seat = get_object_or_404(Seat.objects.select_related("team"), pk=pk)
    team = seat.team
    until = max(timezone.localdate(), seat.since)
    end_seat(seat, until=until, by=reader_of(request), now=timezone.now())
    messages.success(request, _("The seat ends today. Whatever rested on it may need somebody else."))
    return redirect("teams:seats", team.key)


def _require_seater(by: Person, team: Team) -> None:
    require(can_seat(by, team), _("Only the lead of %(team)s or an admin may give and end its seats.") % {"team": team})
