"""What has changed since somebody looked: each approver's last look at a review is kept, and told first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from reviews.differences import Difference, differences
from reviews.digest import content_of
from reviews.models import Review, ReviewLook
from teams.models import Person


@dataclass(frozen=True, slots=True)
class SinceYouLooked:
    """When the person had looked, and what differs now."""

    looked_at: datetime
    differences: Sequence[Difference]


@transaction.atomic
def look_at(review: Review, *, by: Person, now: datetime) -> SinceYouLooked | None:
    """Note that somebody looks, and say what is new to them; None where nothing is.

    What is new stays told until something changes again, however often the page is opened.
    """
    content = content_of(review)
    look, is_first = ReviewLook.objects.select_for_update().get_or_create(
        review=review, person=by, defaults={"digest": review.digest, "content": content, "looked_at": now}
    )
    if is_first:
        return None
    if look.digest != review.digest:
        look.earlier_content, look.earlier_at = look.content, look.looked_at
        look.content, look.digest = content, review.digest
    look.looked_at = now
    look.save()
    if look.earlier_content is None or look.earlier_at is None:
        return None
    found = differences(look.earlier_content, look.content)
    return SinceYouLooked(look.earlier_at, found) if found else None
