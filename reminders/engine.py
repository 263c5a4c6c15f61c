"""The loop of the engine without a broker: the same domain calls as the tasks, on its own clock."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event

from django.db import close_old_connections
from django.utils import timezone

from reminders.auditing import audit
from reminders.delivery import Delivered, deliver
from reminders.occasions import make_due_occasions
from reminders.sweeping import sweep

logger = logging.getLogger(__name__)

TICK = 5.0  # seconds between two rounds
MAKE_EVERY = timedelta(minutes=10)


def run(*, stop: Event, tick: float = TICK, clock: Callable[[], datetime] = timezone.now) -> None:
    """Round after round until told to stop; an error ends its round, never the loop."""
    made_at: datetime | None = None
    while not stop.is_set():
        try:
            close_old_connections()
            now = clock()
            if made_at is None or not made_at <= now < made_at + MAKE_EVERY:
                make_due_occasions(now=now)
                made_at = now
            run_round(clock=clock, stop=stop.is_set)
        except Exception:
            logger.exception("A round of the engine failed; the next one comes in %s s", tick)
        stop.wait(tick)


def run_round(*, clock: Callable[[], datetime], stop: Callable[[], bool]) -> Delivered:
    """Sweep, then deliver until nothing is due."""
    swept = sweep(now=clock())
    delivered = deliver(clock=clock, stop=stop)
    audit(now=clock())
    if swept.occasions or delivered.claimed:
        logger.info(
            "%s occasions gave %s notices; of %s claimed: %s",
            swept.occasions,
            swept.notices,
            delivered.claimed,
            ", ".join(f"{count} {state}" for state, count in delivered.states.items() if count) or "none",
        )
    return delivered
