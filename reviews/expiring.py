"""Reviews that nobody carried on: Remit lets them expire, so that no old approval releases a model of today.

A review that was not decided expires `UNDECIDED_FOR` after its decision was due; one that was approved expires
`UNRELEASED_FOR` after the decision, unless it was released. The moment stands in an occasion of the kind `expiry`,
which warns its people beforehand and calls `expire_review` when it has come.
"""

from datetime import datetime

from django.db import connection, transaction

from ledger.record import record_act
from reminders.models import Occasion
from reviews import occasions
from reviews.models import Review
from reviews.states import Action, is_possible, state_after


class ReviewIsBusy(RuntimeError):
    """Somebody acts on the review at this moment; the sweep, which holds its occasion, comes again later."""


@transaction.atomic
def expire_review(review: Review, *, now: datetime) -> bool:
    """Let a review expire whose time is over. False where it was carried on meanwhile. Raises ReviewIsBusy."""
    rows = Review.objects.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
    found = rows.filter(pk=review.pk).first()
    if found is None:
        raise ReviewIsBusy(review.ref)
    expires_at = occasions.expiry_of(found)
    if not is_possible(found, Action.EXPIRE) or expires_at is None or now < expires_at:
        return False
    before = found.state
    found.state = state_after(found, Action.EXPIRE)
    found.closed_at = now
    found.save(update_fields=["state", "closed_at"])
    record_act(by=None, key="reviews.review.expired", on=found, change={"state": [before, found.state]}, now=now)
    occasions.call_off_votes(found, by=None, now=now)
    occasions.it_expired(found, now=now)
    occasions.tell_news(found, by=None, now=now)
    return True


def expire_by_occasion(occasion: Occasion, now: datetime) -> None:
    """What happens when the time of an expiry has come."""
    expire_review(Review.objects.get(pk=occasion.subject["review"]), now=now)
