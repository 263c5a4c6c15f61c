"""What frames every page: how much is unread, and whose organisation this is."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from portal.demo import ORGANISATION
from reminders.queries import unread_count
from teams.models import Person


def shell(request: HttpRequest) -> dict[str, object]:
    """`unread_count` in the masthead, `organisation_note` at the foot, `search_text` in the search field."""
    frame: dict[str, object] = {"search_text": request.GET.get("q", "")}
    if settings.DEMO:
        frame["organisation_note"] = _("%(name)s is a demonstration organisation: people and figures are invented.") % {
            "name": ORGANISATION
        }
    person = getattr(request, "user", None)
    if isinstance(person, Person):
        frame["unread_count"] = SimpleLazyObject(lambda: unread_count(person))
    return frame
