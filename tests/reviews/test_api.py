"""Reviews over the API, as DESIGN.md §7 promises it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from reviews.models import Review
from reviews.serializers import ReviewOutput
from reviews.submitting import submit_review
from teams.models import Person
from teams.tokens import create_token
from tests.factories import NOW, MLModelFactory, PersonFactory
from tests.reviews.worlds import World, make_world, vote

Call = Callable[..., Any]


class Caller:
    """Calls the API in the name of a person, with a bearer token."""

    def __init__(self, person: Person) -> None:
        _token, text = create_token(person=person, label="test", by=person, now=NOW)
        self.headers = {"Authorization": f"Bearer {text}"}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        data = body if isinstance(body, str) else json.dumps(body if body is not None else {})
        return Client(raise_request_exception=False).generic(
            method,
            f"/api/v1/{path}",
            data if method != "GET" else "",
            content_type="application/json",
            headers={**self.headers, **headers},
        )


def body_of(world: World, **fields: Any) -> dict[str, Any]:
    return {
        "model": world.model.key,
        "version": "4.3.0",
        "kind": "retrain",
        "title": "Retrain on the labels of October",
        "what": "The same model on newer labels.",
        "why": "Recall fell.",
        "rollout": "canary",
        "rollback_plan": "Route back to 4.2.1.",
        "expectations": [
            {"metric": "recall", "direction": "up", "expected": 0.8, "low": 0.7, "high": 0.85, "by": "2026-12-31"}
        ],
        "links": ["https://example.org/pull/1184"],
        **fields,
    }


def assert_problem(response: Any, status: int, **members: Any) -> dict[str, Any]:
    problem: dict[str, Any] = response.json()
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json"), problem
    assert {name: problem.get(name) for name in members} == members
    return problem


def pointers(response: Any) -> list[str]:
    return [error["pointer"] for error in assert_problem(response, 422)["errors"]]


def test_the_whole_way_over_the_api(world: World) -> None:
    author, owner, scientist = (Caller(person) for person in (world.author, world.owner, world.scientist))
    driver, anybody = Caller(world.driver), Caller(world.stranger)

    previewed = author("POST", "reviews/preview/", body_of(world)).json()
    created = author("POST", "reviews/", body_of(world))
    assert created.status_code == 201
    review = created.json()
    assert (review["state"], review["round"]) == ("draft", 0)
    assert review["digest"].startswith("sha256:")
    here = f"reviews/{review['ref']}/"
    assert created["Location"].endswith(f"/api/v1/{here}")
    assert review["expectations"] == [
        {
            "metric": "recall",
            "direction": "up",
            "expected": 0.8,
            "low": 0.7,
            "high": 0.85,
            "by": "2026-12-31",
            "actual": None,
        }
    ]

    changed = author("PATCH", here, {"title": "Retrain on October"})
    assert (changed.status_code, changed.json()["title"]) == (200, "Retrain on October")
    assert changed.json()["digest"] != review["digest"]
    evidence = author("POST", f"{here}evidence/", {"kind": "evaluation", "summary": "AUC 0.947"})
    assert (evidence.status_code, len(evidence.json()["evidence"])) == (201, 1)

    submitted = author("POST", f"{here}submit/")
    assert (submitted.status_code, submitted.json()["state"]) == (200, "submitted")
    review = submitted.json()
    assert [{k: place[k] for k in ("role", "count", "people")} for place in review["places"]] == [
        {k: place[k] for k in ("role", "count", "people")} for place in previewed["places"]
    ]
    assert review["rule"] == previewed["rule"]["key"]

    ballot = {"vote": "approve", "digest": review["digest"], "comment": ""}
    assert owner("POST", f"{here}votes/", ballot).json()["state"] == "submitted"
    assert_problem(driver("POST", f"{here}release/"), 409, state="submitted")
    assert scientist("POST", f"{here}votes/", ballot).json()["state"] == "approved"
    gate = anybody("GET", f"gate/?model={world.model.key}&version=4.3.0").json()
    assert gate == {"allowed": True, "reasons": [], "review": review["ref"]}

    assert_problem(author("POST", f"{here}release/"), 403)
    assert driver("POST", f"{here}release/").json()["state"] == "released"
    closed = driver(
        "POST",
        f"{here}pir/",
        {"actuals": [{"metric": "recall", "value": 0.81}], "verdict": "as_expected", "lessons": "Label sooner."},
    ).json()
    assert (closed["state"], closed["pir"]["verdict"], closed["expectations"][0]["actual"]) == (
        "reviewed",
        "as_expected",
        0.81,
    )


def test_preview_says_who_decides_and_stores_nothing(world: World) -> None:
    answer = Caller(world.author)("POST", "reviews/preview/", body_of(world)).json()
    assert answer["rule"]["key"] == "retrain"
    assert "must approve within 3 business days" in answer["rule"]["sentence"]
    assert answer["places"][0] == {
        "role": "product-owner",
        "count": 1,
        "people": [world.owner.email],
        "why": "Ada Brandt: Product owner of Fraud detection since 1 January 2026",
    }
    assert (answer["informed"], answer["missing_evidence"], answer["blocked_by"]) == ([], [], [])
    assert not Review.objects.exists()


def test_preview_without_a_charter_says_what_is_in_the_way(world: World) -> None:
    world.version.charter.versions.update(state="superseded")
    answer = Caller(world.author)("POST", "reviews/preview/", {"model": world.model.key, "kind": "retrain"}).json()
    assert (answer["rule"], answer["places"], answer["decide_by"]) == (None, [], None)
    assert "Lena Fischer leads Fraud detection and can draft one." in answer["blocked_by"][0]


def test_preview_names_missing_evidence(db: None) -> None:
    world = make_world(evidence={"2": ["evaluation", "fairness"]})
    answer = Caller(world.author)("POST", "reviews/preview/", body_of(world)).json()
    assert answer["missing_evidence"] == ["evaluation", "fairness"]


# -- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["state", "round", "digest", "author", "ref", "charter_version", "decided_at"])
def test_no_field_of_the_inside_is_assigned(world: World, field: str) -> None:
    author = Caller(world.author)
    assert pointers(author("POST", "reviews/", body_of(world, **{field: "approved"}))) == [f"/{field}"]
    assert not Review.objects.exists()
    review = world.draft()
    assert pointers(author("PATCH", f"reviews/{review.ref}/", {field: "approved"})) == [f"/{field}"]
    assert pointers(author("POST", f"reviews/{review.ref}/submit/", {field: "approved"})) == [f"/{field}"]
    review.refresh_from_db()
    assert review.state == "draft"


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"model": "nobody-knows"}, "/model"),
        ({"model": None}, "/model"),
        ({"model": "nul\x00"}, "/model"),
        ({"version": "9" * 101}, "/version"),
        ({"version": "v" * 1_000_000}, "/version"),
        ({"version": ["4"]}, "/version"),
        ({"kind": "magic"}, "/kind"),
        ({"title": ""}, "/title"),
        ({"what": "half \ud800"}, "/what"),
        ({"links": "https://example.org"}, "/links"),
        ({"links": ["javascript:alert(1)"]}, "/links/0"),
        ({"expectations": [{"metric": "auc", "direction": "up", "low": 2, "high": 1}]}, "/expectations/0/low"),
        ({"expectations": [{"metric": "auc", "direction": "up", "expected": "0.9"}]}, "/expectations/0/expected"),
        ({"expectations": [{"metric": "auc", "direction": "up", "expected": True}]}, "/expectations/0/expected"),
        ({"expectations": [{"metric": "auc", "direction": "up", "expected": 10**400}]}, "/expectations/0/expected"),
        ({"expectations": [{"metric": "auc", "direction": "up", "bonus": 1}]}, "/expectations/0/bonus"),
        ({"expectations": [{"metric": f"m{n}", "direction": "up"} for n in range(10_000)]}, "/expectations"),
    ],
)
def test_bad_input_is_refused_at_its_place(world: World, fields: dict[str, Any], pointer: str) -> None:
    response = Caller(world.author)("POST", "reviews/", body_of(world, **fields))
    assert pointer in pointers(response)
    assert not Review.objects.exists()


def test_numbers_that_json_does_not_know_are_refused(world: World) -> None:
    text = json.dumps(body_of(world, expectations=[{"metric": "auc", "direction": "up", "expected": "X"}]))
    author = Caller(world.author)
    for word in ("NaN", "Infinity", "-Infinity"):
        assert_problem(author("POST", "reviews/", text.replace('"X"', word)), 400)
    assert pointers(author("POST", "reviews/", text.replace('"X"', "1e400"))) == ["/expectations/0/expected"]
    for broken in ("{", "", '"text"', "[1]", "null"):
        assert author("POST", "reviews/", broken).status_code in (400, 422)


def test_strangers_and_anonymous_callers_are_refused(world: World) -> None:
    assert_problem(Caller(world.stranger)("POST", "reviews/", body_of(world)), 403)
    assert_problem(Caller(PersonFactory(admin=True))("POST", "reviews/", body_of(world)), 403)
    response = Client().get("/api/v1/reviews/")
    assert_problem(response, 401)


def test_a_draft_of_somebody_else_is_not_found(world: World) -> None:
    ref = world.draft().ref
    for person in (world.lead, world.owner, world.stranger, PersonFactory(admin=True), PersonFactory(auditor=True)):
        call = Caller(person)
        assert_problem(call("GET", f"reviews/{ref}/"), 404)
        assert_problem(call("PATCH", f"reviews/{ref}/", {"title": "Mine"}), 404)
        for act in ("submit", "votes", "evidence", "release", "rollback", "withdraw", "pir"):
            assert_problem(call("POST", f"reviews/{ref}/{act}/"), 404)
        assert call("GET", "reviews/").json()["results"] == []


def test_a_stale_vote_is_a_conflict(world: World) -> None:
    review = world.submitted()
    call = Caller(world.owner)
    ballot = {"vote": "approve", "digest": "sha256:" + "0" * 64}
    assert_problem(call("POST", f"reviews/{review.ref}/votes/", ballot), 409, state="submitted")
    assert pointers(call("POST", f"reviews/{review.ref}/votes/", {"vote": "approve"})) == ["/digest"]
    assert pointers(call("POST", f"reviews/{review.ref}/votes/", {"vote": "maybe", "digest": review.digest})) == [
        "/vote"
    ]
    assert pointers(call("POST", f"reviews/{review.ref}/votes/", {"vote": "reject", "digest": review.digest})) == [
        "/comment"
    ]
    assert not review.votes.exists()


def test_self_approval_is_forbidden_by_every_route(world: World) -> None:
    review = world.submitted()
    ballot = {"vote": "approve", "digest": review.digest}
    for person in (world.author, world.driver, world.lead, PersonFactory(admin=True, is_superuser=True)):
        assert_problem(Caller(person)("POST", f"reviews/{review.ref}/votes/", ballot), 403)
    assert not review.votes.exists()


def test_a_decided_review_takes_no_vote_and_no_edit(world: World) -> None:
    review = world.approved()
    ballot = {"vote": "reject", "digest": review.digest, "comment": "Too late."}
    assert_problem(Caller(world.owner)("POST", f"reviews/{review.ref}/votes/", ballot), 409, state="approved")
    author = Caller(world.author)
    assert_problem(author("PATCH", f"reviews/{review.ref}/", {"title": "Other"}), 409, state="approved")
    assert_problem(author("POST", f"reviews/{review.ref}/submit/"), 409, state="approved")


def test_the_same_idempotency_key_drafts_once(world: World) -> None:
    author = Caller(world.author)
    first = author("POST", "reviews/", body_of(world), **{"Idempotency-Key": "run-7"})
    again = author("POST", "reviews/", body_of(world), **{"Idempotency-Key": "run-7"})
    assert first.json() == again.json()
    assert Review.objects.count() == 1
    other = author("POST", "reviews/", body_of(world, title="Other"), **{"Idempotency-Key": "run-7"})
    assert_problem(other, 422)


# -- reading --------------------------------------------------------------------------------------------------------


def test_the_list_is_filtered_and_newest_first(world: World) -> None:
    first = world.submitted(version="4.4.0")
    second = world.submitted(version="4.5.0")
    vote(second, world.owner, "reject", "No.")
    call = Caller(world.stranger)

    def refs(query: str) -> list[str]:
        return [row["ref"] for row in call("GET", f"reviews/?{query}").json()["results"]]

    assert refs("") == [second.ref, first.ref]
    assert refs("state=rejected") == [second.ref]
    assert refs("version=4.4.0&model=card-fraud-scorer&team=fraud-detection&tier=2&kind=retrain") == [first.ref]
    assert refs(f"author={world.author.email.upper()}") == [second.ref, first.ref]
    assert refs("team=elsewhere") == []
    assert pointers(call("GET", "reviews/?state=nonsense")) == ["/state"]
    page = call("GET", "reviews/?page_size=1").json()
    assert ([row["ref"] for row in page["results"]], page["previous"]) == ([second.ref], None)
    assert "cursor=" in page["next"]


def test_the_list_asks_the_same_number_of_queries_for_one_and_three(
    world: World, django_assert_num_queries: Any
) -> None:
    call = Caller(world.stranger)

    def some(version: str) -> None:
        review = world.submitted(version=version, expectations=[{"metric": "auc", "direction": "up"}])
        vote(review, world.owner)

    some("5.0.0")
    call("GET", "reviews/")
    with django_assert_num_queries(10):
        assert len(call("GET", "reviews/").json()["results"]) == 1
    some("5.1.0")
    some("5.2.0")
    with django_assert_num_queries(10):
        assert len(call("GET", "reviews/").json()["results"]) == 3


def test_the_schema_declares_exactly_what_is_given(world: World) -> None:
    given = Caller(world.author)("POST", "reviews/", body_of(world)).json()
    assert set(given) == set(ReviewOutput().fields)


def test_every_call_of_the_schema_declares_its_problems(db: None) -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    ours = {path: item for path, item in schema["paths"].items() if "/reviews/" in path or "/gate/" in path}
    assert len(ours) == 15
    for path, methods in ours.items():
        for method, operation in methods.items():
            wanted = {"401", "403", "404", "422"} | ({"409"} if method == "post" else set())
            assert wanted <= set(operation["responses"]), (path, method)


# -- the gate -------------------------------------------------------------------------------------------------------


def gate(world: World, version: str = "4.3.0") -> Mapping[str, Any]:
    answer: Mapping[str, Any] = Caller(world.stranger)("GET", f"gate/?model={world.model.key}&version={version}").json()
    return answer


def test_gate_allows_approved_released_and_reviewed_only(world: World) -> None:
    review = world.approved()
    codes = {
        "submitted": ["undecided"],
        "changes_requested": ["changes-requested"],
        "approved": [],
        "rejected": ["rejected"],
        "expired": ["expired"],
        "withdrawn": ["withdrawn"],
        "released": [],
        "rolled_back": ["rolled-back"],
        "reviewed": [],
    }
    for state, reasons in codes.items():
        Review.objects.filter(pk=review.pk).update(state=state, released_at=NOW)
        answer = gate(world)
        assert [reason["code"] for reason in answer["reasons"]] == reasons
        assert (answer["allowed"], answer["review"]) == (not reasons, review.ref)


def test_gate_asks_for_exactly_this_version(world: World) -> None:
    world.approved()
    answer = gate(world, "4.3")
    assert (answer["allowed"], answer["review"]) == (False, None)
    assert [reason["code"] for reason in answer["reasons"]] == ["no-review"]


def test_gate_says_nothing_of_drafts(world: World) -> None:
    world.draft()
    assert [reason["code"] for reason in gate(world)["reasons"]] == ["no-review"]


def test_gate_keeps_a_version_out_that_was_rolled_back_and_closed(world: World) -> None:
    review = world.approved()
    Review.objects.filter(pk=review.pk).update(state="reviewed", released_at=NOW, rolled_back_at=NOW)
    assert [reason["code"] for reason in gate(world)["reasons"]] == ["rolled-back"]


def test_gate_listens_to_the_newest_review_of_the_version(world: World) -> None:
    world.approved()
    later = world.draft()
    submit_review(later, by=world.author, now=NOW)
    assert gate(world)["review"] == later.ref
    Review.objects.filter(pk=later.pk).update(state="withdrawn")
    assert gate(world)["allowed"] is True


def test_gate_does_not_know_an_unknown_model(world: World) -> None:
    call = Caller(world.stranger)
    assert_problem(call("GET", "gate/?model=nobody&version=1"), 404)
    assert pointers(call("GET", "gate/")) == ["/model", "/version"]


def test_gate_command_exits_as_the_pipeline_reads_it(world: World, capsys: Any) -> None:
    review = world.submitted()

    def code(*words: str) -> Any:
        with pytest.raises(SystemExit) as ended:
            call_command("gate", *words)
        return ended.value.code

    assert code(world.model.key, "4.3.0") == 1
    assert "undecided" in capsys.readouterr().out
    for voter in (world.owner, world.scientist):
        vote(review, voter)
    assert code(world.model.key, "4.3.0") == 0
    assert f"allowed by {review.ref}" in capsys.readouterr().out
    assert code("nobody", "4.3.0") == 2
    assert code(MLModelFactory().key, "1") == 1
