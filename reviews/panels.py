"""Who will decide, and why: the panel beside the form and on the page of a draft, from one `Outcome`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import get_script_prefix
from django.utils.translation import gettext as _

from config.words import in_words, listed
from reviews.routing import Outcome
from reviews.wording import by_when, evidence_names
from teams.models import Person
from teams.organisation import PersonFacts


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody who would be asked, as what, and why; `person` None where nobody can be."""

    person: PersonFacts | None
    role: str
    why: str


@dataclass(frozen=True, slots=True)
class Panel:
    """What is shown: people, the right's sentence, what is missing, what is in the way and where it is mended."""

    lines: Sequence[Line]
    sentence: str = ""
    source: str = ""
    informed: str = ""
    missing: str = ""
    obstacles: Sequence[str] = ()
    mend_address: str = ""


def panel_of(outcome: Outcome, reader: Person, now: datetime) -> Panel:
    """The panel for a reader."""
    obstacles = [sentence for _pointer, sentence in outcome.obstacles]
    missing = evidence_names(outcome.missing)
    if outcome.route is None or outcome.version is None:
        address = f"{get_script_prefix()}charters/{outcome.team.key}/edit/"
        return Panel([], missing=missing, obstacles=obstacles, mend_address=address)
    lines = []
    for place in outcome.route.places:
        role = outcome.name_of(place)
        if place.count < len(place.people):
            role = _("%(role)s, %(count)s of %(all)s") % {
                "role": role,
                "count": in_words(place.count),
                "all": in_words(len(place.people)),
            }
        lines += [Line(meant.person, role, meant.why) for meant in place.people]
        if not place.people:
            lines.append(Line(None, role, ""))
    source = _("Decision right %(key)s of charter version %(number)s of %(team)s") % {
        "key": outcome.route.right.key,
        "number": outcome.version.number,
        "team": outcome.team,
    }
    if outcome.route.decide_by:
        source = f"{source}, {by_when(outcome.route.decide_by, reader.timezone, now)}"
    return Panel(
        lines,
        sentence=outcome.sentence,
        source=f"{source}.",
        informed=listed([meant.person.name for meant in outcome.route.informed if meant.person]),
        missing=missing,
        obstacles=obstacles,
    )
