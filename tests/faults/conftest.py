"""A mail server behind a network that misbehaves, and an engine on a clock of the tests' own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from reminders import kinds
from reminders.delivery import deliver
from reminders.engine import TICK
from reminders.kinds import OccasionKind
from reminders.models import Notice
from reminders.sweeping import sweep
from tests.factories import NOW, NoticeFactory, OccasionFactory, OccasionPersonFactory
from tests.faults.proxy import FaultProxy
from tests.kill.sink import MailSink

KIND = OccasionKind(key="retrospective", title="Retrospective", sentence="Look back.", action="Add notes")


@pytest.fixture(autouse=True)
def known_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_kinds", {KIND.key: KIND})


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with MailSink() as server:
        yield server


@pytest.fixture
def proxy(sink: MailSink, settings) -> Iterator[FaultProxy]:
    """The way to the mail server."""
    with FaultProxy(sink.port) as way:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", way.port
        settings.EMAIL_TIMEOUT = 0.3  # of the operator's settings: how long an answer may take
        yield way


@pytest.fixture
def mail_server(sink: MailSink, settings) -> MailSink:
    """The mail server itself, with nothing between."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    return sink


@dataclass
class Clock:
    """Stands still unless somebody moves it."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def run_engine(self, *, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """Let the engine do its rounds, as often as it does them, for so long or until something is so."""
        end = self.at + timedelta(seconds=seconds)
        while True:
            sweep(now=self.at)
            deliver(clock=self)
            if until() or self.at >= end:
                return
            self.at += timedelta(seconds=TICK)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def make_letters(count: int, *, at: datetime = NOW) -> list[Notice]:
    """So many letters that are due, about one occasion, to as many people."""
    occasion = OccasionFactory()
    rows = [OccasionPersonFactory(occasion=occasion) for _ in range(count)]
    return [NoticeFactory(occasion=occasion, recipient=row.person, due_at=at, created_at=at) for row in rows]


def states() -> dict[str, int]:
    """How many letters are in which state."""
    found: dict[str, int] = {}
    for state in Notice.objects.filter(channel="email").values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found
