"""The wiring: settings, addresses, the Celery app, and what starts and supervises the processes."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
