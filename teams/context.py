"""What the templates of the sign-in page know."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from teams.demo_doors import all_doors


def demo_doors(request: HttpRequest) -> dict[str, object]:
    """`demo_doors`: who can be entered as by one click; asked of the database only by the page that shows it."""
    return {"demo_doors": SimpleLazyObject(all_doors)} if settings.DEMO else {}
