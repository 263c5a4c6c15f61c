"""The workers' own clock: when nobody else has looked for half a minute, a worker looks by itself.

Beat's hints come through the broker. Without it, or without beat, what is due would wait; so each process of a Celery
worker has a thread that looks at the rows every ten seconds and does a round of the engine where something has waited
longer than hints ever take. It does not ask why nobody came. Several may do so at once: claims are safe.
"""

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

from celery.signals import worker_process_init, worker_process_shutdown
from django.db import close_old_connections, connection
from django.utils import timezone

from reminders import engine
from reminders.auditing import late_notices, late_schedules, late_snoozes, late_steps
from reminders.delivery import never
from reminders.occasions import make_due_occasions

logger = logging.getLogger(__name__)

LOOK_EVERY = 10.0  # seconds
PATIENCE = timedelta(seconds=30)  # beat's hint comes every 20 s; with the time between two looks under a minute
SCHEDULES_PATIENCE = timedelta(minutes=20)
FAREWELL = 8.0  # seconds that a process has for the train on the wire when it ends


def run(*, stop: Event, clock: Callable[[], datetime] = timezone.now, every: float = LOOK_EVERY) -> None:
    """Look again and again until told to stop; an error ends its look, never the clock."""
    while not stop.wait(every * random.uniform(0.5, 1)):  # noqa: S311  so that processes do not look in step
        try:
            close_old_connections()
            look(clock=clock, stop=stop.is_set)
        except Exception:
            logger.exception("A look of the worker's own clock failed; the next one comes in %s s", every)
        finally:
            connection.close()


def look(*, clock: Callable[[], datetime], stop: Callable[[], bool] = never) -> bool:
    """Do what has been neglected, if anything has. Returns whether it had."""
    now = clock()
    is_neglected = False
    if late_schedules(now - SCHEDULES_PATIENCE).exists():
        is_neglected = True
        make_due_occasions(now=now)
    late = now - PATIENCE
    if any(rows(late).exists() for rows in (late_steps, late_snoozes, late_notices)):
        is_neglected = True
        logger.warning("Something waited longer than hints take; sweeping on this worker's own clock")
        engine.run_round(clock=clock, stop=stop)
    return is_neglected


class _OwnClock:
    """The thread of this process."""

    def __init__(self) -> None:
        self.stop = Event()
        self.thread: Thread | None = None

    def start(self) -> None:
        self.stop = Event()
        self.thread = Thread(target=run, kwargs={"stop": self.stop}, name="own-clock", daemon=True)
        self.thread.start()

    def end(self) -> None:
        """Let what is on the wire arrive, so that a restart leaves no doubt."""
        self.stop.set()
        if self.thread:
            self.thread.join(FAREWELL)


_own_clock = _OwnClock()


@worker_process_init.connect(dispatch_uid="reminders.clock.start")
def start(**of_the_signal: Any) -> None:
    """A process of a worker is there: a thread of its own, which no fork can tear."""
    _own_clock.start()


@worker_process_shutdown.connect(dispatch_uid="reminders.clock.end")
def end(**of_the_signal: Any) -> None:
    """It ends."""
    _own_clock.end()
