"""Reading reviews."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from reviews.models import Comment, Contributor, EvidenceWaiver, PlacePerson, Review, Vote
from reviews.words import ReviewState
from teams.models import MLModel, Person, Seat
from teams.queries import held_on

OPEN_STATES = (
    ReviewState.DRAFT,
    ReviewState.SUBMITTED,
    ReviewState.CHANGES_REQUESTED,
    ReviewState.APPROVED,
    ReviewState.RELEASED,
    ReviewState.ROLLED_BACK,
)


def visible_to(person: Person) -> QuerySet[Review]:
    """Everything but the drafts of others: a draft is seen by its author and by who worked on it."""
    worked_on_it = Contributor.objects.filter(review=OuterRef("pk"), person=person)
    return Review.objects.filter(~Q(state=ReviewState.DRAFT) | Q(author=person) | Exists(worked_on_it))


def with_row(reviews: QuerySet[Review]) -> QuerySet[Review]:
    """What a row of a list shows, in a constant number of queries."""
    return reviews.select_related(
        "model__team__lead", "model__accountable", "author", "driver", "charter_version__charter"
    ).prefetch_related(
        "evidence",
        Prefetch("waivers", EvidenceWaiver.objects.select_related("waived_by")),
        Prefetch("places__people", PlacePerson.objects.select_related("person", "instead_of")),
        Prefetch("votes", Vote.objects.select_related("voter", "on_behalf_of")),
    )


def with_everything(reviews: QuerySet[Review]) -> QuerySet[Review]:
    """What the page of a review and the API show, in a constant number of queries."""
    people = ("glass_break__asked_by", "glass_break__confirmed_by", "pir__closed_by")
    return (
        with_row(reviews)
        .select_related(*people)
        .prefetch_related(
            "evidence__attached_by",
            "evidence__measurements",
            "expectations",
            Prefetch("contributors", Contributor.objects.select_related("person")),
            "pir__sorted_lessons",
            Prefetch("comments", Comment.objects.select_related("author").prefetch_related("mentioned")),
        )
    )


def waiting_for(person: Person) -> QuerySet[Review]:
    """Reviews whose running round asks the person, who has not voted in it."""
    asked = PlacePerson.objects.filter(place__review=OuterRef("pk"), person=person)
    voted = Vote.objects.filter(review=OuterRef("pk"), voter=person, round=OuterRef("round"))
    return Review.objects.filter(Exists(asked), ~Exists(voted), state=ReviewState.SUBMITTED)


def reviews_waiting_for(person: Person) -> Sequence[Review]:
    """What the person is to vote on, the most urgent first."""
    return list(with_row(waiting_for(person)).order_by("decide_by", "id"))


def to_be_acted_on_by(person: Person) -> QuerySet[Review]:
    """Reviews that wait for the person: for a vote, for mending, or for the release."""
    is_theirs = Q(driver=person) | Q(model__accountable=person)
    return visible_to(person).filter(
        Q(pk__in=waiting_for(person).values("pk"))
        | Q(state=ReviewState.CHANGES_REQUESTED, author=person)
        | (Q(state=ReviewState.APPROVED) & is_theirs)
    )


def written_by(person: Person) -> QuerySet[Review]:
    """Reviews that the person wrote or worked on."""
    worked_on_it = Contributor.objects.filter(review=OuterRef("pk"), person=person)
    return Review.objects.filter(Q(author=person) | Exists(worked_on_it))


def open_reviews_of(team_ids: Collection[int], reader: Person) -> QuerySet[Review]:
    """What still moves, of the models of some teams, as far as the reader sees it."""
    return visible_to(reader).filter(model__team__in=team_ids, state__in=OPEN_STATES)


def teams_of(person: Person, now: datetime) -> frozenset[int]:
    """Ids of the teams in which a person holds a seat today."""
    seats = Seat.objects.filter(held_on(now.date()), person=person)
    return frozenset(seats.values_list("team_id", flat=True))


def proposable_models(person: Person, now: datetime) -> QuerySet[MLModel]:
    """Models whose changes the person may propose; retired ones change no more."""
    return (
        MLModel.objects.filter(
            Q(team__in=teams_of(person, now)) | Q(team__lead=person) | Q(accountable=person), team__closed_at=None
        )
        .exclude(stage=MLModel.Stage.RETIRED)
        .select_related("team__lead", "accountable")
        .order_by("name", "id")
    )


def standing_release(model: MLModel, version: str) -> Review | None:
    """The review with which exactly this version went out and still stands."""
    return (
        Review.objects.filter(model=model, version=version, released_at__isnull=False, rolled_back_at=None)
        .order_by("-released_at")
        .first()
    )


def people_by_id(ids: Collection[int]) -> Mapping[int, Person]:
    return Person.objects.in_bulk(ids)
