"""What delivery asks of a channel."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Protocol

from reminders.models import Notice


class Outcome(Enum):
    """What became of a message; everything but SENT leaves the notice open in its own way."""

    SENT = "sent"
    LATER = "later"  # refused for now: not sent for certain
    DOWN = "down"  # the way itself does not work: not sent for certain
    REFUSED = "refused"  # refused for good
    DOUBT = "doubt"  # broke off while it was under way: it may have arrived


@dataclass(frozen=True)
class Result:
    """An outcome, and a line about it for the log that people read; `after`: the other side asked for that pause."""

    outcome: Outcome
    detail: str = ""
    after: timedelta | None = None


class Channel(Protocol):
    """A way to people; open as long as it is used as a context manager."""

    def is_up(self) -> bool:
        """Whether it makes sense to send. Opens the connection where there is none."""
        ...

    def write(self, notice: Notice, *, why: str, now: datetime) -> Any:
        """The message of a notice. `notice.doubts` above zero: it may be a repeat, and says so."""
        ...

    def send(self, message: Any) -> Result:
        """Send a message. Never raises."""
        ...
