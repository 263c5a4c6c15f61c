"""For those who run the installation: letters that are parked."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from reminders import answers
from reminders.delivery import parked
from reminders.kinds import title_of
from reminders.models import Notice
from reminders.resending import resend_letter, resend_letters
from reminders.rules import can_resend_letters
from reminders.wording import short_moment
from teams.models import Person
from teams.rules import reader_of, require

A_PAGE = 50


@dataclass(frozen=True)
class ParkedLetter:
    """A parked letter as the list shows it."""

    id: int
    what: str
    kind: str
    href: str
    to: Person | None
    place: str
    way: str
    state: str
    why: str
    since: str


@require_http_methods(["GET", "HEAD", "POST"])
def letters(request: HttpRequest) -> HttpResponse:
    """What could not be delivered: what, to whom, why; a POST sends all of it again."""
    reader, now = reader_of(request), timezone.now()
    require(can_resend_letters(reader), _("Parked letters are looked at and sent by admins."))
    if request.method == "POST":
        count = resend_letters(by=reader, now=now)
        said = ngettext("%(count)s letter goes out again.", "%(count)s letters go out again.", count)
        messages.success(request, said % {"count": count})
        return redirect("reminders:letters")
    page = Paginator(_parked(), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "letters": [_line(notice, timezone=reader.timezone, now=now) for notice in page],
        "answer": answers.letters_answer(page.paginator.count),
        "count": page.paginator.count,
    }
    return render(request, "reminders/letters.html", context)


@require_POST
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """One goes out again."""
    by = reader_of(request)
    require(can_resend_letters(by), _("Parked letters are looked at and sent by admins."))
    get_object_or_404(Notice, pk=pk)
    resend_letter(notice_id=pk, by=by, now=timezone.now())
    messages.success(request, _("The letter goes out again within a minute."))
    return redirect("reminders:letters")


def _parked() -> QuerySet[Notice]:
    return parked().select_related("recipient", "occasion", "endpoint").order_by("-created_at", "-pk")


def _line(notice: Notice, *, timezone: str, now: datetime) -> ParkedLetter:
    occasion = notice.occasion
    return ParkedLetter(
        id=notice.pk,
        what=occasion.title if occasion else _("Digest of %(day)s") % {"day": notice.step.partition(":")[2]},
        kind=title_of(occasion.kind) if occasion else "",
        href=occasion.url if occasion else "",
        to=notice.recipient,
        place=str(notice.endpoint or ""),
        way=notice.get_channel_display(),
        state=notice.state,
        why=_why(notice),
        since=short_moment(notice.created_at, timezone=timezone, now=now),
    )


def _why(notice: Notice) -> str:
    if notice.state == Notice.State.IN_DOUBT:
        return _("It broke off under way %(count)s times and may have arrived. %(detail)s") % {
            "count": notice.doubts,
            "detail": notice.failure,
        }
    if notice.failure_kind == Notice.Failure.EXHAUSTED:
        return _("Tried %(count)s times for three days. %(detail)s") % {
            "count": notice.attempts,
            "detail": notice.failure,
        }
    return _("Refused for good. %(detail)s") % {"detail": notice.failure}
