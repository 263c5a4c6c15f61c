"""The pages of a review, as a browser without JavaScript sees them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from reviews.drafting import edit_review
from reviews.evidence import attach_evidence
from reviews.models import Review
from reviews.releasing import release_review
from reviews.submitting import submit_review
from teams.models import Person
from tests.factories import NOW, AbsenceFactory, MLModelFactory, PersonFactory
from tests.reviews.worlds import World, vote


@pytest.fixture
def as_(client: Client) -> Callable[[Person], Client]:
    def sign_in(person: Person) -> Client:
        client.force_login(person)
        return client

    return sign_in


def typed(world: World, do: str = "submit", rows: int = 1, **fields: Any) -> dict[str, Any]:
    """What the form of a new review posts."""
    return {
        "model": world.model.key,
        "version": "4.3.0",
        "kind": "retrain",
        "title": "Retrain on the labels of October",
        "what": "The same model on newer labels.",
        "expectations-TOTAL_FORMS": str(rows),
        "expectations-INITIAL_FORMS": "0",
        "do": do,
        **fields,
    }


# -- writing --------------------------------------------------------------------------------------------------------


def test_new_review_is_submitted_from_the_form(world: World, as_: Any) -> None:
    row = {
        "expectations-0-metric": "recall",
        "expectations-0-direction": "up",
        "expectations-0-low": "0.7",
        "expectations-0-high": "0.85",
        "expectations-0-by": "2026-12-31",
    }
    links = "https://example.org/pull/1184\nhttps://example.org/run/7f2c\n"
    response = as_(world.author).post("/reviews/new/", typed(world, links=links, **row))
    review = Review.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/reviews/{review.ref}/")
    assert (review.state, review.author, review.round) == ("submitted", world.author, 1)
    assert review.links == ["https://example.org/pull/1184", "https://example.org/run/7f2c"]
    assert list(review.expectations.values_list("metric", "low", "high")) == [("recall", 0.7, 0.85)]


def test_new_review_is_kept_as_a_draft(world: World, as_: Any) -> None:
    as_(world.author).post("/reviews/new/", typed(world, do="draft"))
    review = Review.objects.get()
    assert (review.state, review.round, review.expectations.count()) == ("draft", 0, 0)


def test_new_review_shows_who_decides_before_anything_is_stored(world: World, as_: Any) -> None:
    response = as_(world.author).post("/reviews/new/", {"do": "preview", "model": world.model.key, "kind": "retrain"})
    page = response.content.decode()
    assert response.status_code == 200
    for name in ("Ada Brandt", "Mei-Ling Zhou", "Aiko Mori"):
        assert name in page
    assert "Decision right retrain of charter version 1 of Fraud detection" in page
    assert "Submitted now, two people decide" in page
    assert 'class="field-error"' not in page
    assert not Review.objects.exists()


def test_invalid_review_comes_back_with_what_was_typed(world: World, as_: Any) -> None:
    row = {
        "expectations-0-metric": "default rate",
        "expectations-0-direction": "down",
        "expectations-0-low": "3.4",
        "expectations-0-high": "2.9",
    }
    response = as_(world.author).post("/reviews/new/", typed(world, version="", what="Kept text.", **row))
    page = response.content.decode()
    assert response.status_code == 422
    assert "Kept text." in page
    assert "Nothing you typed is lost." in page
    assert 'value="3.4"' in page
    assert not Review.objects.exists()

    response = as_(world.author).post("/reviews/new/", typed(world, **row))
    page = response.content.decode()
    assert response.status_code == 422
    assert "The low end, 3.4, is above the high end, 2.9." in page
    assert 'value="swap-0"' in page

    swapped = as_(world.author).post("/reviews/new/", typed(world, do="swap-0", **row)).content.decode()
    assert swapped.index('value="2.9"') < swapped.index('value="3.4"')


def test_one_more_row_keeps_what_was_typed(world: World, as_: Any) -> None:
    data = typed(world, do="row", **{"expectations-0-metric": "recall"})
    page = as_(world.author).post("/reviews/new/", data).content.decode()
    assert 'value="recall"' in page
    assert 'name="expectations-1-metric"' in page
    assert 'name="expectations-2-metric"' not in page


@pytest.mark.parametrize("count", ["", "-1", "9" * 40, "x"])
def test_a_meddled_row_count_is_survived(world: World, as_: Any, count: str) -> None:
    for do in ("row", "draft", "preview"):
        data = typed(world, do=do, **{"expectations-TOTAL_FORMS": count})
        assert as_(world.author).post("/reviews/new/", data).status_code in (200, 302, 422)


def test_team_without_charter_says_who_can_mend_it(world: World, as_: Any) -> None:
    world.version.charter.versions.update(state="superseded")
    page = as_(world.author).get(f"/reviews/new/?model={world.model.key}&kind=retrain").content.decode()
    assert "Lena Fischer leads Fraud detection and can draft one." in page
    assert 'href="/charters/fraud-detection/edit/"' in page
    response = as_(world.author).post("/reviews/new/", typed(world))
    assert response.status_code == 422
    assert "Lena Fischer leads Fraud detection and can draft one." in response.content.decode()
    assert not Review.objects.exists()


def test_somebody_without_a_team_is_told_who_proposes(world: World, as_: Any) -> None:
    page = as_(world.stranger).get("/reviews/new/").content.decode()
    assert "There is no model whose changes you could propose" in page


def test_a_model_of_another_team_cannot_be_chosen(world: World, as_: Any) -> None:
    foreign = MLModelFactory()
    response = as_(world.author).post("/reviews/new/", typed(world, model=foreign.key))
    assert response.status_code == 422
    assert not Review.objects.exists()


def test_draft_is_edited_and_submitted(world: World, as_: Any) -> None:
    review = world.draft(expectations=[{"metric": "recall", "direction": "up", "expected": 0.9}])
    address = f"/reviews/{review.ref}/edit/"
    page = as_(world.author).get(address).content.decode()
    assert 'value="recall"' in page
    as_(world.author).post(address, typed(world, title="A better title"))
    review.refresh_from_db()
    assert (review.title, review.state, review.expectations.count()) == ("A better title", "submitted", 0)
    assert as_(world.author).get(address).status_code == 409


# -- reading --------------------------------------------------------------------------------------------------------


def test_a_draft_of_somebody_else_does_not_exist(world: World, as_: Any) -> None:
    review = world.draft()
    for reader in (world.stranger, world.lead, world.owner, PersonFactory(admin=True), PersonFactory(auditor=True)):
        for path in ("", "edit/"):
            assert as_(reader).get(f"/reviews/{review.ref}/{path}").status_code == 404
        for path in ("submit/", "vote/", "evidence/", "release/", "rollback/", "withdraw/", "pir/", "edit/"):
            assert as_(reader).post(f"/reviews/{review.ref}/{path}").status_code == 404
    assert as_(world.author).get(f"/reviews/{review.ref}/").status_code == 200


@pytest.mark.parametrize(
    "ref", ["MCR-1", "mcr-000001", "MCR-00000x", "MCR-", "1", "MCR-999999", "MCR-" + "9" * 40, "MCR-٠٠٠٠٠١"]
)
def test_a_reference_is_written_one_way_only(world: World, as_: Any, ref: str) -> None:
    world.submitted()
    assert as_(world.author).get(f"/reviews/{ref}/").status_code == 404


def test_page_answers_each_reader(world: World, as_: Any) -> None:
    review = world.submitted()
    address = f"/reviews/{review.ref}/"

    def answer(reader: Person) -> str:
        page = as_(reader).get(address).content.decode()
        start = page.index('id="answer">') + len('id="answer">')
        return page[start : page.index("</p>", start)]

    assert answer(world.owner).startswith("You decide as product owner, <strong>")
    assert "It waits for product owner and data scientist" in answer(world.author)
    vote(review, world.owner)
    assert "You approved. <strong>It waits for data scientist</strong>" in answer(world.owner)
    assert "One of two places is filled" in answer(world.author)
    vote(review, world.scientist)
    assert "Approved by Ada Brandt and Mei-Ling Zhou. <strong>You may release it.</strong>" in answer(world.driver)
    assert "Jonas Weidner or Sofia Almeida may release it." in answer(world.author)
    release_review(review, by=world.driver, now=NOW)
    assert "You tell what came of it" in answer(world.accountable)


def test_page_says_why_and_who_may_not(world: World, as_: Any) -> None:
    review = world.submitted()
    page = as_(world.owner).get(f"/reviews/{review.ref}/").content.decode()
    assert "The decision right retrain of charter version 1 asks one product owner." in page
    assert "Nikhil Rao wrote it; Jonas Weidner drives it." in page
    assert review.digest in page
    page = as_(world.stranger).get(f"/reviews/{review.ref}/").content.decode()
    assert "Record my vote" not in page


def test_earlier_votes_are_shown_as_superseded(world: World, as_: Any) -> None:
    review = world.submitted()
    vote(review, world.owner)
    vote(review, world.scientist, "request_changes", "Canary first, please.")
    edit_review(Review.objects.get(), rollout="canary", by=world.author, now=NOW)
    submit_review(Review.objects.get(), by=world.author, now=NOW)
    page = as_(world.author).get(f"/reviews/{review.ref}/").content.decode()
    assert page.count("round 1, superseded") == 2
    assert "None of two places is filled" in page
    assert "Canary first, please." in page


def test_text_of_a_review_is_escaped(world: World, as_: Any) -> None:
    world.draft(title="<script>x</script>", what="<img src=x onerror=y>")
    review = Review.objects.get()
    page = as_(world.author).get(f"/reviews/{review.ref}/").content.decode()
    assert "<script>x" not in page
    assert "<img src=x" not in page


# -- acting ---------------------------------------------------------------------------------------------------------


def test_vote_from_the_page(world: World, as_: Any) -> None:
    review = world.submitted()
    data = {"vote": "approve", "digest": review.digest, "comment": "Good."}
    response = as_(world.owner).post(f"/reviews/{review.ref}/vote/", data)
    assert (response.status_code, response["Location"]) == (302, f"/reviews/{review.ref}/")
    assert review.votes.get().comment == "Good."


def test_vote_without_a_reason_comes_back(world: World, as_: Any) -> None:
    review = world.submitted()
    response = as_(world.owner).post(f"/reviews/{review.ref}/vote/", {"vote": "reject", "digest": review.digest})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Say why" in page
    assert not review.votes.exists()


def test_stale_vote_is_told_and_not_recorded(world: World, as_: Any) -> None:
    review = world.submitted()
    attach_evidence(review, kind="fairness", summary="Gap 0.038", by=world.author, now=NOW)
    data = {"vote": "approve", "digest": review.digest, "comment": "As discussed."}
    response = as_(world.owner).post(f"/reviews/{review.ref}/vote/", data)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Your vote was not recorded" in page
    assert "As discussed." in page
    assert Review.objects.get().digest in page
    assert not review.votes.exists()


def test_author_who_posts_a_vote_is_refused(world: World, as_: Any) -> None:
    review = world.submitted()
    response = as_(world.author).post(f"/reviews/{review.ref}/vote/", {"vote": "approve", "digest": review.digest})
    assert response.status_code == 403
    assert "you wrote this change" in response.content.decode()


def test_life_on_the_page(world: World, as_: Any) -> None:
    review = world.draft(expectations=[{"metric": "recall", "direction": "up", "low": 0.7, "high": 0.85}])
    address = f"/reviews/{review.ref}/"
    evidence = {"kind": "evaluation", "summary": "AUC 0.947", "link": "https://example.org/r", "sha256": ""}
    assert as_(world.author).post(f"{address}evidence/", evidence).status_code == 302
    assert as_(world.author).post(f"{address}evidence/", {**evidence, "link": "nowhere"}).status_code == 422
    assert as_(world.author).post(f"{address}submit/").status_code == 302
    for voter in (world.owner, world.scientist):
        digest = Review.objects.get().digest
        as_(voter).post(f"{address}vote/", {"vote": "approve", "digest": digest})
    assert as_(world.author).post(f"{address}release/").status_code == 403
    assert as_(world.driver).post(f"{address}release/").status_code == 302
    assert as_(world.driver).post(f"{address}release/").status_code == 409
    assert as_(world.driver).post(f"{address}rollback/", {"reason": ""}).status_code == 422
    assert as_(world.driver).post(f"{address}rollback/", {"reason": "Declines rose."}).status_code == 302
    expectation = review.expectations.get()
    pir = {f"actual-{expectation.pk}": "0.66", "verdict": "worse", "lessons": "Label sooner."}
    assert as_(world.driver).post(f"{address}pir/", {**pir, "verdict": ""}).status_code == 422
    assert as_(world.driver).post(f"{address}pir/", pir).status_code == 302
    page = as_(world.stranger).get(address).content.decode()
    assert "Worse than expected" in page
    assert "0.66" in page
    assert "Label sooner." in page


def test_submitting_from_the_page_says_what_is_in_the_way(world: World, as_: Any) -> None:
    review = world.draft()
    AbsenceFactory(person=world.owner, first_on="2020-01-01", last_on="2099-01-01")
    response = as_(world.author).post(f"/reviews/{review.ref}/submit/")
    assert response.status_code == 422
    assert "only 0 of 1 people can approve" in response.content.decode()


def test_withdraw_on_the_page(world: World, as_: Any) -> None:
    review = world.submitted()
    assert as_(world.author).post(f"/reviews/{review.ref}/withdraw/", {"reason": ""}).status_code == 302
    assert "Nobody decides it any more" in as_(world.author).get(f"/reviews/{review.ref}/").content.decode()


# -- the list -------------------------------------------------------------------------------------------------------


def titles(response: Any) -> set[str]:
    return {row["review"].title for row in response.context["rows"]}


def test_tabs_hold_what_they_say(world: World, as_: Any) -> None:
    world.draft(title="Draft of mine")
    world.submitted(title="To be decided", version="4.4.0")
    world.submitted(title="By the scientist", by=world.scientist, version="4.5.0")
    outside = make_world_elsewhere()
    assert titles(as_(world.owner).get("/reviews/")) == {"To be decided", "By the scientist"}
    assert titles(as_(world.scientist).get("/reviews/")) == {"To be decided"}
    assert titles(as_(world.author).get("/reviews/?tab=mine")) == {"Draft of mine", "To be decided"}
    assert titles(as_(world.owner).get("/reviews/?tab=team")) == {"To be decided", "By the scientist"}
    assert titles(as_(world.owner).get("/reviews/?tab=all")) == {"To be decided", "By the scientist", outside}
    assert "Two reviews wait for you" in as_(world.owner).get("/reviews/").content.decode()
    assert "Nothing waits for you" in as_(world.stranger).get("/reviews/").content.decode()


def make_world_elsewhere() -> str:
    from tests.factories import ReviewFactory

    return ReviewFactory(submitted=True, title="Elsewhere").title


def test_the_filter_stands_in_the_address(world: World, as_: Any) -> None:
    world.submitted(title="Recall", version="4.4.0")
    review = world.submitted(title="Calibration", version="4.5.0")
    vote(review, world.owner, "reject", "No.")
    client = as_(world.stranger)
    assert titles(client.get("/reviews/?tab=all&q=recall")) == {"Recall"}
    assert titles(client.get("/reviews/?tab=all&state=rejected")) == {"Calibration"}
    assert titles(client.get("/reviews/?tab=all&team=fraud-detection&tier=2")) == {"Recall", "Calibration"}
    assert titles(client.get("/reviews/?tab=all&tier=1")) == set()
    assert client.get("/reviews/?tab=nonsense&state=nonsense&team=nonsense&page=99&sort=;drop").status_code == 200


@pytest.mark.parametrize("tab", ["waiting", "mine", "team", "all"])
def test_the_list_asks_the_same_number_of_queries_for_one_and_three(
    world: World, as_: Any, django_assert_num_queries: Any, tab: str
) -> None:
    def some(version: str) -> None:
        review = world.submitted(by=world.second_scientist, version=version)
        attach_evidence(review, kind="fairness", summary="Gap", by=world.second_scientist, now=NOW)
        vote(review, world.scientist)

    some("5.0.0")
    reader = world.second_scientist if tab == "mine" else world.owner
    client = as_(reader)
    client.get("/reviews/")
    with django_assert_num_queries(16):
        assert len(client.get(f"/reviews/?tab={tab}").context["rows"]) == 1
    some("5.1.0")
    some("5.2.0")
    with django_assert_num_queries(16):
        assert len(client.get(f"/reviews/?tab={tab}").context["rows"]) == 3


def test_the_page_asks_the_same_number_of_queries_for_little_and_much(
    world: World, as_: Any, django_assert_num_queries: Any
) -> None:
    little = world.submitted(version="5.0.0", expectations=[{"metric": "auc", "direction": "up"}])
    much = world.submitted(
        version="5.1.0", expectations=[{"metric": f"m{number}", "direction": "up"} for number in range(9)]
    )
    for kind in ("fairness", "privacy", "security"):
        attach_evidence(much, kind=kind, summary="Fine", by=world.author, now=NOW)
    for review in (little, much):
        attach_evidence(review, kind="evaluation", summary="Fine", by=world.author, now=NOW)
        vote(review, world.scientist)
    vote(much, world.second_scientist)
    client = as_(world.owner)
    client.get("/reviews/")
    for review in (little, much):
        with django_assert_num_queries(24):
            client.get(f"/reviews/{review.ref}/")


def test_draft_of_somebody_else_stays_unnamed_in_the_ledger(world, as_):
    draft = world.draft(title="Retire the scorer in secret")
    entry = f'drafted <a href="{draft.get_absolute_url()}">{draft.ref}: Retire the scorer in secret</a>'
    for person, is_named in ((world.author, True), (world.stranger, False)):
        [told] = as_(person).get("/ledger/", {"about": f"reviews.review:{draft.pk}"}).context["told"]
        assert str(told.sentence).endswith(entry if is_named else "drafted a review that is still a draft")
        assert bool(told.changes) is is_named
    submit_review(draft, by=world.author, now=NOW)
    told = as_(world.stranger).get("/ledger/", {"about": f"reviews.review:{draft.pk}"}).context["told"]
    assert all(draft.ref in str(each.sentence) for each in told)
