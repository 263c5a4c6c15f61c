"""How long slow receivers may keep a worker: one that hangs must not keep the messages of the others."""

import logging
from collections.abc import Callable
from time import monotonic

from django.utils.translation import gettext as _

from reminders.channels.base import Outcome, Result

logger = logging.getLogger(__name__)

SECONDS_LOST = 45.0
QUICK = 1.0  # whoever refuses within it costs the others nothing


class Patience:
    """Of one turn at sending: who failed slowly is not asked again in it, and it ends when too much time is lost."""

    def __init__(self, seconds: float = SECONDS_LOST) -> None:
        self._left = seconds
        self._tired_of: dict[int, Result] = {}

    @property
    def is_left(self) -> bool:
        return self._left > 0

    def ask(self, endpoint_id: int, send: Callable[[], Result]) -> Result:
        """Send to an endpoint, unless it has just failed. Never raises."""
        if endpoint_id in self._tired_of:
            before = self._tired_of[endpoint_id]
            return Result(
                Outcome.LATER,
                _("Not tried: it did not take the one before. %(why)s") % {"why": before.detail},
                after=before.after,
            )
        started = monotonic()
        try:
            result = send()
        except Exception as error:
            logger.exception("A message to endpoint %s did not go out", endpoint_id)
            result = Result(Outcome.LATER, f"{type(error).__name__}: {error}"[:500])
        if result.outcome != Outcome.SENT:
            lost = monotonic() - started
            self._left -= lost
            if lost > QUICK or result.after is not None:
                self._tired_of[endpoint_id] = result
        return result
