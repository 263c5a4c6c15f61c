"""E-mail: text and HTML, why it came, one thing to do. Goes through whatever backend Django is set to."""

import hashlib
import logging
import smtplib
from datetime import datetime
from email.utils import formataddr, parseaddr
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse

from reminders.channels.base import Outcome, Result
from reminders.channels.smtp import BROKE_OFF, BrokeOffBefore
from reminders.invitations import invitation_of
from reminders.models import Notice
from reminders.wording import single_line, words_about

logger = logging.getLogger(__name__)

BUSY = 421

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
    person, occasion = notice.recipient, notice.occasion
    words = words_about(occasion, why=why, timezone=person.timezone, now=now)
    context = {
        "words": words,
        "person": person,
        "link": settings.BASE_URL + reverse("reminders:open", args=[occasion.pk]),
        "inbox": settings.BASE_URL + reverse("reminders:inbox"),
        "may_be_repeat": notice.doubts > 0,
    }
    headers = {
        "Message-ID": message_id(notice.key),
        "References": message_id(f"occasion:{occasion.pk}"),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if notice.doubts > 0:
        headers["X-Remit-Possible-Repeat"] = "yes"
    message = EmailMultiAlternatives(
        subject=single_line(words.subject, 250),
        body=render_to_string("reminders/emails/notice.txt", context),
        to=[formataddr((single_line(person.name, 200), person.email))],
        headers=headers,
    )
    message.attach_alternative(_inliner.inline(render_to_string("reminders/emails/notice.html", context)), "text/html")
    if invitation := invitation_of(occasion, person=person, why=why, now=now):
        message.attach_alternative(invitation.content, invitation.mimetype)
    return message


def message_id(key: str) -> str:
    """A Message-ID that follows from the key alone, so that mail servers and people know a repeat."""
    digest = hashlib.sha256(f"{settings.BASE_URL}|{key}".encode()).hexdigest()
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or urlsplit(settings.BASE_URL).hostname
    return f"<{digest[:40]}@{domain}>"
