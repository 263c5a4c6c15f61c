"""Celery tasks: wake-ups without a truth of their own. Each may come late, twice or never."""

from celery import shared_task
from django.utils import timezone

from reminders import clock, hints
from reminders.auditing import audit
from reminders.delivery import deliver, has_work
from reminders.occasions import make_due_occasions
from reminders.sweeping import sweep

__all__ = ["clock", "deliver_task", "make_occasions_task", "sweep_task"]  # the clock starts where tasks are known

ROUNDS_A_TASK = 5


@shared_task(name="reminders.sweep")
def sweep_task() -> None:
    """Take the steps that have come, then wake whoever delivers."""
    sweep(now=timezone.now())
    if has_work(now=timezone.now()):
        hints.hint("reminders.deliver")
    audit(now=timezone.now())


@shared_task(name="reminders.deliver")
def deliver_task() -> None:
    """Deliver some hundreds, and hand on to the next worker where more is due."""
    delivered = deliver(rounds=ROUNDS_A_TASK)
    if not delivered.is_way_down and has_work(now=timezone.now()):
        hints.hint("reminders.deliver")


@shared_task(name="reminders.make_occasions")
def make_occasions_task() -> None:
    """Make the occasions of all schedules up to the horizon."""
    make_due_occasions(now=timezone.now())
