"""Searching by name: people, teams, charters, models, reviews; a query for each group, whatever is found."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from charter.models import Version
from charter.queries import in_force
from config.components import state_mark, tier_mark
from reviews.models import Review
from reviews.queries import visible_to
from teams.models import MLModel, Person, Team

MOST_A_GROUP = 20
LONGEST = 100
Row = TypeVar("Row", bound=Model)
_REFERENCE = re.compile(r"^(?:mcr-)?0*(\d{1,15})$", re.IGNORECASE)


@dataclass(frozen=True)
class Hit:
    """Something found: what it is called, where it is, and what tells it from others of that name."""

    name: str
    address: str
    note: str = ""
    mark: SafeString | str = ""


@dataclass(frozen=True)
class Group:
    """What was found of a kind; `is_cut`: there is more."""

    title: str
    hits: Sequence[Hit]
    is_cut: bool


def search_for(text: str, *, reader: Person, now: datetime) -> list[Group]:
    """Groups in which something was found: each word must occur. Five queries at most."""
    words = text[:LONGEST].split()
    if not words:
        return []
    groups = [
        _group(_("People"), _people(words), _person_hit),
        _group(_("Teams"), _teams(words), _team_hit),
        _group(_("Charters in force"), _charters(words, now), _charter_hit),
        _group(_("Models"), _models(words), _model_hit),
        _group(_("Reviews"), _reviews(words, reader), _review_hit),
    ]
    return [group for group in groups if group.hits]


def _group(title: str, rows: QuerySet[Row] | list[Row], hit_of: Callable[[Row], Hit]) -> Group:
    found = list(rows[: MOST_A_GROUP + 1])
    return Group(title, [hit_of(row) for row in found[:MOST_A_GROUP]], is_cut=len(found) > MOST_A_GROUP)


def _containing(words: Sequence[str], *fields: str) -> Q:
    """Each word occurs in one of the fields."""
    every = Q()
    for word in words:
        some = Q()
        for field in fields:
            some |= Q(**{f"{field}__icontains": word})
        every &= some
    return every


def _people(words: Sequence[str]) -> QuerySet[Person]:
    return Person.objects.filter(_containing(words, "name", "email")).order_by("-is_active", "name", "id")


def _person_hit(person: Person) -> Hit:
    mark = "" if person.is_active else state_mark("occasion", "cancelled", _("has left"))
    return Hit(str(person), person.get_absolute_url(), person.email, mark)


def _teams(words: Sequence[str]) -> QuerySet[Team]:
    found = Team.objects.filter(_containing(words, "name", "key", "lead__name"), closed_at__isnull=True)
    return found.select_related("lead").order_by("name", "id")


def _team_hit(team: Team) -> Hit:
    lead = _("led by %(name)s") % {"name": team.lead} if team.lead else _("without lead")
    return Hit(team.name, team.get_absolute_url(), f"{team.get_structure_display()}, {lead}")


def _charters(words: Sequence[str], now: datetime) -> list[Version]:
    """Of each charter the version that holds; beside an interim that is not the ratified one."""
    fields = ("charter__team__name", "charter__team__key", "purpose", "north_star")
    found: dict[int, Version] = {}
    for version in in_force(now).filter(_containing(words, *fields)):
        found.setdefault(version.charter_id, version)
    return sorted(found.values(), key=lambda version: version.charter.team.name)


def _charter_hit(version: Version) -> Hit:
    name = _("Charter of %(team)s, version %(number)d") % {
        "team": version.charter.team.name,
        "number": version.number,
    }
    return Hit(name, version.get_absolute_url(), version.purpose, state_mark("charter", version.state))


def _models(words: Sequence[str]) -> QuerySet[MLModel]:
    found = MLModel.objects.filter(_containing(words, "name", "key", "description"))
    return found.select_related("team").order_by("tier", "name", "id")


def _model_hit(model: MLModel) -> Hit:
    return Hit(model.name, model.get_absolute_url(), model.team.name, tier_mark(model.tier))


def _reviews(words: Sequence[str], reader: Person) -> QuerySet[Review]:
    wanted = _containing(words, "title", "model__name", "version", "author__name")
    if len(words) == 1 and (reference := _REFERENCE.match(words[0])):
        wanted |= Q(pk=int(reference[1]))
    return visible_to(reader).filter(wanted).select_related("model").order_by("-id")


def _review_hit(review: Review) -> Hit:
    name = f"{review.ref}: {review.title}"
    note = f"{review.model.name} {review.version}"
    return Hit(name, review.get_absolute_url(), note, state_mark("review", review.state))
