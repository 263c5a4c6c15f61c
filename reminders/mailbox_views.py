"""The file mailbox as pages, for demonstrations and while developing: every mail that this installation has sent."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from csp.constants import SELF
from csp.decorators import csp
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from config.mailbox import MailboxMessage, read_mailbox, read_message
from reminders.answers import mailbox_answer
from reminders.wording import past_moment, short_moment

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]

# A letter is shown in a frame without scripts, forms or anything from elsewhere; its link opens in the window.
LETTER_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "form-action": ["'none'"],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-top-navigation-by-user-activation"],
}


def only_in_demo(view: View[Arguments]) -> View[Arguments]:
    """The page exists in a demonstration alone."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def only_where_mail_may_be_read(view: View[Arguments]) -> View[Arguments]:
    """The mailbox holds everybody's mail: open to all in a demonstration, else to admins while developing."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        is_developer = settings.DEBUG and getattr(request.user, "is_admin", False)
        if not (settings.DEMO or is_developer):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@dataclass(frozen=True)
class Letter:
    """A letter as the list shows it."""

    name: str
    when: str
    to: str
    subject: str


@login_not_required
@require_safe
@only_where_mail_may_be_read
def mailbox(request: HttpRequest) -> HttpResponse:
    """All letters, the newest first; the page looks again by itself."""
    found = read_mailbox() if _has_mailbox() else []
    letters = [_letter(request, message) for message in found]
    when = past_moment(found[0].written_at, timezone=_zone(request), now=timezone.now()) if found else ""
    context = {
        "answer": mailbox_answer(found, when),
        "letters": letters,
        "has_mailbox": _has_mailbox(),
    }
    return render(request, "reminders/mailbox.html", context)


@login_not_required
@require_safe
@only_where_mail_may_be_read
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """One letter: who, what, as text and as HTML."""
    message = _message_or_404(name)
    text, html = (message.parsed.get_body(preferencelist=(kind,)) for kind in ("plain", "html"))
    context = {
        "letter": _letter(request, message),
        "headers": [(key, str(value)) for key, value in message.parsed.items()],
        "text": text.get_content() if text else "",
        "has_html": html is not None,
    }
    return render(request, "reminders/letter.html", context)


@login_not_required
@require_safe
@only_where_mail_may_be_read
@xframe_options_sameorigin
@csp(LETTER_POLICY)  # type: ignore[arg-type]  # its types know views without arguments only
def letter_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML of a letter alone, as its frame loads it."""
    body = _message_or_404(name).parsed.get_body(preferencelist=("html",))
    if body is None:
        raise Http404
    return HttpResponse('<base target="_top">' + body.get_content())


def _message_or_404(name: str) -> MailboxMessage:
    message = read_message(name) if _has_mailbox() else None
    if message is None:
        raise Http404
    return message


def _has_mailbox() -> bool:
    return bool(getattr(settings, "EMAIL_FILE_PATH", None))


def _letter(request: HttpRequest, message: MailboxMessage) -> Letter:
    return Letter(
        name=message.name,
        when=short_moment(message.written_at, timezone=_zone(request), now=timezone.now()),
        to=str(message.parsed["To"] or ""),
        subject=str(message.parsed["Subject"] or ""),
    )


def _zone(request: HttpRequest) -> str:
    """Clocks as the reader's show them; strangers see UTC."""
    return str(getattr(request.user, "timezone", settings.TIME_ZONE))
