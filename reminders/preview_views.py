"""What each e-mail looks like, with invented content: in a demonstration, or for admins while developing."""

from datetime import datetime, timedelta

from csp.decorators import csp
from django.core.mail import EmailMultiAlternatives
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from reminders import answers
from reminders.channels.email import write_digest, write_email
from reminders.kinds import all_kinds, kind_of, title_of
from reminders.mailbox_views import LETTER_POLICY, only_where_mail_may_be_read
from reminders.models import Notice, Occasion
from teams.models import Person, Team
from teams.rules import reader_of

DIGEST = "digest"
SCHEMES = {"light": "not all", "dark": "all"}
DARK = "@media (prefers-color-scheme: dark)"


@require_safe
@only_where_mail_may_be_read
def emails(request: HttpRequest) -> HttpResponse:
    """All kinds of e-mail."""
    now = timezone.now()
    kinds = [
        (key, title, sample_of(key, reader_of(request), now).subject)
        for key, title in [*((kind.key, str(kind.title)) for kind in all_kinds()), (DIGEST, _("Digest"))]
    ]
    context = {"kinds": kinds, "answer": answers.emails_answer(len(kinds))}
    return render(request, "reminders/emails.html", context)


@require_safe
@only_where_mail_may_be_read
def email(request: HttpRequest, kind: str) -> HttpResponse:
    """One kind: as text, and as HTML by day and by night."""
    message = sample_of(kind, reader_of(request), timezone.now())
    context = {
        "kind": kind,
        "title": title_of(kind) if kind != DIGEST else _("Digest"),
        "subject": message.subject,
        "text": message.body,
        "headers": sorted(message.extra_headers.items()),
    }
    return render(request, "reminders/email.html", context)


@require_safe
@only_where_mail_may_be_read
@xframe_options_sameorigin
@csp(LETTER_POLICY)  # type: ignore[arg-type]  # its types know views without arguments only
def email_html(request: HttpRequest, kind: str, scheme: str) -> HttpResponse:
    """The HTML alone, as its frame loads it, in the colours asked for whatever the reader's system says."""
    if scheme not in SCHEMES:
        raise Http404
    html, _type = sample_of(kind, reader_of(request), timezone.now()).alternatives[0]
    html = (
        str(html)
        .replace(DARK, f"@media {SCHEMES[scheme]}")
        .replace("color-scheme: light dark", f"color-scheme: {scheme}")
    )
    return HttpResponse(html)


def sample_of(key: str, reader: Person, now: datetime) -> EmailMultiAlternatives:
    """The e-mail of a kind as the reader would get it. Raises Http404 where there is no such kind."""
    if key == DIGEST:
        told = [(_sample(kind.key, reader, now), str(kind.why)) for kind in all_kinds()]
        digest = Notice(key="sample", recipient=reader, channel=Notice.Channel.EMAIL, step="digest:sample")
        return write_digest(digest, told, now=now)
    if key not in {kind.key for kind in all_kinds()}:
        raise Http404
    return write_email(_sample(key, reader, now), why="", now=now)


def _sample(key: str, reader: Person, now: datetime) -> Notice:
    team = Team(pk=0, key="fraud-detection", name="Fraud detection")
    title = _("%(kind)s of %(team)s") % {"kind": kind_of(key).title, "team": team.name}
    occasion = Occasion(
        pk=0, key="sample", kind=key, team=team, title=title, due_at=now + timedelta(days=1), timezone=reader.timezone
    )
    return Notice(pk=0, key="sample", occasion=occasion, recipient=reader, channel=Notice.Channel.EMAIL, step="-1d")
