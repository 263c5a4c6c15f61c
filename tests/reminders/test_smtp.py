"""The real SMTP backend against a mail server of the tests' own."""

import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from reminders.delivery import deliver
from reminders.models import Notice
from tests.factories import NOW, NoticeFactory, OccasionPersonFactory

pytestmark = pytest.mark.django_db


class Server:
    """Keeps what it got; `answers` are given in turn to RCPT or DATA, "drop" closes the connection there."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.at_rcpt: list[str] = []
        self.at_data: list[str] = []

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options) -> str:  # noqa: N802
        answer = self.at_rcpt.pop(0) if self.at_rcpt else "250 fine"
        if answer == "drop":
            server.transport.close()
        elif answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.at_data.pop(0) if self.at_data else "250 got it"
        if answer == "drop":
            self.letters.append(envelope.content)  # taken, and gone before saying so
            server.transport.close()
        elif answer.startswith("250"):
            self.letters.append(envelope.content)
        return answer


@pytest.fixture
def server(settings) -> Iterator[Server]:
    handler = Server()
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield handler
    controller.stop()


@pytest.fixture
def notice() -> Notice:
    row = OccasionPersonFactory()
    return NoticeFactory(occasion=row.occasion, recipient=row.person)


def round_at(hour: int) -> None:
    deliver(clock=lambda: datetime(2026, 11, 20, 14 + hour, 32, tzinfo=UTC))


def test_letter_arrives_once(server, notice):
    round_at(0)
    round_at(1)
    notice.refresh_from_db()
    assert (notice.state, len(server.letters)) == ("sent", 1)


@pytest.mark.parametrize("answer", ["421 too busy", "450 mailbox busy", "drop"])
def test_refused_or_dropped_before_the_message_is_no_doubt(server, notice, answer):
    server.at_rcpt = [answer] * 3
    for hour in range(4):
        round_at(hour)
    notice.refresh_from_db()
    assert (notice.state, notice.doubts, len(server.letters)) == ("sent", 0, 1)
    assert b"X-Remit-Possible-Repeat" not in server.letters[0]


def test_dropped_after_the_message_is_sent_once_more_and_says_so(server, notice):
    server.at_data = ["drop"]
    round_at(0)
    round_at(1)
    round_at(2)
    notice.refresh_from_db()
    assert (notice.state, notice.doubts, len(server.letters)) == ("sent", 1, 2)
    assert [b"X-Remit-Possible-Repeat: yes" in letter for letter in server.letters] == [False, True]


def test_dropped_after_the_message_twice_is_parked(server, notice):
    server.at_data = ["drop", "drop"]
    for hour in range(4):
        round_at(hour)
    notice.refresh_from_db()
    assert (notice.state, len(server.letters)) == ("in_doubt", 2)


def test_unknown_mailbox_is_parked_at_once(server, notice):
    server.at_rcpt = ["550 no such user"]
    round_at(0)
    notice.refresh_from_db()
    assert (notice.state, notice.failure_kind) == ("failed", "refused")
    assert "no such user" in notice.failure


def test_server_that_is_gone_loses_nothing(settings, notice):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        settings.EMAIL_HOST, settings.EMAIL_PORT = free.getsockname()
    round_at(0)
    notice.refresh_from_db()
    assert (notice.state, notice.attempts) == ("retry", 0)
    assert (notice.due_at - NOW).total_seconds() < 60
