"""The inbox."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ledger.errors import ActRefused, Forbidden, IllegalState
from reminders.answers import inbox_answer
from reminders.demonstration import make_next_retrospective_due
from reminders.mailbox_views import only_in_demo
from reminders.occasions import finish_by_hand
from reminders.queries import closed_lately_for, inbox_of, visible_to
from reminders.reading import mark_read
from teams.rules import can_change_anything, reader_of

CLOSED_SHOWN = 20


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """What I was told and what of it waits for me."""
    return _inbox(request)


@require_safe
def open_occasion(request: HttpRequest, occasion_id: int) -> HttpResponse:
    """Looked at: on to the place where it is dealt with."""
    occasion = get_object_or_404(visible_to(reader_of(request)), pk=occasion_id)
    mark_read(person=reader_of(request), occasion=occasion, now=timezone.now())
    return redirect(occasion.url)


@require_POST
def finish(request: HttpRequest, occasion_id: int) -> HttpResponse:
    """Done, said by hand."""
    get_object_or_404(visible_to(reader_of(request)), pk=occasion_id)
    try:
        occasion = finish_by_hand(occasion_id=occasion_id, by=reader_of(request), now=timezone.now())
    except (IllegalState, Forbidden) as error:
        return _inbox(request, refused=error)
    messages.success(request, _("Done: %(title)s") % {"title": occasion.title})
    return redirect("reminders:inbox")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Nothing is unread any more."""
    mark_read(person=reader_of(request), now=timezone.now())
    return redirect("reminders:inbox")


@require_POST
@only_in_demo
def retrospective_now(request: HttpRequest) -> HttpResponse:
    """The next retrospective falls due now, so that a newcomer sees a reminder come."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "reminders:mailbox"
    if not can_change_anything(request.user):
        messages.error(request, _("Auditors read everything and change nothing."))
        return redirect(back)
    try:
        occasion = make_next_retrospective_due(by=reader_of(request), now=timezone.now())
    except ActRefused as error:
        messages.error(request, error.message)
    else:
        messages.success(
            request, _("%(title)s is due now. Its e-mail comes within a minute.") % {"title": occasion.title}
        )
    return redirect(back)


def _inbox(request: HttpRequest, *, refused: ActRefused | None = None) -> HttpResponse:
    now, reader = timezone.now(), reader_of(request)
    waiting = inbox_of(reader, now=now)
    context = {
        "answer": inbox_answer(waiting),
        "waiting": waiting,
        "unread": sum(line.is_unread for line in waiting),
        "closed": closed_lately_for(reader, now=now)[:CLOSED_SHOWN],
        "refused": refused,
    }
    status = 200 if refused is None else 403 if isinstance(refused, Forbidden) else 409
    return render(request, "reminders/inbox.html", context, status=status)
