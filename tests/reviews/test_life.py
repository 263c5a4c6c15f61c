"""The whole life of a review, act by act."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from ledger.errors import Forbidden, Invalid
from ledger.models import Entry
from reminders.models import Occasion
from reviews.drafting import draft_review, edit_review
from reviews.evidence import attach_evidence
from reviews.models import Contributor, Review
from reviews.releasing import close_review, release_review, roll_back_review
from reviews.rounds import NowhereToGo
from reviews.states import LIFE, ReviewNotInState
from reviews.submitting import preview, submit_review, withdraw_review
from reviews.voting import SomethingChanged, cast_vote
from reviews.words import ReviewState
from tests.factories import NOW, AbsenceFactory, MLModelFactory, PersonFactory, RoleFactory, SeatFactory, TeamFactory
from tests.reviews.worlds import World, make_world, ratify, vote


def keys_about(review: Review) -> list[str]:
    entries = Entry.objects.filter(object_type="reviews.review", object_id=str(review.pk)).order_by("id")
    return [entry.key.removeprefix("reviews.review.") for entry in entries]


def open_votes(review: Review) -> set[str]:
    occasions = Occasion.objects.filter(key__startswith=f"review:{review.pk}:vote:", state="open")
    return set(occasions.values_list("people__name", flat=True))


def people_of_places(review: Review) -> list[tuple[str, int, set[str]]]:
    return [(place.role, place.count, {row.person.name for row in place.people.all()}) for place in review.places.all()]


def test_life_from_draft_to_reviewed(world: World) -> None:
    review = world.draft(expectations=[{"metric": "recall", "direction": "up", "low": 0.7, "high": 0.85}])
    assert (review.state, review.round, review.ref) == ("draft", 0, f"MCR-{review.pk:06d}")
    drafted_digest = review.digest

    review = submit_review(review, by=world.author, now=NOW)
    assert (review.state, review.round, review.right_key) == ("submitted", 1, "retrain")
    assert review.charter_version == world.version
    assert review.driver == world.driver
    assert review.decide_by == datetime(2026, 11, 25, 14, 32, tzinfo=UTC)
    assert review.digest not in ("", drafted_digest)
    assert people_of_places(review) == [
        ("product-owner", 1, {"Ada Brandt"}),
        ("data-scientist", 1, {"Mei-Ling Zhou", "Aiko Mori"}),
    ]
    assert open_votes(review) == {"Ada Brandt", "Mei-Ling Zhou", "Aiko Mori"}

    vote(review, world.scientist)
    review.refresh_from_db()
    assert review.state == "submitted"
    assert open_votes(review) == {"Ada Brandt", "Aiko Mori"}

    vote(review, world.owner)
    review.refresh_from_db()
    assert (review.state, review.decided_at) == ("approved", NOW)
    assert open_votes(review) == set()

    release_review(review, by=world.driver, now=NOW)
    pir = Occasion.objects.get(key=f"review:{review.pk}:pir")
    assert pir.due_at == NOW + timedelta(days=30)
    assert set(pir.people.all()) == {world.driver, world.accountable}

    close_review(
        review, actuals=[("recall", 0.81)], verdict="as_expected", lessons="Label sooner.", by=world.author, now=NOW
    )
    review.refresh_from_db()
    pir.refresh_from_db()
    assert (review.state, review.pir.verdict, review.expectations.get().actual) == ("reviewed", "as_expected", 0.81)
    assert pir.state == "done"
    assert keys_about(review) == ["drafted", "submitted", "voted", "voted", "approved", "released", "reviewed"]


def test_places_carry_the_reason(world: World) -> None:
    review = world.submitted()
    asked = review.places.get(role="product-owner").people.get()
    assert asked.why == "Product owner of Fraud detection since 1 January 2026"
    assert review.places.get(role="product-owner").name == "product owner"


def test_one_rejection_rejects(world: World) -> None:
    review = world.submitted()
    vote(review, world.scientist)
    vote(review, world.owner, "reject", "It hurts honest customers.")
    review.refresh_from_db()
    assert review.state == "rejected"
    assert open_votes(review) == set()
    assert keys_about(review)[-2:] == ["voted", "rejected"]


@pytest.mark.parametrize("word", ["reject", "request_changes"])
def test_a_no_needs_a_reason(world: World, word: str) -> None:
    review = world.submitted()
    with pytest.raises(Invalid) as refused:
        vote(review, world.owner, word, "  ")
    assert [pointer for pointer, _ in refused.value.errors] == ["comment"]
    assert not review.votes.exists()


def test_abstaining_fills_no_place(world: World) -> None:
    review = world.submitted()
    vote(review, world.owner, "abstain")
    vote(review, world.scientist)
    vote(review, world.second_scientist)
    review.refresh_from_db()
    assert review.state == "submitted"


def test_one_person_fills_one_place(db: None) -> None:
    both = [
        {"key": "all", "driver": "ml-engineer", "approvers": [{"role": "product-owner"}, {"role": "data-scientist"}]}
    ]
    world = make_world(both)
    SeatFactory(team=world.team, role=RoleFactory(key="data-scientist"), person=world.owner)
    review = world.submitted()
    vote(review, world.owner)
    review.refresh_from_db()
    assert review.state == "submitted"
    vote(review, world.second_scientist)
    review.refresh_from_db()
    assert review.state == "approved"


def test_the_newest_vote_counts(world: World) -> None:
    review = world.submitted()
    vote(review, world.owner)
    vote(review, world.owner, "abstain")
    vote(review, world.scientist)
    review.refresh_from_db()
    assert review.state == "submitted"


# -- rounds ---------------------------------------------------------------------------------------------------------


def test_resubmission_opens_a_round_in_which_earlier_votes_do_not_count(world: World) -> None:
    review = world.submitted()
    vote(review, world.owner)
    vote(review, world.scientist, "request_changes", "Canary first, please.")
    review.refresh_from_db()
    assert review.state == "changes_requested"
    first_digest = review.digest

    edit_review(review, rollout="canary", by=world.author, now=NOW)
    review = submit_review(review, by=world.author, now=NOW)
    assert (review.state, review.round) == ("submitted", 2)
    assert review.digest != first_digest
    assert review.votes.filter(round=1).count() == 2
    assert open_votes(review) == {"Ada Brandt", "Mei-Ling Zhou", "Aiko Mori"}

    vote(review, world.scientist)
    review.refresh_from_db()
    assert review.state == "submitted"
    vote(review, world.owner)
    review.refresh_from_db()
    assert review.state == "approved"


def test_resubmission_without_a_change_has_another_digest(world: World) -> None:
    review = world.submitted()
    old = review.digest
    vote(review, world.scientist, "request_changes", "Why?")
    review = submit_review(Review.objects.get(pk=review.pk), by=world.author, now=NOW)
    assert review.digest != old
    with pytest.raises(SomethingChanged):
        vote(review, world.owner, digest=old)


def test_evidence_while_a_round_runs_begins_a_new_one(world: World) -> None:
    review = world.submitted()
    seen = review.digest
    vote(review, world.owner)
    attach_evidence(review, kind="fairness", summary="Gap 0.038", by=world.author, now=NOW)
    review.refresh_from_db()
    assert (review.state, review.round) == ("submitted", 2)
    with pytest.raises(SomethingChanged) as refused:
        vote(review, world.scientist, digest=seen)
    assert refused.value.state == "submitted"
    assert open_votes(review) == {"Ada Brandt", "Mei-Ling Zhou", "Aiko Mori"}


def test_evidence_is_refused_where_nobody_could_decide_any_more(world: World) -> None:
    review = world.submitted()
    with pytest.raises(NowhereToGo):
        attach_evidence(review, kind="fairness", summary="Gap 0.038", by=world.owner, now=NOW)
    review.refresh_from_db()
    assert (review.round, review.evidence.count()) == (1, 0)
    assert not review.contributors.filter(person=world.owner).exists()


@pytest.mark.parametrize("state", ["approved", "rejected", "withdrawn", "released"])
def test_evidence_is_refused_after_the_decision(world: World, state: str) -> None:
    review = world.approved()
    Review.objects.filter(pk=review.pk).update(state=state, released_at=NOW)
    with pytest.raises(ReviewNotInState) as refused:
        attach_evidence(review, kind="fairness", summary="Better now", by=world.author, now=NOW)
    assert refused.value.state == state


def test_a_later_charter_leaves_a_running_round_alone(world: World) -> None:
    review = world.submitted()
    ratify(world.team, [{"key": "anybody", "approvers": [{"role": "data-engineer"}]}])
    attach_evidence(review, kind="fairness", summary="Gap 0.038", by=world.author, now=NOW)
    review.refresh_from_db()
    assert review.charter_version == world.version
    assert people_of_places(review)[0] == ("product-owner", 1, {"Ada Brandt"})


# -- who may not ----------------------------------------------------------------------------------------------------


def test_the_author_never_decides(world: World) -> None:
    with pytest.raises(NowhereToGo):
        world.submitted(by=world.owner)
    review = world.submitted(by=world.scientist)
    with pytest.raises(Forbidden, match="wrote"):
        vote(review, world.scientist)


def test_an_editor_never_decides(world: World) -> None:
    review = world.submitted()
    vote(review, world.owner, "request_changes", "Say why.")
    edit_review(Review.objects.get(pk=review.pk), why="Recall fell.", by=world.scientist, now=NOW)
    review = submit_review(Review.objects.get(pk=review.pk), by=world.author, now=NOW)
    assert people_of_places(review)[1] == ("data-scientist", 1, {"Aiko Mori"})
    with pytest.raises(Forbidden, match="edited"):
        vote(review, world.scientist)


def test_who_attached_evidence_never_decides(world: World) -> None:
    review = world.submitted()
    attach_evidence(review, kind="evaluation", summary="AUC 0.947", by=world.scientist, now=NOW)
    with pytest.raises(Forbidden, match="evidence"):
        vote(review, world.scientist)


def test_the_driver_never_decides(world: World) -> None:
    SeatFactory(team=world.team, role=RoleFactory(key="data-scientist"), person=world.driver)
    review = world.submitted()
    with pytest.raises(Forbidden, match="drive"):
        vote(review, world.driver)


def test_an_admin_or_a_lead_has_no_vote(world: World) -> None:
    review = world.submitted()
    for person in (PersonFactory(admin=True, is_superuser=True), world.lead, world.stranger, world.accountable):
        with pytest.raises(Forbidden, match="names others"):
            vote(review, person)


def test_an_auditor_who_is_named_has_no_vote(world: World) -> None:
    review = world.submitted()
    world.owner.is_auditor = True
    world.owner.save()
    with pytest.raises(Forbidden, match="auditors"):
        vote(review, world.owner)


def test_somebody_barred_after_being_asked_has_no_vote(world: World) -> None:
    review = world.submitted()
    Contributor.objects.create(review=review, person=world.owner, how="editor")
    with pytest.raises(Forbidden):
        vote(review, world.owner)


def test_only_members_propose(world: World) -> None:
    for person in (world.stranger, PersonFactory(admin=True), PersonFactory(auditor=True)):
        with pytest.raises(Forbidden):
            world.draft(by=person)
    for person in (world.lead, world.accountable, world.owner):
        assert world.draft(by=person).author == person


def test_a_draft_is_edited_by_its_author_only(world: World) -> None:
    review = world.draft()
    with pytest.raises(Forbidden):
        edit_review(review, title="Mine now", by=world.lead, now=NOW)
    with pytest.raises(Forbidden):
        submit_review(review, by=world.lead, now=NOW)


def test_release_and_rollback_are_the_drivers_and_the_accountables(world: World) -> None:
    review = world.approved()
    for person in (world.author, world.owner, world.lead, PersonFactory(admin=True)):
        with pytest.raises(Forbidden):
            release_review(review, by=person, now=NOW)
    release_review(review, by=world.accountable, now=NOW)
    with pytest.raises(Forbidden):
        roll_back_review(review, reason="Declines rose.", by=world.author, now=NOW)
    with pytest.raises(Invalid):
        roll_back_review(review, reason=" ", by=world.driver, now=NOW)
    roll_back_review(review, reason="Declines rose.", by=world.driver, now=NOW)
    review.refresh_from_db()
    assert (review.state, review.reason) == ("rolled_back", "Declines rose.")
    close_review(review, actuals=[], verdict="worse", lessons="", by=world.driver, now=NOW)
    review.refresh_from_db()
    assert review.state == "reviewed"


# -- where it goes --------------------------------------------------------------------------------------------------


def test_submitting_without_a_charter_names_who_can_mend_it(world: World) -> None:
    world.version.charter.versions.update(state="superseded")
    review = world.draft()
    with pytest.raises(NowhereToGo) as refused:
        submit_review(review, by=world.author, now=NOW)
    assert refused.value.errors == [
        (
            "/model",
            (
                "Fraud detection has no charter in force, so nobody is named to decide. "
                "Lena Fischer leads Fraud detection and can draft one."
            ),
        )
    ]
    review.refresh_from_db()
    assert (review.state, review.round) == ("draft", 0)


def test_submitting_what_no_right_covers_is_refused(world: World) -> None:
    with pytest.raises(NowhereToGo) as refused:
        world.submitted(kind="retire-model")
    assert refused.value.errors[0][0] == "/kind"
    assert "retired model at tier 2" in refused.value.errors[0][1]


def test_submitting_where_places_cannot_be_filled_is_refused(world: World) -> None:
    AbsenceFactory(person=world.owner)
    with pytest.raises(NowhereToGo) as refused:
        world.submitted()
    assert refused.value.errors == [("", "only 0 of 1 people can approve as Product owner")]


def test_an_automatic_right_approves_at_once_where_all_evidence_is_there(db: None) -> None:
    world = make_world(evidence={"2": ["evaluation"]})
    review = world.draft(kind="threshold-change")
    attach_evidence(review, kind="evaluation", summary="Precision 0.91", by=world.author, now=NOW)
    review = submit_review(review, by=world.author, now=NOW)
    assert review.state == "approved"
    assert keys_about(review) == ["drafted", "evidence_attached", "submitted", "approved"]


def test_an_automatic_right_waits_for_the_evidence(db: None) -> None:
    world = make_world(evidence={"2": ["evaluation", "fairness"]})
    review = world.submitted(kind="threshold-change")
    assert review.state == "submitted"
    attach_evidence(review, kind="evaluation", summary="Precision 0.91", by=world.author, now=NOW)
    review.refresh_from_db()
    assert review.state == "submitted"
    attach_evidence(review, kind="fairness", summary="Gap 0.038", by=world.author, now=NOW)
    review.refresh_from_db()
    assert review.state == "approved"


@pytest.mark.parametrize("kind", ["retrain", "replace-model", "threshold-change", "retire-model"])
def test_preview_is_what_submission_does(world: World, kind: str) -> None:
    outcome = preview(model=world.model, kind=kind, by=world.author, now=NOW)
    review = world.draft(kind=kind)
    if outcome.obstacles:
        with pytest.raises(NowhereToGo) as refused:
            submit_review(review, by=world.author, now=NOW)
        assert refused.value.errors == list(outcome.obstacles)
        return
    review = submit_review(review, by=world.author, now=NOW)
    assert outcome.route is not None
    assert outcome.route.right.key == review.right_key
    assert outcome.route.decide_by == review.decide_by
    assert [
        (place.role, place.count, {m.person.name for m in place.people if m.person}) for place in outcome.route.places
    ] == (people_of_places(review))
    assert outcome.approves_itself == (review.state == "approved")


# -- illegal states -------------------------------------------------------------------------------------------------


def test_every_act_is_refused_outside_its_states(world: World) -> None:
    acts = {
        "edit": lambda review: edit_review(review, title="Other", by=world.author, now=NOW),
        "attach": lambda review: attach_evidence(review, kind="fairness", summary="x", by=world.author, now=NOW),
        "submit": lambda review: submit_review(review, by=world.author, now=NOW),
        "vote": lambda review: vote(review, world.owner, "abstain"),
        "withdraw": lambda review: withdraw_review(review, by=world.author, now=NOW),
        "release": lambda review: release_review(review, by=world.driver, now=NOW),
        "roll_back": lambda review: roll_back_review(review, reason="Bad", by=world.driver, now=NOW),
        "close": lambda review: close_review(review, actuals=[], verdict="better", by=world.driver, now=NOW),
    }
    legal = {(state.value, action.value) for state, action in LIFE}
    review = world.approved(kind="retrain")
    for state in ReviewState.values:
        for name, act in acts.items():
            if (state, name) in legal:
                continue
            Review.objects.filter(pk=review.pk).update(state=state, released_at=NOW)
            with pytest.raises(ReviewNotInState) as refused:
                act(Review.objects.get(pk=review.pk))
            assert refused.value.state == state


def test_a_draft_is_not_withdrawn(world: World) -> None:
    with pytest.raises(ReviewNotInState):
        withdraw_review(world.draft(), by=world.author, now=NOW)


def test_withdrawing_calls_the_votes_off(world: World) -> None:
    review = world.submitted()
    with pytest.raises(Forbidden):
        withdraw_review(review, by=world.owner, now=NOW)
    withdraw_review(review, reason="Wrong version", by=world.author, now=NOW)
    review.refresh_from_db()
    assert (review.state, review.reason) == ("withdrawn", "Wrong version")
    assert open_votes(review) == set()


def test_a_version_that_went_out_is_not_submitted_again(world: World) -> None:
    first = world.approved()
    release_review(first, by=world.driver, now=NOW)
    with pytest.raises(Invalid) as refused:
        world.submitted()
    assert refused.value.errors == [
        ("version", f"4.3.0 was released on 20 November with {first.ref}. Choose a version that is new.")
    ]
    roll_back_review(first, reason="Declines rose.", by=world.driver, now=NOW)
    assert world.submitted().state == "submitted"


# -- content --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "pointer"),
    [
        ("version", "", "version"),
        ("version", "9" * 101, "version"),
        ("version", "4.3\n.0", "version"),
        ("version", "v" * 1_000_000, "version"),
        ("kind", "magic", "kind"),
        ("title", "", "title"),
        ("what", "", "what"),
        ("what", "x" * 20_001, "what"),
        ("what", "nul \x00", "what"),
        ("why", "half \ud800", "why"),
        ("rollout", "big-bang", "rollout"),
        ("links", ["javascript:alert(1)"], "/links/0"),
        ("links", ["https://example.org/"] * 21, "links"),
        ("expectations", [{"metric": "auc", "direction": "up", "expected": float("nan")}], "/expectations/0/expected"),
        ("expectations", [{"metric": "auc", "direction": "up", "low": float("inf")}], "/expectations/0/low"),
        ("expectations", [{"metric": "auc", "direction": "up", "low": 0.9, "high": 0.8}], "/expectations/0/low"),
        ("expectations", [{"metric": "", "direction": "up"}], "/expectations/0/metric"),
        ("expectations", [{"metric": "auc", "direction": "up"}] * 2, "/expectations/1/metric"),
        ("expectations", [{"metric": "auc", "direction": "sideways"}], "/expectations/0/direction"),
        ("expectations", [{"metric": f"m{n}", "direction": "up"} for n in range(51)], "expectations"),
    ],
)
def test_bad_content_is_refused_at_its_place(world: World, field: str, value: object, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        draft_review(**{**world.content(), field: value})
    assert pointer in [pointer for pointer, _ in refused.value.errors]
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"kind": "gossip"}, "kind"),
        ({"summary": " "}, "summary"),
        ({"summary": "x" * 1_001}, "summary"),
        ({"link": "ftp://example.org"}, "link"),
        ({"sha256": "zz"}, "sha256"),
    ],
)
def test_bad_evidence_is_refused_at_its_place(world: World, fields: dict[str, str], pointer: str) -> None:
    review = world.draft()
    with pytest.raises(Invalid) as refused:
        attach_evidence(
            review, **{"kind": "fairness", "summary": "Gap 0.038", "by": world.author, "now": NOW, **fields}
        )
    assert [pointer for pointer, _ in refused.value.errors] == [pointer]
    assert not review.evidence.exists()


def test_editing_keeps_the_digest_current_and_says_what_changed(world: World) -> None:
    review = world.draft()
    old = review.digest
    edit_review(review, title="Retrain on the labels of autumn", by=world.author, now=NOW)
    review.refresh_from_db()
    assert review.digest != old
    entry = Entry.objects.get(key="reviews.review.edited")
    assert entry.change == {"title": [], "digest": [old, review.digest]}
    edit_review(review, title="Retrain on the labels of autumn", by=world.author, now=NOW)
    assert Entry.objects.filter(key="reviews.review.edited").count() == 1


def test_a_submitted_review_stays_with_its_model(world: World) -> None:
    review = world.submitted()
    vote(review, world.owner, "request_changes", "Other model.")
    other = MLModelFactory(team=world.team)
    with pytest.raises(Invalid) as refused:
        edit_review(Review.objects.get(pk=review.pk), model=other, by=world.author, now=NOW)
    assert [pointer for pointer, _ in refused.value.errors] == ["model"]


def test_a_draft_moves_only_to_models_of_ones_teams(world: World) -> None:
    foreign = MLModelFactory(team=TeamFactory())
    with pytest.raises(Forbidden):
        edit_review(world.draft(), model=foreign, by=world.author, now=NOW)


def test_a_closing_review_knows_its_metrics(world: World) -> None:
    review = world.approved(expectations=[{"metric": "recall", "direction": "up"}])
    release_review(review, by=world.driver, now=NOW)
    for actuals, pointer in (
        ([("auc", 0.9)], "/actuals/0/metric"),
        ([("recall", float("nan"))], "/actuals/0/value"),
        ([("recall", 0.8), ("recall", 0.9)], "/actuals/1/metric"),
    ):
        with pytest.raises(Invalid) as refused:
            close_review(review, actuals=actuals, verdict="better", by=world.driver, now=NOW)
        assert [where for where, _ in refused.value.errors] == [pointer]
    with pytest.raises(Invalid) as refused:
        close_review(review, actuals=[], verdict="splendid", by=world.driver, now=NOW)
    assert [where for where, _ in refused.value.errors] == ["verdict"]


def test_a_tampered_digest_takes_no_vote(world: World) -> None:
    review = world.submitted()
    Review.objects.filter(pk=review.pk).update(what="Something else altogether.")
    with pytest.raises(SomethingChanged):
        cast_vote(review, vote="approve", digest=review.digest, by=world.owner, now=NOW)


def test_the_ledger_holds_no_name_and_no_free_text(world: World) -> None:
    review = world.submitted(title="SECRET title", version="SECRET-1", links=["https://example.org/SECRET"])
    vote(review, world.owner, "request_changes", "SECRET comment")
    edit_review(Review.objects.get(pk=review.pk), what="SECRET text", by=world.author, now=NOW)
    attach_evidence(review, kind="fairness", summary="SECRET summary", by=world.author, now=NOW)
    withdraw_review(review, reason="SECRET reason", by=world.author, now=NOW)
    told = json.dumps(list(Entry.objects.values_list("change", flat=True)))
    assert "submitted" in told
    assert "SECRET" not in told
    assert "Ada" not in told
