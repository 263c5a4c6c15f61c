"""Reading one's inbox."""

from datetime import datetime

from reminders.models import Notice, Occasion
from teams.models import Person


def mark_read(*, person: Person, now: datetime, occasion: Occasion | None = None) -> int:
    """The person has looked at what they were told, of one occasion or of all. Returns how many notices that were."""
    unread = Notice.objects.filter(recipient=person, channel=Notice.Channel.INBOX, read_at__isnull=True)
    if occasion is not None:
        unread = unread.filter(occasion=occasion)
    return unread.update(read_at=now)
