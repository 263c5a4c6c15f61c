"""The only way a view or the API fetches a review: what a reader may not see does not exist."""

from django.db.models import QuerySet
from django.http import Http404

from reviews.models import Review
from reviews.queries import visible_to, with_everything
from teams.models import Person

PREFIX = "MCR-"
MOST_DIGITS = 15


def get_review_for(person: Person, ref: str) -> Review:
    """The review of a reference, with everything that its page shows. Raises Http404."""
    review = with_everything(_by_ref(visible_to(person), ref)).first()
    if review is None or review.ref != ref:
        raise Http404
    return review


def _by_ref(reviews: QuerySet[Review], ref: str) -> QuerySet[Review]:
    digits = ref.removeprefix(PREFIX)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > MOST_DIGITS:
        raise Http404
    return reviews.filter(pk=int(digits))
