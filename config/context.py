"""What every template may know about the installation."""

from django.conf import settings
from django.http import HttpRequest


def installation(request: HttpRequest) -> dict[str, object]:
    """`is_demo`: the pages mark the demonstration organisation and offer sign-in by one click."""
    return {"is_demo": settings.DEMO}
