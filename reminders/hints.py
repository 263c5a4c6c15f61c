"""Wake-up hints to the workers. The database is the only truth: a hint may be lost, late or given twice."""

import logging
from datetime import datetime, timedelta
from functools import partial

from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

SOON = timedelta(seconds=1)
STALE_AFTER = 60  # seconds; by then somebody has swept on their own clock


def wake_sweep_by(at: datetime | None, *, now: datetime) -> None:
    """After the commit, wake somebody who sweeps, if there is something to sweep already."""
    if at is not None and at <= now + SOON:
        _wake_once("reminders.sweep")


def wake_delivery() -> None:
    """After the commit, wake somebody who delivers."""
    _wake_once("reminders.deliver")


def _wake_once(task: str) -> None:
    """One hint a transaction, however much of what it did has to be swept."""
    waiting = (entry[1] for entry in connection.run_on_commit)
    if not any(isinstance(hook, partial) and hook.func is hint and hook.args == (task,) for hook in waiting):
        transaction.on_commit(partial(hint, task))


def hint(task: str) -> None:
    """Send a task to whoever is there. Nothing is lost where nobody is."""
    if settings.CELERY_BROKER_URL.startswith("memory:"):
        return
    try:
        current_app.send_task(task, expires=STALE_AFTER, retry=False)
    except OperationalError as error:
        logger.warning("No wake-up for %s, the broker is away: %s", task, error)
