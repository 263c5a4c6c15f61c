"""People of a running round who have left or are away: the stored places are resolved to people again.

Called when the review is opened and before a vote is judged, so that no sweep has to walk all reviews. The roles and
counts of the round stay as they were stored; who has voted keeps the place. The change is recorded.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from charter.document import split_role
from charter.resolver import Meant, who_may_approve
from ledger.record import record_act
from reviews import occasions
from reviews.models import Place, PlacePerson, Review, Vote
from reviews.rules import barred_from_voting
from reviews.words import ReviewState
from teams.changing import locked
from teams.models import Absence, Seat
from teams.organisation import load_organisation
from teams.queries import held_on


def somebody_left(review: Review, *, now: datetime) -> bool:
    """Whether somebody who is still asked is gone, away, or holds no such role any more. One query."""
    today = timezone.localdate(now)
    roles = {split_role(place.role, "")[1] for place in review.places.all()}
    seats = Seat.objects.filter(held_on(today), person=OuterRef("person"), role__key__in=roles)
    away = Absence.objects.filter(person=OuterRef("person"), first_on__lte=today, last_on__gte=today)
    voted = Vote.objects.filter(review=review, round=review.round, voter=OuterRef("person"))
    asked = PlacePerson.objects.filter(~Exists(voted), place__review=review)
    return asked.filter(Q(person__is_active=False) | Exists(away) | ~Exists(seats)).exists()


@transaction.atomic
def seat_again(review: Review, *, now: datetime) -> bool:
    """Ask who holds the roles of the places now. False where nobody changed.

    Where nobody is left for a place it stands empty: it is filled when somebody takes the role.
    """
    review = locked(review)
    if review.state != ReviewState.SUBMITTED:
        return False
    organisation = load_organisation()
    voted = set(review.votes.filter(round=review.round).values_list("voter_id", flat=True))
    barred = barred_from_voting(review)
    gone: set[int] = set()
    come: set[int] = set()
    for place in review.places.prefetch_related("people"):
        meant = {
            each.person.id: each
            for each in who_may_approve(organisation, review.model.team.key, place.role, now)
            if each.person and each.person.id not in barred and not _stands_for(each, barred)
        }
        left, newcomers = _reseat(place, meant, voted)
        gone |= left
        come |= newcomers
    if not (gone or come):
        return False
    change: dict[str, list[Any]] = {
        "left": [sorted(gone), []],
        "people": [[], sorted(come)],
        "round": [review.round] * 2,
    }
    record_act(by=None, key="reviews.review.reseated", on=review, change=change, now=now)
    occasions.ask_again(review, gone=gone, come=come, now=now)
    return True


def _reseat(place: Place, meant: Mapping[int, Meant], voted: set[int]) -> tuple[set[int], set[int]]:
    """Make the people of a place those who are meant now, and those who have voted. Returns who left and who came."""
    before = {row.person_id for row in place.people.all()}
    left = before - set(meant) - voted
    newcomers = set(meant) - before if left or not before else set()
    place.people.filter(person__in=left).delete()
    PlacePerson.objects.bulk_create(
        PlacePerson(
            place=place,
            person_id=person,
            why=meant[person].why[:300],
            instead_of_id=_absent(meant[person]),
        )
        for person in sorted(newcomers)
    )
    return left, newcomers


def _absent(meant: Meant) -> int | None:
    return meant.instead_of.id if meant.instead_of else None


def _stands_for(meant: Meant, barred: frozenset[int]) -> bool:
    return meant.instead_of is not None and meant.instead_of.id in barred
