"""What moves a version on: propose, sign, object, settle an objection, realign, withdraw. Each with one domain call."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.forms import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from charter import answers, objections, ratification, realignment
from charter.access import get_signature, get_team, get_version
from charter.forms import ObjectionForm
from charter.models import Version
from charter.queries import charter_of, version_in_force
from charter.realignment import LONGEST_INTERIM
from charter.rules import can_edit
from charter.terms import set_terms
from charter.version_forms import RealignForm, RemarkForm, RulingForm, TermsForm
from charter.views.desk import open_desk
from charter.views.reading import show_version
from charter.words import VersionState
from ledger.errors import Invalid
from teams.forms import add_refusal
from teams.rules import reader_of, require


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
def answer(request: HttpRequest, team: str, number: int, signature: int) -> HttpResponse:
    """An answer in the thread of an objection."""
    objection, form = get_signature(team, number, signature), RemarkForm(request.POST)
    if form.is_valid():
        objections.answer_objection(
            signature=objection, text=form.cleaned_data["text"], by=reader_of(request), now=timezone.now()
        )
        messages.success(request, _("Your answer stands in the thread."))
        return redirect(f"{objection.version.get_absolute_url()}#thread-{objection.pk}")
    return show_version(request, objection.version, remark=(objection, form), status=422)


@require_POST
def withdraw_objection(request: HttpRequest, team: str, number: int, signature: int) -> HttpResponse:
    objection = get_signature(team, number, signature)
    objections.withdraw_objection(signature=objection, by=reader_of(request), now=timezone.now())
    return _after_answer(request, objection.version, _("Your objection is withdrawn."))


@require_POST
def overrule(request: HttpRequest, team: str, number: int, signature: int) -> HttpResponse:
    objection, form = get_signature(team, number, signature), RulingForm(request.POST)
    if form.is_valid():
        objections.overrule(
            signature=objection, ruling=form.cleaned_data["ruling"], by=reader_of(request), now=timezone.now()
        )
        return _after_answer(request, objection.version, _("The objection is overruled; your reason stays on record."))
    return show_version(request, objection.version, ruling=(objection, form), status=422)


def realign(request: HttpRequest, team: str) -> HttpResponse:
    """Put the draft in force at once: why, and until when."""
    desk, now = open_desk(request, team), timezone.now()
    zone = ZoneInfo(desk.team.timezone)
    latest = (now + LONGEST_INTERIM).astimezone(zone).date()
    form = RealignForm(request.POST or None, initial={"until": now.astimezone(zone).date() + timedelta(days=14)})
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["until"]
        until = datetime.combine(day, time(23, 59), zone)
        try:
            realignment.realign(
                version=desk.version,
                reason=form.cleaned_data["reason"],
                until=min(until, now + LONGEST_INTERIM) if day == latest else until,
                by=desk.by,
                now=now,
            )
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("In force at once. Everybody affected is told what changes for them."))
            return redirect("charter:charter", team)
    held = version_in_force(desk.team, now)
    context = {"team": desk.team, "version": desk.version, "held": held, "form": form}
    return render(request, "charter/realign.html", context, status=422 if form.errors else 200)


def terms(request: HttpRequest, team: str) -> HttpResponse:
    """Whose signatures ratify: all, a share, or also who stays silent."""
    of, by = get_team(team), reader_of(request)
    require(can_edit(by, of), _("Only the lead of %(team)s or an admin can change this.") % {"team": of})
    charter = charter_of(of)
    form = TermsForm(request.POST or None, initial=model_to_dict(charter, ["signing_share", "silence_days"]))
    if request.method == "POST" and form.is_valid():
        set_terms(
            team=of,
            share=form.cleaned_data["signing_share"],
            silence_days=form.cleaned_data["silence_days"],
            by=by,
            now=timezone.now(),
        )
        messages.success(request, _("Saved. It holds from the next version that is proposed."))
        return redirect("charter:versions", team)
    context = {"team": of, "form": form, "answer": answers.what_ratifies(charter)}
    return render(request, "charter/terms.html", context, status=422 if form.errors else 200)


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
