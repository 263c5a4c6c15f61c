"""How long pages take, as a ratio to a page that does nothing: steady where seconds and requests per second are not.

Pages and floor take turns in one process, so that whatever else the machine does slows both alike.
"""

import statistics
import time
from collections.abc import Callable

from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.test.runner import DiscoverRunner
from django.urls import include, path

from teams.models import Person

ROUNDS = 30
FLOOR = "/bench/floor/"
PAGES = (
    "/",
    "/teams/",
    "/people/",
    "/roles/",
    "/charters/",
    "/escalation-matrix/",
    "/models/",
    "/reviews/",
    "/inbox/",
    "/ledger/",
)


def floor(request: HttpRequest) -> HttpResponse:
    """All the middleware, the person who is signed in, and nothing else."""
    return HttpResponse(f"{request.user.pk}")


urlpatterns = [path(FLOOR.strip("/") + "/", floor), path("", include("config.urls"))]


def main() -> None:
    """Measure on the demonstration organisation, in a database that is thrown away."""
    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        call_command("load_demo", if_empty=True)
        with override_settings(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"]):
            report(measure())
    finally:
        runner.teardown_databases(databases)


def measure() -> dict[str, list[float]]:
    """Milliseconds of each address, round by round; the first visits warm everything up and do not count."""
    client = Client()
    client.force_login(Person.objects.filter(is_staff=True).earliest("pk"))
    times: dict[str, list[float]] = {address: [] for address in (FLOOR, *PAGES)}
    for _round in range(ROUNDS + 2):
        for address, taken in times.items():
            taken.append(milliseconds(lambda address=address: client.get(address)))
    return {address: taken[2:] for address, taken in times.items()}


def milliseconds(visit: Callable[[], HttpResponse]) -> float:
    """How long a visit takes. Raises RuntimeError where the page is not served."""
    started = time.perf_counter()
    response = visit()
    if response.status_code != 200:
        raise RuntimeError(f"{response.status_code} at {response.wsgi_request.path}")
    return (time.perf_counter() - started) * 1000


def report(times: dict[str, list[float]]) -> None:
    """Print the medians and their ratios to the floor."""
    base = statistics.median(times[FLOOR])
    for address, taken in times.items():
        median = statistics.median(taken)
        print(f"{median:8.2f} ms {median / base:7.1f} ×  {address}")
