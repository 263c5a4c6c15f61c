"""Reviews that nobody carried on expire, neither a moment too early nor because somebody looked away."""

from datetime import datetime, timedelta

import pytest

from ledger.models import Entry
from reminders.models import Notice, Occasion
from reminders.sweeping import sweep
from reviews import expiring
from reviews.expiring import expire_review
from reviews.gate import ask_gate
from reviews.models import Review
from reviews.occasions import expiry_of
from reviews.releasing import ReleaseBlocked, release_review
from reviews.submitting import submit_review, withdraw_review
from tests.factories import NOW
from tests.reviews.worlds import World, make_world, vote

A_MONTH = timedelta(days=30)
A_MOMENT = timedelta(seconds=1)


def expiry(review: Review) -> Occasion:
    return Occasion.objects.get(key=f"review:{review.pk}:expiry")


def state_of(review: Review) -> str:
    review.refresh_from_db()
    return review.state


def test_an_undecided_review_expires_a_month_after_its_decision_was_due(world: World) -> None:
    review = world.submitted()
    assert review.decide_by is not None
    ends_at = review.decide_by + A_MONTH
    assert expiry(review).due_at == ends_at
    sweep(now=ends_at - A_MOMENT)
    assert state_of(review) == "submitted"
    sweep(now=ends_at)
    assert state_of(review) == "expired"
    entry = Entry.objects.get(key="reviews.review.expired")
    assert (entry.actor_id, entry.change) == (None, {"state": ["submitted", "expired"]})
    assert expiry(review).state == "done"
    still_open = Occasion.objects.filter(key__startswith=f"review:{review.pk}:", state="open")
    assert [(occasion.kind, set(occasion.people.all())) for occasion in still_open] == [
        ("review-expired", {world.author, world.driver})
    ]
    sweep(now=ends_at + A_MONTH)
    assert Entry.objects.filter(key="reviews.review.expired").count() == 1


def test_an_approval_holds_for_a_month(world: World) -> None:
    review = world.approved()
    assert expiry(review).due_at == NOW + A_MONTH
    sweep(now=NOW + A_MONTH - A_MOMENT)
    assert ask_gate(world.model, review.version, now=NOW + A_MONTH - A_MOMENT).is_allowed
    unswept = ask_gate(world.model, review.version, now=NOW + A_MONTH)
    assert [reason.code for reason in unswept.reasons] == ["expired"]
    with pytest.raises(ReleaseBlocked):
        release_review(review, by=world.driver, now=NOW + A_MONTH)
    sweep(now=NOW + A_MONTH)
    assert state_of(review) == "expired"
    swept = ask_gate(world.model, review.version, now=NOW + A_MONTH)
    assert [reason.code for reason in swept.reasons] == ["expired"]


def test_a_review_sent_back_keeps_its_clock_until_it_is_submitted_again(world: World) -> None:
    review = world.submitted()
    first = expiry(review).due_at
    vote(review, world.owner, "request_changes", "Canary first.")
    assert expiry(review).due_at == first
    later = NOW + timedelta(days=14)
    submit_review(Review.objects.get(pk=review.pk), by=world.author, now=later)
    second = expiry(review).due_at
    assert second > first
    sweep(now=first)
    assert state_of(review) == "submitted"
    sweep(now=second)
    assert state_of(review) == "expired"


def test_a_right_without_a_time_expires_a_month_after_five_business_days(db: None) -> None:
    world = make_world([{"key": "all", "driver": "ml-engineer", "approvers": [{"role": "product-owner"}]}])
    review = world.submitted()
    assert expiry(review).due_at == NOW + timedelta(days=7) + A_MONTH


@pytest.mark.parametrize("ended", ["released", "withdrawn", "rejected"])
def test_what_was_carried_on_does_not_expire(world: World, ended: str) -> None:
    if ended == "released":
        review = world.approved()
        release_review(review, by=world.driver, now=NOW)
    else:
        review = world.submitted()
        if ended == "rejected":
            vote(review, world.owner, "reject", "No.")
        else:
            withdraw_review(review, by=world.author, now=NOW)
    assert expiry(review).state == "cancelled"
    sweep(now=NOW + 3 * A_MONTH)
    assert state_of(review) == ended
    assert not expire_review(review, now=NOW + 3 * A_MONTH)


def test_nothing_expires_because_an_old_occasion_says_so(world: World) -> None:
    review = world.submitted()
    assert not expire_review(review, now=NOW + A_MONTH)
    assert state_of(review) == "submitted"


def test_who_carries_it_on_is_warned_before(world: World) -> None:
    review = world.approved()
    people = set(expiry(review).people.all())
    assert people == {world.author, world.driver, world.accountable}
    sweep(now=NOW + timedelta(days=23, hours=12))
    told = Notice.objects.filter(occasion=expiry(review), channel="inbox").values_list("recipient", flat=True)
    assert set(told) == {person.pk for person in people}


def test_while_somebody_acts_on_it_the_sweep_comes_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    review = world.submitted()
    ends_at = expiry_of(review)
    assert isinstance(ends_at, datetime)

    def busy(*_of_the_sweep: object, **_more: object) -> bool:
        raise expiring.ReviewIsBusy(review.ref)

    with monkeypatch.context() as patch:
        patch.setattr(expiring, "expire_review", busy)
        sweep(now=ends_at)
        assert state_of(review) == "submitted"
    sweep(now=ends_at + timedelta(minutes=10))
    assert state_of(review) == "expired"


def test_an_expired_version_may_be_proposed_again(world: World) -> None:
    review = world.submitted()
    ends_at = expiry(review).due_at
    sweep(now=ends_at)
    assert world.submitted(version=review.version).state == "submitted"
