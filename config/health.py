"""Whether the installation works: /healthz for the process, /readyz for what it depends on.

A package adds a part of /readyz with `register_check` in its AppConfig.ready.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Health:
    """How a part is, and a sentence about it that strangers may read."""

    ok: bool
    detail: str


_checks: dict[str, Callable[[], Health]] = {}


def register_check(name: str, check: Callable[[], Health]) -> None:
    """Add a part to /readyz. A check that raises counts as failed."""
    _checks[name] = check


def check_database() -> Health:
    """Whether the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Health(ok=True, detail="The database answers.")


def check_queue() -> Health:
    """Whether the broker answers; without one the engine loop sweeps on its own."""
    if settings.CELERY_BROKER_URL.startswith("memory:"):
        return Health(ok=True, detail="There is no broker here; reminders run in the engine loop.")
    Redis.from_url(settings.CACHES["default"]["LOCATION"], socket_connect_timeout=1, socket_timeout=2).ping()
    return Health(ok=True, detail="The broker answers.")


register_check("database", check_database)
register_check("queue", check_queue)


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process is up."""
    return JsonResponse({"status": "up"})


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Everything that the installation depends on, part by part; 503 while one fails."""
    parts = {name: _ask(name, check) for name, check in _checks.items()}
    is_ready = all(part.ok for part in parts.values())
    return JsonResponse(
        {
            "status": "ready" if is_ready else "not ready",
            "checks": {name: asdict(part) for name, part in parts.items()},
        },
        status=200 if is_ready else 503,
    )


def _ask(name: str, check: Callable[[], Health]) -> Health:
    try:
        return check()
    except Exception:  # whatever is wrong with a part, the answer says so and the log has the reason
        logger.exception("The check of %s failed", name)
        return Health(ok=False, detail=f"The check of {name} failed; the log has the reason.")
