"""Around the decision: what changed since one looked, deputies, who left, late votes, break-glass, comments, news."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from ledger.errors import Forbidden, Invalid
from ledger.models import Entry
from reminders.models import Notice, Occasion
from reminders.sweeping import sweep
from reviews.breaking import ask_to_break_glass, confirm_break_glass
from reviews.commenting import add_comment, people_mentioned
from reviews.differences import changed_words
from reviews.drafting import edit_review
from reviews.evidence import attach_evidence
from reviews.gate import ask_gate
from reviews.looking import look_at
from reviews.models import Comment, GlassBreak, Place, Review, ReviewLook, Round
from reviews.queries import with_everything
from reviews.releasing import close_review, release_review
from reviews.reseating import seat_again, somebody_left
from reviews.rounds import NowhereToGo
from reviews.standing import Standing
from reviews.states import ReviewNotInState
from reviews.submitting import submit_review, withdraw_review
from reviews.voting import cast_vote
from teams.models import Person, Seat
from tests.factories import NOW, AbsenceFactory, PersonFactory, RoleFactory, SeatFactory
from tests.reviews.test_api import Caller, pointers
from tests.reviews.worlds import World, make_world, vote

LATER = NOW + timedelta(hours=2)


def fresh(review: Review) -> Review:
    return with_everything(Review.objects.filter(pk=review.pk)).get()


def asked(review: Review, role: str) -> set[str]:
    return set(Place.objects.get(review=review, role=role).people.values_list("person__name", flat=True))


def occasion(review: Review, what: str) -> Occasion:
    return Occasion.objects.get(key=f"review:{review.pk}:{what}")


# -- what changed since one looked ----------------------------------------------------------------------------------


def test_the_first_look_has_nothing_new(world: World) -> None:
    review = world.submitted()
    assert look_at(fresh(review), by=world.owner, now=NOW) is None
    assert look_at(fresh(review), by=world.owner, now=LATER) is None
    assert ReviewLook.objects.get().looked_at == LATER


def test_what_changed_since_the_last_look_is_told_until_it_changes_again(world: World) -> None:
    rows = [{"metric": "auc", "value": 0.944}]
    review = world.draft(rollout="all-at-once", expectations=[{"metric": "recall", "direction": "up", "low": 0.7}])
    attach_evidence(review, kind="evaluation", summary="AUC", measurements=rows, by=world.author, now=NOW)
    review = submit_review(Review.objects.get(pk=review.pk), by=world.author, now=NOW)
    look_at(fresh(review), by=world.owner, now=NOW)
    vote(review, world.scientist, "request_changes", "Canary first.")
    edit_review(
        Review.objects.get(pk=review.pk),
        rollout="canary",
        what="The same model on labels of autumn.",
        expectations=[{"metric": "recall", "direction": "up", "expected": None, "low": 0.75, "high": None, "by": None}],
        by=world.author,
        now=NOW,
    )
    again = [{"metric": "auc", "value": 0.947}]
    attach_evidence(fresh(review), kind="evaluation", summary="Again", measurements=again, by=world.author, now=NOW)
    submit_review(Review.objects.get(pk=review.pk), by=world.author, now=NOW)
    for _try in range(2):
        since = look_at(fresh(review), by=world.owner, now=LATER)
        assert since is not None
        assert since.looked_at == NOW
        assert {each.where: str(each.how) for each in since.differences} == {
            "What changes": "The same model on <del>newer labels.</del> <ins>labels of autumn.</ins>",
            "Rollout": "<del>All at once</del> <ins>Canary</ins>",
            "Expected: recall": "<del>should rise, at least 0.7</del> <ins>should rise, at least 0.75</ins>",
            "Evaluation": "<ins>Again</ins> AUC: <del>0.944</del> <ins>0.947</ins>.",
        }
    assert look_at(fresh(review), by=world.scientist, now=LATER) is None


def test_a_difference_is_escaped() -> None:
    assert changed_words("a <b>", "a <script>") == "a <del>&lt;b&gt;</del> <ins>&lt;script&gt;</ins>"


def test_the_page_tells_an_approver_what_changed_and_nobody_else(world: World, client: Client) -> None:
    review = world.submitted()
    for person in (world.owner, world.stranger):
        client.force_login(person)
        client.get(f"/reviews/{review.ref}/")
    attach_evidence(fresh(review), kind="fairness", summary="Gap 0.038", by=world.author, now=NOW)
    client.force_login(world.owner)
    assert "Changed since you looked" in client.get(f"/reviews/{review.ref}/").content.decode()
    client.force_login(world.stranger)
    assert "Changed since you looked" not in client.get(f"/reviews/{review.ref}/").content.decode()
    assert set(ReviewLook.objects.values_list("person", flat=True)) == {world.owner.pk}


def test_every_round_keeps_what_it_asked_about(world: World) -> None:
    review = world.submitted()
    attach_evidence(fresh(review), kind="fairness", summary="Gap 0.038", by=world.author, now=NOW)
    rounds = list(Round.objects.values_list("number", "content__round"))
    assert rounds == [(1, 1), (2, 2)]
    assert Round.objects.get(number=2).digest == fresh(review).digest


# -- deputies -------------------------------------------------------------------------------------------------------


@pytest.fixture
def deputy(world: World) -> Person:
    person = PersonFactory(name="Marek Novak")
    SeatFactory(team=world.team, role=RoleFactory(key="product-owner"), person=person, kind=Seat.Kind.DEPUTY)
    return person


def test_a_deputy_votes_and_both_names_are_on_record(world: World, deputy: Person) -> None:
    AbsenceFactory(person=world.owner)
    review = world.submitted()
    with pytest.raises(Forbidden, match="Marek Novak votes for you"):
        vote(review, world.owner)
    vote(review, deputy)
    cast = review.votes.get()
    assert (cast.voter, cast.on_behalf_of) == (deputy, world.owner)
    entry = Entry.objects.get(key="reviews.review.voted")
    assert entry.change["on_behalf_of"] == [None, world.owner.pk]


def test_a_deputy_without_an_absence_has_no_vote(world: World, deputy: Person) -> None:
    with pytest.raises(Forbidden, match="names others"):
        vote(world.submitted(), deputy)


@pytest.mark.parametrize("worked", ["wrote", "edited", "evidence"])
def test_delegation_never_lets_through_who_was_barred(world: World, deputy: Person, worked: str) -> None:
    review = world.draft(by=world.owner if worked == "wrote" else world.author)
    if worked != "wrote":
        review.contributors.create(person=world.owner, how={"edited": "editor"}.get(worked, worked))
    AbsenceFactory(person=world.owner)
    with pytest.raises(NowhereToGo):
        submit_review(Review.objects.get(pk=review.pk), by=review.author, now=NOW)


def test_a_deputy_of_somebody_barred_later_has_no_vote(world: World, deputy: Person) -> None:
    review = world.submitted()
    review.contributors.create(person=world.owner, how="editor")
    AbsenceFactory(person=world.owner)
    with pytest.raises(Forbidden):
        vote(review, deputy)
    seat_again(fresh(review), now=NOW)
    assert asked(review, "product-owner") == set()
    assert not review.votes.exists()


# -- who left -------------------------------------------------------------------------------------------------------


def test_somebody_who_goes_on_leave_is_covered_for(world: World, deputy: Person) -> None:
    review = world.submitted()
    assert not somebody_left(fresh(review), now=NOW)
    AbsenceFactory(person=world.owner)
    assert somebody_left(fresh(review), now=NOW)
    vote(review, deputy)
    assert asked(review, "product-owner") == {"Marek Novak"}
    assert review.votes.get().on_behalf_of == world.owner
    entry = Entry.objects.get(key="reviews.review.reseated")
    assert entry.change == {"left": [[world.owner.pk], []], "people": [[], [deputy.pk]], "round": [1, 1]}
    assert occasion(review, f"vote:1:{world.owner.pk}").state == "done"


@pytest.mark.parametrize("how", ["deactivated", "seat ended"])
def test_whoever_takes_the_seat_of_somebody_who_left_is_asked(world: World, client: Client, how: str) -> None:
    review = world.submitted()
    if how == "deactivated":
        Person.objects.filter(pk=world.owner.pk).update(is_active=False)
    seats = Seat.objects.filter(person=world.owner)
    seats.update(until=date(2026, 11, 19), kind=Seat.Kind.MEMBER)
    newcomer = PersonFactory(name="Wanda Neu")
    assert seat_again(fresh(review), now=NOW)
    assert asked(review, "product-owner") == set()
    assert not Standing(fresh(review)).can_still_be_filled
    SeatFactory(team=world.team, role=RoleFactory(key="product-owner"), person=newcomer, kind=Seat.Kind.PRIMARY)
    assert seat_again(fresh(review), now=NOW)
    assert asked(review, "product-owner") == {"Wanda Neu"}
    assert set(occasion(review, f"vote:1:{newcomer.pk}").people.all()) == {newcomer}
    vote(review, newcomer)
    assert not seat_again(fresh(review), now=NOW)


def test_who_has_voted_keeps_the_place(world: World, deputy: Person) -> None:
    review = world.submitted()
    vote(review, world.owner)
    AbsenceFactory(person=world.owner)
    assert not somebody_left(fresh(review), now=NOW)
    vote(review, world.scientist)
    assert fresh(review).state == "approved"


def test_opening_the_page_asks_who_is_there(world: World, deputy: Person, client: Client) -> None:
    review = world.submitted()
    Person.objects.filter(pk=world.owner.pk).update(is_active=False)
    Seat.objects.filter(person=world.owner).update(until=date(2026, 1, 2))
    client.force_login(world.author)
    assert "Marek Novak" in client.get(f"/reviews/{review.ref}/").content.decode()
    assert asked(review, "product-owner") == {"Marek Novak"}


# -- late votes -----------------------------------------------------------------------------------------------------

LATE = [
    {
        "key": "all",
        "driver": "ml-engineer",
        "approvers": [{"role": "product-owner"}, {"role": "data-scientist"}],
        "decide_within": "1d",
        "overdue": "slow",
        "informed": ["business-stakeholder"],
    }
]
PATHS = [{"key": "slow", "levels": [{"to": {"role": "data-engineer"}, "acknowledge_within": "1h"}]}]


def test_a_late_decision_is_told_to_the_first_level_of_its_path_once(db: None) -> None:
    world = make_world(LATE, escalation=PATHS)
    review = world.submitted(by=world.lead)
    sweep(now=NOW + timedelta(hours=23))
    assert not Occasion.objects.filter(kind="late-decision").exists()
    sweep(now=NOW + timedelta(hours=25))
    late = occasion(review, "late:1")
    assert set(late.people.all()) == {world.author}
    sweep(now=NOW + timedelta(hours=26))
    assert Notice.objects.filter(occasion=late, channel="inbox").count() == 1
    vote(review, world.owner)
    vote(review, world.scientist)
    late.refresh_from_db()
    assert late.state == "cancelled"


def test_without_a_path_the_lead_hears_of_a_late_decision(world: World) -> None:
    review = world.submitted()
    sweep(now=NOW + timedelta(days=10))
    assert set(occasion(review, "late:1").people.all()) == {world.lead}


# -- news -----------------------------------------------------------------------------------------------------------


def test_author_driver_and_informed_hear_of_the_decision(db: None) -> None:
    world = make_world(LATE, escalation=PATHS)
    stakeholder = PersonFactory(name="Bea Stein")
    SeatFactory(team=world.team, role=RoleFactory(key="business-stakeholder"), person=stakeholder)
    review = world.approved()
    told = occasion(review, "news:1:approved")
    assert set(told.people.all()) == {world.author, world.driver, stakeholder}
    release_review(review, by=world.driver, now=NOW)
    assert set(occasion(review, "news:1:released").people.all()) == {world.author, stakeholder}
    sweep(now=NOW + timedelta(minutes=1))
    inbox = Notice.objects.filter(occasion=told, channel="inbox")
    assert inbox.count() == 3
    sweep(now=NOW + timedelta(days=4))
    told.refresh_from_db()
    assert told.state == "done"


def test_a_request_for_changes_is_for_the_author_not_for_the_informed(db: None) -> None:
    world = make_world(LATE, escalation=PATHS)
    SeatFactory(team=world.team, role=RoleFactory(key="business-stakeholder"), person=PersonFactory())
    review = world.submitted()
    vote(review, world.owner, "request_changes", "Canary.")
    assert set(occasion(review, "news:1:changes_requested").people.all()) == {world.author, world.driver}


# -- dissent --------------------------------------------------------------------------------------------------------


def test_dissent_stands_with_the_decision(world: World, client: Client) -> None:
    review = world.submitted()
    vote(review, world.second_scientist, "abstain", "I do not trust the October labels.")
    vote(review, world.owner)
    vote(review, world.scientist)
    assert [cast.voter for cast in Standing(fresh(review)).dissent] == [world.second_scientist]
    client.force_login(world.stranger)
    page = client.get(f"/reviews/{review.ref}/").content.decode()
    assert "Dissent." in page
    rejected = world.submitted(version="9")
    vote(rejected, world.owner)
    assert Standing(fresh(rejected)).dissent == []
    vote(rejected, world.scientist, "reject", "No.")
    assert [cast.voter for cast in Standing(fresh(rejected)).dissent] == [world.owner]


# -- break-glass ----------------------------------------------------------------------------------------------------


def test_two_people_release_before_the_decision(world: World) -> None:
    review = world.submitted()
    ask_to_break_glass(review, reason="Customers are blocked.", by=world.driver, now=NOW)
    assert set(occasion(review, "break").people.all()) == {world.accountable, world.lead}
    assert not ask_gate(world.model, review.version, now=NOW).is_allowed
    confirm_break_glass(review, by=world.lead, now=LATER)
    review = fresh(review)
    assert (review.state, review.released_at, review.decided_at) == ("released", LATER, None)
    assert (review.glass_break.asked_by, review.glass_break.confirmed_by) == (world.driver, world.lead)
    keys = Entry.objects.filter(key__contains="glass").order_by("id").values_list("key", "actor_id")
    assert list(keys) == [
        ("reviews.review.break_glass_asked", world.driver.pk),
        ("reviews.review.glass_broken", world.lead.pk),
    ]
    look = occasion(review, "after-break")
    assert look.due_at == LATER + timedelta(hours=72)
    assert set(look.people.all()) == {
        world.driver, world.accountable, world.owner, world.scientist, world.second_scientist,
    }  # fmt: skip
    assert not Occasion.objects.filter(kind="vote", state="open").exists()
    assert not Occasion.objects.filter(kind="expiry", state="open").exists()
    assert ask_gate(world.model, review.version, now=LATER).is_allowed
    close_review(review, actuals=[], verdict="as_expected", by=world.driver, now=LATER)
    assert occasion(review, "after-break").state == "done"
    assert GlassBreak.objects.get().is_confirmed


def test_one_person_alone_breaks_no_glass(world: World) -> None:
    review = world.submitted()
    with pytest.raises(ReviewNotInState):
        confirm_break_glass(review, by=world.lead, now=NOW)
    ask_to_break_glass(review, reason="Now.", by=world.driver, now=NOW)
    with pytest.raises(Forbidden, match="second person"):
        confirm_break_glass(review, by=world.driver, now=NOW)
    for person in (world.author, world.stranger, PersonFactory(admin=True), PersonFactory(auditor=True)):
        with pytest.raises(Forbidden):
            ask_to_break_glass(review, reason="Now.", by=person, now=NOW)
        with pytest.raises(Forbidden):
            confirm_break_glass(review, by=person, now=NOW)
    with pytest.raises(Invalid):
        ask_to_break_glass(review, reason=" ", by=world.driver, now=NOW)
    assert fresh(review).state == "submitted"


def test_a_break_that_was_asked_for_ends_with_the_decision(world: World) -> None:
    review = world.submitted()
    ask_to_break_glass(review, reason="Now.", by=world.driver, now=NOW)
    withdraw_review(review, by=world.author, now=NOW)
    with pytest.raises(ReviewNotInState):
        confirm_break_glass(review, by=world.lead, now=NOW)
    assert occasion(review, "break").state == "cancelled"


def test_break_glass_by_page_and_api_is_marked_for_ever(world: World, client: Client) -> None:
    review = world.submitted()
    here = f"/reviews/{review.ref}/"
    client.force_login(world.driver)
    assert client.post(f"{here}break-glass/", {"reason": ""}).status_code == 422
    assert client.post(f"{here}break-glass/", {"reason": "Customers are blocked."}).status_code == 302
    assert "Confirm and release" not in client.get(here).content.decode()
    client.force_login(world.accountable)
    assert "Confirm and release" in client.get(here).content.decode()
    told = Caller(world.accountable)("POST", f"reviews/{review.ref}/break-glass/confirm/").json()
    assert (told["state"], told["break_glass"]["confirmed_by"]) == ("released", world.accountable.email)
    client.force_login(world.stranger)
    assert "Released before its decision by Jonas Weidner and Sofia Almeida" in client.get(here).content.decode()


# -- comments -------------------------------------------------------------------------------------------------------


def test_a_comment_tells_whom_it_mentions_and_changes_nothing(world: World) -> None:
    review = world.submitted()
    Person.objects.filter(pk=world.owner.pk).update(email="ada.brandt@example.org")
    body = "@ada.brandt, see @nobody and me@example.org. @ada.brandt!"
    first = add_comment(review, body=body, by=world.author, now=NOW)
    assert set(first.mentioned.all()) == {world.owner}
    told = occasion(review, f"mention:{first.pk}")
    assert set(told.people.all()) == {world.owner}
    answer = add_comment(review, body="Yes.", answers=first.pk, by=world.owner, now=NOW)
    deeper = add_comment(review, body="Good.", answers=answer.pk, by=world.author, now=NOW)
    assert (answer.answers, deeper.answers) == (first, first)
    after = fresh(review)
    assert (after.digest, after.round) == (review.digest, 1)
    assert not review.contributors.filter(person=world.owner).exists()


def test_a_mention_means_exactly_one_active_person(db: None) -> None:
    one = PersonFactory(email="ada@example.org")
    PersonFactory(email="jo@example.org")
    PersonFactory(email="jo@example.com")
    PersonFactory(email="gone@example.org", gone=True)
    assert people_mentioned("@ada. @jo @gone @ad mail@ada @") == [one]
    assert [person.email for person in people_mentioned("@jo@example.com")] == ["jo@example.com"]


def test_a_mention_tells_nobody_of_a_draft_they_do_not_see(world: World) -> None:
    Person.objects.filter(pk=world.owner.pk).update(email="ada.brandt@example.org")
    comment = add_comment(world.draft(), body="@ada.brandt", by=world.author, now=NOW)
    assert not comment.mentioned.exists()


def test_a_bad_comment_is_refused(world: World, client: Client) -> None:
    review, other = world.submitted(), world.submitted(version="9")
    elsewhere = add_comment(other, body="Here.", by=world.author, now=NOW)
    for fields, pointer in (
        ({"body": " "}, "body"),
        ({"body": "x" * 5_001}, "body"),
        ({"body": "x\x00"}, "body"),
        ({"body": "x", "answers": elsewhere.pk}, "answers"),
    ):
        with pytest.raises(Invalid) as refused:
            add_comment(review, by=world.author, now=NOW, **fields)  # type: ignore[arg-type]
        assert [where for where, _ in refused.value.errors] == [pointer]
    with pytest.raises(Forbidden):
        add_comment(review, body="x", by=PersonFactory(auditor=True), now=NOW)
    assert pointers(Caller(world.owner)("POST", f"reviews/{review.ref}/comments/", {"body": ""})) == ["/body"]
    assert Comment.objects.count() == 1


def test_comments_stand_on_the_page_escaped(world: World, client: Client) -> None:
    review = world.submitted()
    client.force_login(world.owner)
    here = f"/reviews/{review.ref}/"
    assert client.post(f"{here}comments/", {"body": "<script>alert(1)</script>"}).status_code == 302
    first = Comment.objects.get()
    assert client.post(f"{here}comments/", {"body": "An answer", "answers": first.pk}).status_code == 302
    page = client.get(here).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "An answer" in page


# -- double votes ---------------------------------------------------------------------------------------------------


def test_a_vote_after_evidence_was_replaced_is_refused(world: World) -> None:
    review = world.submitted()
    seen: Any = review.digest
    attach_evidence(fresh(review), kind="fairness", summary="Other", by=world.author, now=NOW)
    with pytest.raises(Exception, match="changed after you read it"):
        cast_vote(fresh(review), vote="approve", digest=seen, by=world.owner, now=NOW)
