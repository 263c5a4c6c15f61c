"""What moves a version on: propose, sign, object, withdraw. Each a small address with one domain call."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from charter import ratification
from charter.access import get_version
from charter.forms import ObjectionForm
from charter.models import Version
from charter.views.desk import open_desk
from charter.views.reading import show_version
from charter.words import VersionState
from ledger.errors import Invalid
from teams.forms import add_refusal
from teams.rules import reader_of


@require_POST
def propose(request: HttpRequest, team: str) -> HttpResponse:
    """Send the draft round; errors of lint show on the page of the editor."""
    desk = open_desk(request, team)
    try:
        ratification.propose(version=desk.version, by=desk.by, now=timezone.now())
    except Invalid as refusal:
        return desk.page(refusal=refusal.message, status=422)
    messages.success(request, _("Proposed. Everybody who is asked to sign has been told."))
    return redirect("charter:version", team, desk.version.number)


@require_POST
def sign(request: HttpRequest, team: str, number: int) -> HttpResponse:
    version = get_version(team, number)
    ratification.sign(version=version, digest=request.POST.get("digest", ""), by=reader_of(request), now=timezone.now())
    return _after_answer(request, version, _("You signed."))


@require_POST
def object_to(request: HttpRequest, team: str, number: int) -> HttpResponse:
    version, form = get_version(team, number), ObjectionForm(request.POST, auto_id="objection-%s")
    if form.is_valid():
        try:
            ratification.object_to(
                version=version,
                digest=request.POST.get("digest", ""),
                reason=form.cleaned_data["reason"],
                by=reader_of(request),
                now=timezone.now(),
            )
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            return _after_answer(
                request, version, _("Your objection stands until you sign, or until the draft is edited.")
            )
    return show_version(request, version, objection=form, status=422)


@require_POST
def withdraw(request: HttpRequest, team: str, number: int) -> HttpResponse:
    version = get_version(team, number)
    ratification.withdraw(version=version, by=reader_of(request), now=timezone.now())
    messages.success(request, _("Version %(number)d is withdrawn; it stays readable.") % {"number": version.number})
    return redirect("charter:versions", team)


def _after_answer(request: HttpRequest, version: Version, said: str) -> HttpResponse:
    """Back to the version; the last signature put it in force."""
    version.refresh_from_db(fields=["state"])
    if version.state == VersionState.RATIFIED:
        text = _("%(said)s Version %(number)d is ratified and in force.")
        messages.success(request, text % {"said": said, "number": version.number})
        return redirect("charter:charter", version.charter.team.key)
    messages.success(request, said)
    return redirect(version)
