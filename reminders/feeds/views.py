"""Calendar feeds: the page on which they are made and revoked, and the feeds themselves."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ledger.errors import Invalid
from reminders.feeds.answers import which_calendars
from reminders.feeds.entries import entries_of
from reminders.feeds.forms import FeedForm
from reminders.feeds.tokens import feed_of, make_feed, revoke_feed
from reminders.feeds.writing import fingerprint, write_feed
from reminders.models import CalendarToken
from teams.forms import add_refusal
from teams.rules import reader_of


@never_cache
def feeds(request: HttpRequest) -> HttpResponse:
    """The feeds; the address of a new one is shown in the answer to the form that asked for it, and never again."""
    person = reader_of(request)
    form = FeedForm(request.POST if request.method == "POST" else None)
    shown = ""
    if form.is_valid():
        try:
            _made, secret = make_feed(person=person, team=form.cleaned_data["scope"], now=timezone.now())
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            shown = settings.BASE_URL + reverse("reminders:calendar", args=[secret])
            form = FeedForm()
    own = list(CalendarToken.objects.filter(person=person).select_related("team"))
    standing = [token for token in own if token.revoked_at is None]
    context = {
        "form": form,
        "shown": shown,
        "standing": standing,
        "revoked": len(own) - len(standing),
        "answer": which_calendars(standing),
    }
    return render(request, "reminders/feeds.html", context, status=422 if form.errors else 200)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(CalendarToken, pk=pk, person=reader_of(request))
    revoke_feed(token, by=reader_of(request), now=timezone.now())
    messages.success(request, _("The feed %(token)s is revoked: its address shows nothing now.") % {"token": token})
    return redirect("reminders:feeds")


@login_not_required
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponseBase:
    """A feed. Its secret is all that a calendar has to sign in with; one that says the same again is not sent again."""
    now = timezone.now()
    feed = feed_of(token, now=now)
    if feed is None:
        raise Http404
    entries = entries_of(feed, now=now)
    name = _("Remit: %(what)s") % {"what": feed.team or feed.person}
    etag = f'W/"{fingerprint(name, entries)}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(write_feed(name, entries, now=now), content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="remit.ics"'
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response
