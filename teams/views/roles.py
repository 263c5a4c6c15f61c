"""The role catalogue."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from teams import answers
from teams.catalogue import add_role, change_role
from teams.forms import RoleForm
from teams.models import Role
from teams.queries import all_roles, seats_by_role
from teams.rules import can_change_organisation, reader_of, require_admin
from teams.views.editing import answer_form


@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    catalogue = list(all_roles())
    holders = seats_by_role(timezone.localdate())
    context = {
        "entries": [(role, holders.get(role.pk, [])) for role in catalogue],
        "answer": answers.who_does_what(catalogue, holders),
        "can_change": can_change_organisation(request.user),
    }
    return render(request, "teams/roles.html", context)


def new_role(request: HttpRequest) -> HttpResponse:
    by = reader_of(request)
    require_admin(by)
    return answer_form(
        request,
        RoleForm(request.POST or None),
        act=lambda values: add_role(by=by, now=timezone.now(), **values),
        done=_("%(object)s stands in the catalogue."),
        page={
            "where": _("Roles"),
            "question": _("Which role is missing?"),
            "answer": answers.what_a_role_is(Role.objects.count()),
            "submit": _("Add the role"),
            "back": reverse("teams:roles"),
        },
    )


def edit_role(request: HttpRequest, key: str) -> HttpResponse:
    by = reader_of(request)
    require_admin(by)
    role = get_object_or_404(Role, key=key)
    holders = seats_by_role(timezone.localdate()).get(role.pk, [])
    return answer_form(
        request,
        RoleForm(request.POST or None, role=role),
        act=lambda values: change_role(role, by=by, now=timezone.now(), **values),
        done=_("%(object)s is changed."),
        page={
            "where": role.key,
            "question": _("What does the role %(role)s mean here?") % {"role": role},
            "answer": answers.who_holds(role, holders),
            "submit": _("Save the role"),
            "back": role.get_absolute_url(),
        },
    )
