"""A draft charter for teams that have none."""

from collections.abc import Sequence
from datetime import datetime

from charter.document import Document
from charter.exchange import replace_draft
from charter.models import Version
from teams.models import Person, Team


def draft_charters(documents: Sequence[Document], *, by: Person | None, now: datetime) -> int:
    """Make each document the draft of its team, unless that team has a charter in any state. Returns how many."""
    chartered = set(Version.objects.values_list("charter__team__key", flat=True))
    teams = Team.objects.in_bulk([document.team for document in documents], field_name="key")
    wanted = [document for document in documents if document.team not in chartered]
    for document in wanted:
        replace_draft(team=teams[document.team], document=document, by=by, now=now)
    return len(wanted)
