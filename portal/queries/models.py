"""What the pages of models show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from charter.document import DecisionRight, Document
from charter.models import Version
from charter.queries import version_in_force
from charter.resolver import Route, RoutedPlace, role_name, route_change
from charter.storage import thaw
from charter.words import EvidenceKind, Kind
from reviews.models import Review
from teams.models import MLModel, Team
from teams.organisation import Organisation, PersonFacts, load_organisation
from teams.queries import all_models

MOST_SHOWN = 12


def models_matching(
    *, text: str = "", team: Team | str = "", tier: str = "", stage: str = "", nobody: bool | str = False
) -> QuerySet[MLModel]:
    """Models by name, key or what they do; retired ones only where their stage is asked for."""
    models = all_models().filter(stage=stage) if stage else all_models().exclude(stage=MLModel.Stage.RETIRED)
    for word in text.split():
        models = models.filter(Q(name__icontains=word) | Q(key__icontains=word) | Q(description__icontains=word))
    if isinstance(team, Team):
        models = models.filter(team=team)
    if tier:
        models = models.filter(tier=tier)
    if nobody:
        models = models.filter(Q(accountable__isnull=True) | Q(accountable__is_active=False))
    return models


@dataclass(frozen=True)
class ModelCount:
    """How many models run, how many have the highest tier, and for how many nobody answers."""

    models: int
    highest: int
    unanswered: int
    teams: int


def count_models() -> ModelCount:
    """One query."""
    running = MLModel.objects.exclude(stage=MLModel.Stage.RETIRED)
    counts = running.aggregate(
        models=Count("pk"),
        highest=Count("pk", filter=Q(tier=1)),
        unanswered=Count("pk", filter=Q(accountable__isnull=True) | Q(accountable__is_active=False)),
        teams=Count("team", distinct=True),
    )
    return ModelCount(**counts)


@dataclass(frozen=True)
class PlaceToday:
    """An approver place in words, and the people who may fill it today."""

    words: str
    people: Sequence[PersonFacts]


@dataclass(frozen=True)
class Routing:
    """Kinds of change on a model that the same decision right covers, and where they go today."""

    kinds: Sequence[Kind]
    route: Route
    places: Sequence[PlaceToday]

    @property
    def kinds_in_words(self) -> str:
        return str(capfirst(", ".join(str(kind.label) for kind in self.kinds)))

    @property
    def right(self) -> DecisionRight:
        return self.route.right


@dataclass(frozen=True)
class ModelPage:
    """Everything that the page of a model shows."""

    model: MLModel
    version: Version | None
    evidence: Sequence[EvidenceKind]
    routings: Sequence[Routing]
    unrouted: Sequence[Kind]
    reviews: Sequence[Review]
    review_count: int


def model_page(model: MLModel, now: datetime) -> ModelPage:
    """Read the page of a model: a constant number of queries."""
    version = version_in_force(model.team, now)
    document = thaw(version.document) if version and version.document else None
    reviews = Review.objects.filter(model=model).exclude(state="draft").select_related("author").order_by("-id")
    organisation = load_organisation()
    routings = routings_of(organisation, document, model.tier, now) if document else []
    routed = {kind for routing in routings for kind in routing.kinds}
    return ModelPage(
        model=model,
        version=version,
        evidence=document.evidence_for(model.tier) if document else [],
        routings=routings,
        unrouted=[kind for kind in Kind if kind not in routed] if document else [],
        reviews=list(reviews[:MOST_SHOWN]),
        review_count=reviews.count(),
    )


def routings_of(organisation: Organisation, document: Document, tier: int, now: datetime) -> list[Routing]:
    """Where each kind of change on a model of this tier goes, the kinds of one right together."""
    kinds: dict[str, list[Kind]] = {}
    routes: dict[str, Route] = {}
    for kind in Kind:
        route = route_change(organisation, document, kind=kind, tier=tier, at=now)
        if route is not None:
            kinds.setdefault(route.right.key, []).append(kind)
            routes[route.right.key] = route
    return [
        Routing(kinds[key], route, [_today(place, organisation, document.team) for place in route.places])
        for key, route in routes.items()
    ]


def _today(place: RoutedPlace, organisation: Organisation, team: str) -> PlaceToday:
    role = role_name(organisation, place.role, team)
    words = role if place.count == 1 else _("%(count)s × %(role)s") % {"count": place.count, "role": role}
    return PlaceToday(words, [meant.person for meant in place.people if meant.person])
