"""What another document means for people: who answers, decides, is asked, told or called, before and after. Pure.

Both documents are read with the seats of one moment, so that what differs is the charter's doing. A decision right is
not compared as it is written but as it works, kind by kind and tier by tier: a right that was split, renamed or moved
changes nothing for anybody. The same holds for paths, trigger by trigger and severity by severity.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charter.document import DecisionRight, Document, Target
from charter.resolver import current_seats, lead_of, match_path, match_right
from charter.sentences import kinds_in_words, lowered, severities_in_words, tiers_in_words, triggers_in_words
from charter.words import TIERS, Kind, RitualKind, Severity, Trigger
from config.words import listed
from teams.models import Seat
from teams.organisation import Organisation

K = TypeVar("K")
V = TypeVar("V")
Parts = frozenset[tuple[str, str]]
"""What a duty is about: stages (key, ""), changes (kind, tier), calls (trigger, severity), rituals (key, "")."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A duty that somebody gets or loses, and what it is about ("monitoring and retraining")."""

    duty: str
    is_gained: bool
    about: str

    @property
    def to_you(self) -> str:
        """ "you become accountable for monitoring" """
        return str(_WORDS[self.duty][0 if self.is_gained else 1]) % {"about": self.about}

    @property
    def of_them(self) -> str:
        """ "becomes accountable for monitoring", after the name"""
        return str(_WORDS[self.duty][2 if self.is_gained else 3]) % {"about": self.about}


def effects_on_people(
    before: Document, after: Document, organisation: Organisation, at: datetime
) -> Mapping[int, Sequence[Effect]]:
    """Person id → what they get and what they lose, weightiest duty first; nobody for whom nothing differs."""
    was, now = _duties(before, organisation, at), _duties(after, organisation, at)
    effects: dict[int, list[Effect]] = defaultdict(list)
    for duty in _WORDS:
        for person in {*was[duty], *now[duty]}:
            old, new = was[duty].get(person, frozenset()), now[duty].get(person, frozenset())
            for document, parts, is_gained in ((after, new - old, True), (before, old - new, False)):
                if parts:
                    effects[person] += [
                        Effect(duty, is_gained, about) for about in _ABOUT[duty](document, frozenset(parts))
                    ]
    return effects


def effects_on(
    person: int, before: Document, after: Document, organisation: Organisation, at: datetime
) -> Sequence[Effect]:
    """What one person gets and loses."""
    return effects_on_people(before, after, organisation, at).get(person, ())


def _duties(document: Document, organisation: Organisation, at: datetime) -> Mapping[str, Mapping[int, Parts]]:
    """Duty → person → what it is about."""
    found: dict[str, dict[int, set[tuple[str, str]]]] = defaultdict(lambda: defaultdict(set))
    for duty, part, person in _each_duty(document, organisation, at):
        found[duty][person].add(part)
    return {duty: {person: frozenset(parts) for person, parts in found[duty].items()} for duty in _WORDS}


def _each_duty(
    document: Document, organisation: Organisation, at: datetime
) -> Iterator[tuple[str, tuple[str, str], int]]:
    """(duty, what it is about, person), each once or oftener."""
    seated = _Seated(organisation, document.team, at)
    yield from _letters(document, seated)
    for kind, tier in product(Kind, TIERS):
        if right := match_right(document, kind, tier):
            for duty, people in _voices(right, seated):
                for person in people:
                    yield duty, (kind.value, str(tier)), person
    for trigger, severity in product(Trigger, Severity):
        path = match_path(document, trigger, severity)
        for number, level in enumerate(path.levels if path else ()):
            for person in seated.called(level.to):
                yield "is called first" if number == 0 else "is called later", (trigger, severity), person
    for ritual in document.rituals:
        for person in seated.primary(ritual.facilitator):
            yield "facilitates", (ritual.kind, ""), person


@dataclass(frozen=True)
class _Seated:
    """Whom a charter means by the seats of a moment, away or not."""

    organisation: Organisation
    team: str
    at: datetime

    def primary(self, ref: str | None) -> Sequence[int]:
        seats = current_seats(self.organisation, self.team, ref, self.at) if ref else []
        return [seats[0].person] if seats else []

    def holders(self, ref: str) -> Sequence[int]:
        """Primary and members; deputies where there is neither."""
        seats = current_seats(self.organisation, self.team, ref, self.at)
        return [seat.person for seat in seats if seat.kind != Seat.Kind.DEPUTY] or [seat.person for seat in seats]

    def called(self, target: Target) -> Sequence[int]:
        if target.lead:
            lead = lead_of(self.organisation, target.lead).person
            return [lead.id] if lead else []
        return self.primary(target.role)


def _letters(document: Document, seated: _Seated) -> Iterator[tuple[str, tuple[str, str], int]]:
    for stage in document.stages:
        for ref, letter in document.responsibilities.get(stage.key, {}).items():
            for sign in letter:
                for person in seated.primary(ref) if sign == "A" else seated.holders(ref):
                    yield _BY_LETTER[sign], (stage.key, ""), person


def _voices(right: DecisionRight, seated: _Seated) -> Iterator[tuple[str, Sequence[int]]]:
    yield "drives", seated.primary(right.driver)
    yield from (("approves", seated.holders(place.role)) for place in right.places)
    yield from (("is asked", seated.holders(ref)) for ref in right.contributors)
    yield from (("is told", seated.holders(ref)) for ref in right.informed)


# -- what a duty is about, in words ---------------------------------------------------------------------------------


def _stages(document: Document, parts: Parts) -> Sequence[str]:
    return [listed([lowered(stage.name) for stage in document.stages if (stage.key, "") in parts])]


def _changes_of_models(_document: Document, parts: Parts) -> Sequence[str]:
    """Kinds that share their tiers are said together: "retraining, tier 1 or 2"."""
    tiers_by_kind = {kind: tuple(tier for tier in TIERS if (kind.value, str(tier)) in parts) for kind in Kind}
    return [
        kinds_in_words(kinds)
        if len(tiers) == len(TIERS)
        else _("%(kinds)s of %(tiers)s") % {"kinds": kinds_in_words(kinds), "tiers": tiers_in_words(tiers)}
        for tiers, kinds in _gathered(tiers_by_kind)
    ]


def _calls(_document: Document, parts: Parts) -> Sequence[str]:
    """Triggers that share their severities are said together: "SEV1 to SEV3 of drift and quality"."""
    by_trigger = {
        trigger: tuple(severity for severity in Severity if (trigger, severity) in parts) for trigger in Trigger
    }
    return [
        severities_in_words(severities)
        if len(triggers) == len(Trigger)
        else _("%(severities)s of %(triggers)s")
        % {"severities": severities_in_words(severities), "triggers": triggers_in_words(triggers)}
        for severities, triggers in _gathered(by_trigger)
    ]


def _rituals(_document: Document, parts: Parts) -> Sequence[str]:
    return [listed([kind.label for kind in RitualKind if (kind.value, "") in parts])]


def _gathered(chosen: Mapping[K, tuple[V, ...]]) -> list[tuple[tuple[V, ...], list[K]]]:
    """What shares its values, together; what has none is left out."""
    groups: dict[tuple[V, ...], list[K]] = defaultdict(list)
    for key, values in chosen.items():
        if values:
            groups[values].append(key)
    return list(groups.items())


_BY_LETTER = {"A": "accountable", "R": "responsible", "C": "consulted", "I": "informed"}

# Duty → to the person who gets it and who loses it, and of somebody else who gets it and who loses it.
_WORDS = {
    "accountable": (
        gettext_lazy("you become accountable for %(about)s"),
        gettext_lazy("you are no longer accountable for %(about)s"),
        gettext_lazy("becomes accountable for %(about)s"),
        gettext_lazy("is no longer accountable for %(about)s"),
    ),
    "responsible": (
        gettext_lazy("you become responsible for %(about)s"),
        gettext_lazy("you are no longer responsible for %(about)s"),
        gettext_lazy("becomes responsible for %(about)s"),
        gettext_lazy("is no longer responsible for %(about)s"),
    ),
    "drives": (
        gettext_lazy("you drive %(about)s"),
        gettext_lazy("you no longer drive %(about)s"),
        gettext_lazy("drives %(about)s"),
        gettext_lazy("no longer drives %(about)s"),
    ),
    "approves": (
        gettext_lazy("you approve %(about)s"),
        gettext_lazy("you no longer approve %(about)s"),
        gettext_lazy("approves %(about)s"),
        gettext_lazy("no longer approves %(about)s"),
    ),
    "is called first": (
        gettext_lazy("you are called first for %(about)s"),
        gettext_lazy("you are no longer called first for %(about)s"),
        gettext_lazy("is called first for %(about)s"),
        gettext_lazy("is no longer called first for %(about)s"),
    ),
    "is called later": (
        gettext_lazy("you are called for %(about)s if nobody before you acknowledges"),
        gettext_lazy("you are no longer called for %(about)s if nobody else acknowledges"),
        gettext_lazy("is called for %(about)s if nobody before acknowledges"),
        gettext_lazy("is no longer called for %(about)s if nobody else acknowledges"),
    ),
    "is asked": (
        gettext_lazy("you are asked before decisions on %(about)s"),
        gettext_lazy("you are no longer asked before decisions on %(about)s"),
        gettext_lazy("is asked before decisions on %(about)s"),
        gettext_lazy("is no longer asked before decisions on %(about)s"),
    ),
    "facilitates": (
        gettext_lazy("you facilitate the %(about)s"),
        gettext_lazy("you no longer facilitate the %(about)s"),
        gettext_lazy("facilitates the %(about)s"),
        gettext_lazy("no longer facilitates the %(about)s"),
    ),
    "consulted": (
        gettext_lazy("you are consulted on %(about)s"),
        gettext_lazy("you are no longer consulted on %(about)s"),
        gettext_lazy("is consulted on %(about)s"),
        gettext_lazy("is no longer consulted on %(about)s"),
    ),
    "is told": (
        gettext_lazy("you are told of decisions on %(about)s"),
        gettext_lazy("you are no longer told of decisions on %(about)s"),
        gettext_lazy("is told of decisions on %(about)s"),
        gettext_lazy("is no longer told of decisions on %(about)s"),
    ),
    "informed": (
        gettext_lazy("you are informed of %(about)s"),
        gettext_lazy("you are no longer informed of %(about)s"),
        gettext_lazy("is informed of %(about)s"),
        gettext_lazy("is no longer informed of %(about)s"),
    ),
}

_ABOUT: Mapping[str, Callable[[Document, Parts], Sequence[str]]] = {
    **dict.fromkeys(["accountable", "responsible", "consulted", "informed"], _stages),
    **dict.fromkeys(["drives", "approves", "is asked", "is told"], _changes_of_models),
    **dict.fromkeys(["is called first", "is called later"], _calls),
    "facilitates": _rituals,
}
