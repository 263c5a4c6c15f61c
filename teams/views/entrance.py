"""Coming in: the first admin of an empty installation, and the doors of the demonstration."""

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from ledger.errors import Invalid
from teams.demo_doors import DOORS, who_opens
from teams.forms import WelcomeForm, add_refusal
from teams.models import Person
from teams.people import add_first_admin

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@login_not_required
def welcome(request: HttpRequest) -> HttpResponse:
    """While nobody is here: the form that makes the first admin. Afterwards this page does not exist."""
    if Person.objects.exists():
        raise Http404
    form = WelcomeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = {field: form.cleaned_data[field] for field in ("name", "email", "timezone", "password")}
        try:
            person = add_first_admin(now=timezone.now(), **values)
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            login(request, person, backend=BACKEND)
            return redirect("teams:new-team")
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "teams/welcome.html", {"form": form}, status=status)


@login_not_required
@require_POST
def enter_demo(request: HttpRequest, part: str) -> HttpResponse:
    """Sign in by one click as one of the parts; only the demonstration has these doors."""
    if not settings.DEMO or part not in DOORS:
        raise Http404
    person = who_opens(part)
    if person is None:
        raise Http404
    login(request, person, backend=BACKEND)
    return redirect(settings.LOGIN_REDIRECT_URL)
