"""What the signed links in messages open: done, later, fewer. Signed in or not; looking at a page changes nothing."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from ledger.errors import ActRefused, Forbidden, Invalid
from reminders import answers
from reminders.kinds import Group
from reminders.links import (
    EVERYTHING,
    ActLink,
    LinkBroken,
    LinkExpired,
    UnsubscribeLink,
    read_act,
    read_unsubscribe,
)
from reminders.models import Occasion, Preferences
from reminders.occasions import finish_by_hand
from reminders.preferences import choose_way
from reminders.snoozing import choices_of, snooze
from reminders.wording import long_moment
from teams.models import Person

ONE_CLICK = "List-Unsubscribe"  # RFC 8058: what a mail program posts at once

SignedView = Callable[[HttpRequest, str], HttpResponse]


def open_to_its_bearer(view: SignedView) -> SignedView:
    """For whoever holds the link; one that is broken, expired or whose person has left says so."""

    @login_not_required
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        try:
            return view(request, token)
        except LinkExpired:
            return _page(request, _("This link has expired."), _("Sign in and look in your inbox."), status=410)
        except (LinkBroken, Person.DoesNotExist, Occasion.DoesNotExist):
            answer = _("Nothing is behind this link. Was it cut off when it was copied?")
            return _page(request, _("What is behind this link?"), answer, status=404)

    return guarded


@open_to_its_bearer
def act(request: HttpRequest, token: str) -> HttpResponse:
    """Say that it is done, or that one wants to hear of it later."""
    link, now = read_act(token), timezone.now()
    person = Person.objects.get(pk=link.person_id, is_active=True)
    occasion = Occasion.objects.select_related("team").get(pk=link.occasion_id)
    refused: ActRefused | None = None
    if request.method == "POST":
        try:
            return _page(request, _("What happens now?"), _do(request, link, person, now))
        except ActRefused as error:
            refused = error
    context = {
        "act": link.act,
        "answer": answers.act_answer(occasion, link.act, timezone=person.timezone, now=now),
        "choices": choices_of(person, now) if link.act == "snooze" else (),
        "is_open": occasion.state == Occasion.State.OPEN,
        "refused": refused,
    }
    return render(request, "reminders/act.html", context, status=_status_of(refused))


def _do(request: HttpRequest, link: ActLink, person: Person, now: datetime) -> str:
    if link.act == "done":
        finish_by_hand(occasion_id=link.occasion_id, by=person, now=now)
        return _("It is done. Nobody is reminded of it any more.")
    choice = next((one for one in choices_of(person, now) if one.key == request.POST.get("until")), None)
    if choice is None:
        raise Invalid([("until", _("Choose when you want to hear of it again."))])
    snooze(occasion_id=link.occasion_id, by=person, until=choice.at, now=now)
    return _("You hear of it again on %(when)s.") % {"when": long_moment(choice.at, timezone=person.timezone)}


@csrf_exempt  # a mail program posts here by itself (RFC 8058); the signature says that it may
@open_to_its_bearer
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Fewer e-mails: none of a group any more, or once a day."""
    link, now = read_unsubscribe(token), timezone.now()
    person = Person.objects.get(pk=link.person_id, is_active=True)
    if request.method == "POST":
        way = Preferences.Way.OFF if ONE_CLICK in request.POST else request.POST.get("way", "")
        if way in (Preferences.Way.OFF, Preferences.Way.DIGEST):
            choose_way(person=person, groups=_groups(link), way=way, now=now)
            return _page(request, _("What happens now?"), answers.fewer_done(link.group, Preferences.Way(way)))
    context = {"answer": answers.fewer_answer(link.group), "is_everything": link.group == EVERYTHING}
    return render(request, "reminders/unsubscribe.html", context, status=422 if request.method == "POST" else 200)


def _groups(link: UnsubscribeLink) -> list[str]:
    return list(Group.values) if link.group == EVERYTHING else [link.group]


def _status_of(refused: ActRefused | None) -> int:
    if refused is None:
        return HTTPStatus.OK
    if isinstance(refused, Forbidden):
        return HTTPStatus.FORBIDDEN
    return HTTPStatus.UNPROCESSABLE_ENTITY if isinstance(refused, Invalid) else HTTPStatus.CONFLICT


def _page(request: HttpRequest, question: str, answer: str, *, status: int = 200) -> HttpResponse:
    return render(request, "reminders/said.html", {"question": question, "answer": answer}, status=status)
