"""Django's SMTP backend, watched: a connection that breaks off before the message was handed over is no doubt."""

import smtplib
import ssl
from typing import Any, cast

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

BROKE_OFF = (smtplib.SMTPServerDisconnected, ConnectionError, TimeoutError, ssl.SSLError)
GO_ON = 354
TIMEOUT = 20  # seconds for each answer of the server


class BrokeOffBefore(smtplib.SMTPException):
    """The connection broke off before the server had the message: it was not sent for certain."""


class Watched(smtplib.SMTP):
    """Remembers whether the message was begun to be handed over: the server said 354, go on."""

    has_begun = False

    def getreply(self) -> tuple[int, bytes]:
        code, text = super().getreply()
        self.has_begun = self.has_begun or code == GO_ON
        return code, text


class WatchedOverTls(Watched, smtplib.SMTP_SSL):
    """The same over TLS from the start."""


class WatchedBackend(EmailBackend):
    """Tells a connection that broke off before the message from one that broke off with it under way."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("timeout", settings.EMAIL_TIMEOUT or TIMEOUT)
        super().__init__(**options)

    @property
    def connection_class(self) -> type[Watched]:
        return WatchedOverTls if self.use_ssl else Watched

    def _send(self, email_message: EmailMessage) -> bool:
        connection = cast("Watched", self.connection)
        connection.has_begun = False
        try:
            return bool(super()._send(email_message))  # type: ignore[misc]  # the stubs leave it out
        except BROKE_OFF as error:
            if connection.has_begun:
                raise
            raise BrokeOffBefore(f"{type(error).__name__}: {error}") from error
