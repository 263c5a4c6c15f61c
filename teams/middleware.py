"""An empty installation shows one page: the one that makes its first admin."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from teams.models import Person


class WelcomeMiddleware:
    """Leads every page to /welcome/ while nobody is here. Asks the database until somebody is, and then never again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.is_somebody_here = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self.is_somebody_here and self._is_page(request.path_info):
            self.is_somebody_here = Person.objects.exists()
            if not self.is_somebody_here:
                return redirect("teams:welcome")
        return self.get_response(request)

    def _is_page(self, path: str) -> bool:
        """Everything but the welcome page, what it is drawn with, and what machines ask for."""
        others = (reverse("teams:welcome"), settings.STATIC_URL, "/api/", "/healthz", "/readyz")
        return not path.startswith(others)
