"""E-mail: text and HTML, why it came, one thing to do. Goes through whatever backend Django is set to."""

import hashlib
import logging
import smtplib
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import formataddr, parseaddr
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import ngettext

from reminders import links
from reminders.channels.base import Outcome, Result
from reminders.channels.smtp import BROKE_OFF, BrokeOffBefore
from reminders.habits import URGENT
from reminders.invitations import invitation_of
from reminders.kinds import kind_of
from reminders.models import Notice, Occasion
from reminders.wording import single_line, words_about
from teams.models import Person

logger = logging.getLogger(__name__)

BUSY = 421

MOST_IN_A_DIGEST = 50

_inliner = css_inline.CSSInliner(keep_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False)


class EmailChannel:
    """One connection to the mail server, for as many messages as it carries."""

    def __init__(self) -> None:
        is_smtp = settings.EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend"
        self.connection = get_connection("reminders.channels.smtp.WatchedBackend" if is_smtp else None)
        self._is_open = False
        self._is_down = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def is_up(self) -> bool:
        if self._is_down:
            return False
        if not self._is_open:
            try:
                self.connection.open()
                self._is_open = True
            except (OSError, smtplib.SMTPException) as error:
                logger.warning("The mail server cannot be reached: %s", error)
                self._is_down = True
        return self._is_open

    def write(self, notice: Notice, *, why: str, now: datetime) -> EmailMultiAlternatives:
        return write_email(notice, why=why, now=now)

    def send(self, message: EmailMultiAlternatives) -> Result:
        try:
            self.connection.send_messages([message])
        except Exception as error:  # noqa: BLE001  a backend may raise anything, and each answer has its meaning
            result = Result(outcome_of(error), single_line(f"{type(error).__name__}: {error}", 500))
            logger.warning("An e-mail did not go out (%s): %s", result.outcome.value, result.detail)
            self._close()  # whatever state the connection is in, the next message gets a fresh one
            # A server that is busy, or breaks off in the middle, is left alone: one letter learned it for all.
            self._is_down = result.outcome == Outcome.DOUBT or _is_busy(error)
            return result
        return Result(Outcome.SENT)

    def _close(self) -> None:
        self._is_open = False
        try:
            self.connection.close()
        except (OSError, smtplib.SMTPException) as error:
            logger.info("The mail server did not say goodbye: %s", error)


def _is_busy(error: Exception) -> bool:
    """Whether the server says that it closes for now (421), wherever in the conversation it says so."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(code == BUSY for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code == BUSY


def outcome_of(error: Exception) -> Outcome:
    """What an error while sending says about the message."""
    match error:
        case _ if _is_busy(error):
            return Outcome.DOWN
        case smtplib.SMTPRecipientsRefused():
            codes = [code for code, _ in error.recipients.values()]
            return Outcome.REFUSED if codes and all(code >= 500 for code in codes) else Outcome.LATER
        case BrokeOffBefore() | smtplib.SMTPAuthenticationError() | smtplib.SMTPConnectError():
            return Outcome.DOWN
        case smtplib.SMTPSenderRefused():
            return Outcome.LATER  # our own address is refused: somebody mends the settings, then it goes
        case smtplib.SMTPResponseException():
            return Outcome.REFUSED if error.smtp_code >= 500 else Outcome.LATER
        case _ if isinstance(error, BROKE_OFF):
            return Outcome.DOUBT
    return Outcome.LATER


def write_email(notice: Notice, *, why: str, now: datetime) -> EmailMultiAlternatives:
    """The message of a notice: the same notice always has the same Message-ID."""
    person, occasion = recipient_of(notice), notice.occasion
    assert occasion is not None  # noqa: S101  a notice without one is a digest
    kind = kind_of(occasion.kind)
    words = words_about(occasion, why=why, timezone=person.timezone, now=now)
    context = {
        "words": words,
        "link": _link_to(occasion),
        "done": links.act_address(person, occasion, "done") if kind.done_by_hand else "",
        "snooze": links.act_address(person, occasion, "snooze"),
    }
    group = "" if kind.urgency == URGENT else kind.group.value
    headers = {"References": message_id(f"occasion:{occasion.pk}")}
    message = _message(notice, words.subject, "notice", context, headers, group=group)
    if invitation := invitation_of(occasion, person=person, why=why, now=now):
        message.attach_alternative(invitation.content, invitation.mimetype)
    return message


def write_digest(digest: Notice, told: Sequence[tuple[Notice, str]], *, now: datetime) -> EmailMultiAlternatives:
    """One message about many notices, the first due first; each with why it came and one thing to do."""
    zone = recipient_of(digest).timezone
    items = [
        (words_about(notice.occasion, why=why, timezone=zone, now=now), _link_to(notice.occasion))
        for notice, why in told
        if notice.occasion
    ]
    subject = ngettext("One thing is due: %(first)s", "%(count)s things are due, first: %(first)s", len(items))
    subject %= {"count": len(items), "first": items[0][0].title}
    context = {"items": items[:MOST_IN_A_DIGEST], "more": max(len(items) - MOST_IN_A_DIGEST, 0), "subject": subject}
    return _message(digest, subject, "digest", context, {}, group=links.EVERYTHING)


def _message(
    notice: Notice,
    subject: str,
    template: str,
    context: Mapping[str, Any],
    headers: Mapping[str, str],
    *,
    group: str,
) -> EmailMultiAlternatives:
    """A message in text and HTML. `group` is what it can be unsubscribed from, nothing where it is urgent."""
    person = recipient_of(notice)
    unsubscribe = links.unsubscribe_address(person, group) if group else ""
    context = {
        **context,
        "inbox": settings.BASE_URL + reverse("reminders:inbox"),
        "unsubscribe": unsubscribe,
        "may_be_repeat": notice.doubts > 0,
    }
    headers = {
        "Message-ID": message_id(notice.key),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        **headers,
    }
    if unsubscribe:  # RFC 8058
        headers |= {"List-Unsubscribe": f"<{unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    if notice.doubts > 0:
        headers["X-Remit-Possible-Repeat"] = "yes"
    message = EmailMultiAlternatives(
        subject=single_line(subject, 250),
        body=render_to_string(f"reminders/emails/{template}.txt", context),
        to=[address_of(person)],
        headers=headers,
    )
    html = render_to_string(f"reminders/emails/{template}.html", context)
    message.attach_alternative(_inliner.inline(html), "text/html")
    return message


def recipient_of(notice: Notice) -> Person:
    """Whose e-mail it is."""
    assert notice.recipient is not None  # noqa: S101  only notices of a team's channels have no recipient
    return notice.recipient


def address_of(person: Person) -> str:
    """Name and address, as a header has them."""
    return formataddr((single_line(person.name, 200), person.email))


def _link_to(occasion: Occasion) -> str:
    return settings.BASE_URL + reverse("reminders:open", args=[occasion.pk])


def message_id(key: str) -> str:
    """A Message-ID that follows from the key alone, so that mail servers and people know a repeat."""
    digest = hashlib.sha256(f"{settings.BASE_URL}|{key}".encode()).hexdigest()
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or urlsplit(settings.BASE_URL).hostname
    return f"<{digest[:40]}@{domain}>"
