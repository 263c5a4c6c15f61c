"""The invitation that an e-mail about a meeting carries: clients show it as a meeting that is entered with a click.

It is a REQUEST, which is what Outlook, Gmail and Apple Mail draw with its date and an entry for the calendar; a PUBLISH
they leave as an attachment. No answer is asked for: who comes to a retrospective is not for Remit to count. UID and
SEQUENCE are those of the feed, so that a meeting that moved is moved, and not entered twice.
"""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from icalendar import vCalAddress, vText

from reminders.feeds.entries import entry_of
from reminders.feeds.writing import event_of, write_one
from reminders.kinds import kind_of
from reminders.models import Occasion
from reminders.wording import single_line
from teams.models import Person

METHOD = "REQUEST"


@dataclass(frozen=True)
class Invitation:
    """A part of a message: its text, and what kind of text that is."""

    content: str
    mimetype: str = f"text/calendar; method={METHOD}"


def invitation_of(occasion: Occasion, *, person: Person, why: str = "", now: datetime) -> Invitation | None:
    """The invitation of a person to a meeting that is still to come; None for everything else."""
    if kind_of(occasion.kind).lasts is None or occasion.due_at <= now:
        return None
    entry = entry_of(occasion, why=why)
    event = event_of(entry, now=now)
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    event.add("organizer", _address(name, address))
    guest = _address(person.name, person.email)
    for key, value in (("role", "REQ-PARTICIPANT"), ("partstat", "NEEDS-ACTION"), ("rsvp", "FALSE")):
        guest.params[key] = vText(value)
    event.add("attendee", guest)
    return Invitation(write_one(METHOD, entry, event).decode())


def _address(name: str, address: str) -> vCalAddress:
    found = vCalAddress(f"mailto:{address}")
    found.params["cn"] = vText(single_line(name.replace('"', "'"), 100) or address)
    return found
