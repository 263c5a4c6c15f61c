"""Break-glass: releasing a change before it is decided, when waiting does more harm. Two people answer for it.

One who may release asks, with a reason; somebody else who answers for the change confirms. The review is marked for
ever, its thresholds bind nobody in that moment, and it is looked at within `REVIEWED_WITHIN`.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ledger.record import record_act
from reviews import occasions
from reviews.drafting import check_reason
from reviews.models import GlassBreak, PlacePerson, Review
from reviews.rules import can_confirm_break, can_release
from reviews.states import Action, ReviewNotInState, state_after
from teams.changing import locked
from teams.models import Person
from teams.rules import require


@transaction.atomic
def ask_to_break_glass(review: Review, *, reason: str, by: Person, now: datetime) -> GlassBreak:
    """Ask a second person to let the change out undecided. Asking again replaces the reason.

    Raises Forbidden, ReviewNotInState, Invalid.
    """
    review = locked(review)
    require(can_release(by, review), _("Only the driver or the model's accountable person asks for this."))
    state_after(review, Action.BREAK_GLASS)
    check_reason(reason)
    asked, _is_new = GlassBreak.objects.update_or_create(
        review=review, defaults={"reason": reason.strip(), "asked_by": by, "asked_at": now}
    )
    change: dict[str, list[Any]] = {"round": [review.round] * 2, "digest": [review.digest] * 2}
    record_act(by=by, key="reviews.review.break_glass_asked", on=review, change=change, now=now)
    occasions.ask_to_confirm_break(review, by=by, now=now)
    return asked


@transaction.atomic
def confirm_break_glass(review: Review, *, by: Person, now: datetime) -> Review:
    """The second person confirms, and the change goes out at once. Raises Forbidden, ReviewNotInState."""
    review = locked(review)
    asked = GlassBreak.objects.filter(review=review).first()
    approvers = set(PlacePerson.objects.filter(place__review=review).values_list("person_id", flat=True))
    require(
        can_confirm_break(by, review, approvers),
        _("The driver, the accountable person, the lead of the team or an approver confirms this."),
    )
    before = review.state
    after = state_after(review, Action.BREAK_GLASS)
    if asked is None:
        raise ReviewNotInState(review)
    require(by.pk != asked.asked_by_id, _("You asked for this: it takes a second person."))
    asked.confirmed_by, asked.confirmed_at = by, now
    asked.save()
    review.state = after
    review.released_at = now
    review.save(update_fields=["state", "released_at"])
    change: dict[str, list[Any]] = {
        "state": [before, after],
        "round": [review.round] * 2,
        "digest": [review.digest] * 2,
    }
    record_act(by=by, key="reviews.review.glass_broken", on=review, change=change, now=now)
    occasions.break_is_confirmed(review, by=by, now=now)
    occasions.call_off_votes(review, by=by, now=now)
    occasions.call_off_expiry(review, by=by, now=now)
    occasions.plan_pir(review, now=now)
    occasions.plan_look_after_break(review, now=now)
    occasions.tell_news(review, by=by, now=now)
    return review
