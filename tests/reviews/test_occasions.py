"""What reviews tell the reminder engine: who is asked, why, and when nobody needs to be any more."""

from reminders.models import Occasion
from reminders.wording import words_about
from reviews.models import Contributor, Place, Review
from reviews.occasions import not_closed, rounds_running, still_answering, still_asked
from reviews.releasing import close_review, release_review
from tests.factories import NOW, AbsenceFactory, PersonFactory, RoleFactory, SeatFactory
from tests.reviews.worlds import World, make_world, vote


def vote_occasion(review: Review, name: str) -> Occasion:
    return Occasion.objects.get(key__startswith=f"review:{review.pk}:vote:", people__name=name)


def test_a_vote_says_what_and_why(world: World) -> None:
    review = world.submitted()
    occasion = vote_occasion(review, "Ada Brandt")
    asked = occasion.for_people.get()
    assert asked.why == "You are asked as product owner: Product owner of Fraud detection since 1 January 2026."
    words = words_about(occasion, why=asked.why, timezone="Europe/Berlin", now=NOW)
    assert words.title == f"{review.ref}: Retrain on the labels of October"
    assert words.sentence == "Fraud detection asks for your decision. Read what changes and why, then vote."
    assert (occasion.url, occasion.due_at, occasion.team) == (f"/reviews/{review.ref}/", review.decide_by, world.team)


def test_a_deputy_is_told_for_whom(world: World) -> None:
    deputy = PersonFactory(name="Marek Novak")
    SeatFactory(team=world.team, role=RoleFactory(key="product-owner"), person=deputy, kind="deputy")
    AbsenceFactory(person=world.owner)
    review = world.submitted()
    assert vote_occasion(review, "Marek Novak").for_people.get().why == (
        "You are asked as product owner: "
        "covers for Ada Brandt, Product owner of Fraud detection, away until 27 November 2026."
    )
    vote(review, deputy)


def test_nobody_is_reminded_of_a_vote_of_an_earlier_round(world: World) -> None:
    review = world.submitted()
    occasion = vote_occasion(review, "Ada Brandt")
    assert occasion.pk in rounds_running([occasion])
    Review.objects.filter(pk=review.pk).update(round=2)
    assert occasion.pk not in rounds_running([occasion])


def test_nobody_is_reminded_of_a_vote_that_others_cast_now(world: World) -> None:
    review = world.submitted()
    occasion = vote_occasion(review, "Ada Brandt")
    assert (occasion.pk, world.owner.pk) in still_asked([(occasion, world.owner)])
    Place.objects.filter(review=review, role="product-owner").delete()
    assert (occasion.pk, world.owner.pk) not in still_asked([(occasion, world.owner)])


def test_a_right_without_a_time_asks_within_a_week(db: None) -> None:
    world = make_world([{"key": "all", "driver": "ml-engineer", "approvers": [{"role": "product-owner"}]}])
    review = world.submitted()
    assert review.decide_by is None
    assert (vote_occasion(review, "Ada Brandt").due_at - NOW).days == 7


def test_looking_back_falls_due_when_the_charter_says(db: None) -> None:
    world = make_world(post_implementation_review={"after": "2d"})
    review = world.approved()
    release_review(review, by=world.driver, now=NOW)
    occasion = Occasion.objects.get(key=f"review:{review.pk}:pir")
    assert (occasion.due_at - NOW).days == 2
    assert occasion.pk in not_closed([occasion])
    pairs = [(occasion, world.accountable), (occasion, world.author)]
    assert still_answering(pairs) == {(occasion.pk, world.accountable.pk)}
    close_review(review, actuals=[], verdict="better", by=world.driver, now=NOW)
    assert occasion.pk not in not_closed([occasion])


def test_who_works_on_a_review_is_remembered_once(world: World) -> None:
    review = world.draft()
    assert list(review.contributors.values_list("person", "how")) == [(world.author.pk, Contributor.How.AUTHOR)]
