"""What reminders add to the frame of every page."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from reminders.auditing import trouble


def engine_trouble(request: HttpRequest) -> dict[str, object]:
    """`engine_trouble`: for admins, what of the reminders is late; empty where nothing is."""
    if not getattr(getattr(request, "user", None), "is_admin", False):
        return {}
    return {"engine_trouble": SimpleLazyObject(trouble)}
