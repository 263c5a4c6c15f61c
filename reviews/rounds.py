"""A round: the people of the right that matches are asked about one digest. Called inside the acts' transactions."""

from datetime import datetime
from typing import Any

from ledger.errors import Invalid
from ledger.record import record_act
from reviews import occasions
from reviews.digest import content_of, digest_of
from reviews.models import Place, PlacePerson, Review, Round
from reviews.routing import Outcome
from reviews.states import Action, state_after
from reviews.words import ReviewState
from teams.models import Person


class NowhereToGo(Invalid):
    """The change cannot be decided: no charter in force, no right that covers it, or places that nobody can fill."""


def begin_round(review: Review, outcome: Outcome, *, now: datetime) -> None:
    """Store who decides under which right of which version, and ask them. Raises NowhereToGo."""
    if outcome.obstacles or outcome.route is None:
        raise NowhereToGo(outcome.obstacles)
    route = outcome.route
    review.charter_version = outcome.version
    review.right_key = route.right.key
    review.driver_id = route.driver.person.id if route.driver and route.driver.person else None
    review.decide_by = route.decide_by
    review.submitted_at = now
    review.round += 1
    review.digest = digest_of(review)
    review.save()
    Round.objects.create(
        review=review, number=review.round, digest=review.digest, content=content_of(review), begun_at=now
    )
    _store_places(review, outcome)
    occasions.ask_for_votes(review, now=now)
    occasions.plan_expiry(review, now=now)


def approve_if_nothing_is_missing(review: Review, outcome: Outcome, *, now: datetime) -> None:
    """A right that decides by itself is satisfied as soon as all required evidence is there."""
    if outcome.approves_itself:
        decide(review, Action.APPROVE, by=None, now=now)


def decide(review: Review, action: Action, *, by: Person | None, now: datetime) -> None:
    """End the round: approved, rejected or back for changes. Nobody is reminded of it any more."""
    before = review.state
    review.state = state_after(review, action)
    review.decided_at = now
    review.save(update_fields=["state", "decided_at"])
    change: dict[str, list[Any]] = {
        "state": [before, review.state],
        "round": [review.round, review.round],
        "digest": [review.digest] * 2,
    }
    record_act(by=by, key=f"reviews.review.{review.state}", on=review, change=change, now=now)
    occasions.call_off_votes(review, by=by, now=now)
    if review.state == ReviewState.REJECTED:
        occasions.call_off_expiry(review, by=by, now=now)
    else:
        occasions.plan_expiry(review, now=now)
    occasions.tell_news(review, by=by, now=now)


def _store_places(review: Review, outcome: Outcome) -> None:
    review.places.all().delete()
    assert outcome.route is not None  # noqa: S101  begin_round has seen it
    for position, routed in enumerate(outcome.route.places):
        place = Place.objects.create(
            review=review, position=position, role=routed.role, name=outcome.name_of(routed), count=routed.count
        )
        PlacePerson.objects.bulk_create(
            PlacePerson(
                place=place,
                person_id=meant.person.id,
                why=meant.why[:300],
                instead_of_id=meant.instead_of.id if meant.instead_of else None,
            )
            for meant in routed.people
            if meant.person
        )
