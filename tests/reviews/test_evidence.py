"""Evidence: files that cannot do harm, values held against the thresholds of the charter, and what is waived."""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from charter.document import Threshold
from ledger.errors import Forbidden, Invalid
from ledger.models import Entry
from reviews import files
from reviews.evidence import attach_evidence
from reviews.files import LARGEST, FileIsAltered, path_of, read_file, type_of
from reviews.measuring import Reading
from reviews.models import Evidence, EvidenceWaiver, Review
from reviews.releasing import ReleaseBlocked, release_review
from reviews.standing import Standing
from reviews.states import ReviewNotInState
from reviews.submitting import submit_review
from reviews.waiving import waive_evidence
from tests.factories import NOW, PersonFactory
from tests.reviews.test_api import Caller, assert_problem, pointers
from tests.reviews.worlds import World, make_world, vote

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\nA report."
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
THRESHOLDS = [
    {"key": "parity", "metric": "parity-gap", "above": 0.05, "then": "block-release"},
    {"key": "quality", "metric": "auc", "models": ["card-fraud-scorer"], "below": 0.93, "then": "block-release"},
    {"key": "drift", "metric": "psi", "above": 0.2, "clears_below": 0.15, "then": "notify"},
    {"key": "others", "metric": "auc", "models": ["another-model"], "below": 0.99, "then": "block-release"},
]


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def a_zip_bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * 50_000_000)
    return buffer.getvalue()


def upload(content: bytes, name: str = "report.pdf", said: str = "application/pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=said)


def attach(world: World, review: Review, **fields: Any) -> Evidence:
    return attach_evidence(
        review, **{"kind": "evaluation", "summary": "Report", "by": world.author, "now": NOW, **fields}
    )


def measure(world: World, review: Review, *values: tuple[str, float, str], **fields: Any) -> Evidence:
    rows = [{"metric": metric, "value": value, "slice": of_slice} for metric, value, of_slice in values]
    return attach(world, Review.objects.get(pk=review.pk), measurements=rows, **fields)


# -- files ----------------------------------------------------------------------------------------------------------


def test_a_file_is_kept_by_what_it_holds(world: World) -> None:
    review = world.draft()
    first = attach(world, review, file=upload(PDF))
    second = attach(world, review, file=upload(PDF, name="again.pdf"))
    digest = hashlib.sha256(PDF).hexdigest()
    assert (first.sha256, first.size, first.media_type) == (digest, len(PDF), "application/pdf")
    assert second.sha256 == digest
    assert [path.name for path in path_of(digest).parent.iterdir()] == [digest]
    assert read_file(digest) == PDF


def test_a_file_is_part_of_what_is_voted_on(world: World) -> None:
    review = world.submitted()
    seen = review.digest
    attach(world, review, file=upload(PDF))
    review.refresh_from_db()
    assert (review.round, review.digest == seen) == (2, False)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.pdf"),
        (b"x" * (LARGEST + 1), "large.txt"),
        (SVG, "picture.svg"),
        (SVG, "picture.png"),
        (b"\xef\xbb\xbf  \n" + SVG, "bom.txt"),
        (b"<!doctype html><script>alert(1)</script>", "page.pdf"),
        (a_zip_bomb(), "bomb.zip"),
        (a_zip_bomb(), "bomb.pdf"),
        (b"MZ\x90\x00\x03", "tool.exe"),
        (b"\xff\xfe<\x00s\x00v\x00g\x00", "utf16.txt"),
        (b"text with \x00 in it", "nul.txt"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_file_that_could_do_harm_is_refused(world: World, tmp_path: Path, content: bytes, name: str) -> None:
    review = world.draft()
    with pytest.raises(Invalid) as refused:
        attach(world, review, file=upload(content, name=name))
    assert [pointer for pointer, _ in refused.value.errors] == ["file"]
    assert not review.evidence.exists()
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (PDF, "application/pdf"),
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0jpeg", "image/jpeg"),
        (b'{"auc": 0.947}', "application/json"),
        (b"metric,value\nauc,0.947\n", "text/plain"),
        ("# Bericht\n\nÄußerst gut.\n".encode(), "text/plain"),
        (b"[" * 100_000, "text/plain"),
    ],
)
def test_the_type_is_read_from_the_content(content: bytes, found: str) -> None:
    assert type_of(content) == found


@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", 'a"; filename="b.html', "x\r\nSet-Cookie: a=b", "é" * 300])
def test_a_name_leads_nowhere(world: World, client: Client, tmp_path: Path, name: str) -> None:
    review = world.draft()
    piece = attach(world, review, file=upload(PDF, name=name))
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [piece.sha256]
    client.force_login(world.author)
    response = client.get(f"/reviews/{review.ref}/evidence/{piece.pk}/file/")
    assert response["Content-Disposition"] == f'attachment; filename="{review.ref}-evaluation-{piece.pk}.pdf"'


def test_a_download_is_never_shown_in_the_browser(world: World, client: Client) -> None:
    review = world.submitted()
    piece = attach(world, review, file=upload(b"plain <script>alert(1)</script>"))
    client.force_login(world.stranger)
    response = client.get(f"/reviews/{review.ref}/evidence/{piece.pk}/file/")
    assert response.content == b"plain <script>alert(1)</script>"
    assert response["Content-Type"] == "text/plain"
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_the_file_of_somebody_elses_draft_does_not_exist(world: World, client: Client) -> None:
    review, other = world.draft(), world.submitted(version="9.9.9")
    piece = attach(world, review, file=upload(PDF))
    client.force_login(world.owner)
    assert client.get(f"/reviews/{review.ref}/evidence/{piece.pk}/file/").status_code == 404
    assert client.get(f"/reviews/{other.ref}/evidence/{piece.pk}/file/").status_code == 404


def test_a_file_that_was_altered_is_not_handed_out(world: World, client: Client) -> None:
    review = world.submitted()
    piece = attach(world, review, file=upload(PDF))
    path_of(piece.sha256).write_bytes(b"%PDF-1.7 Another report.")
    with pytest.raises(FileIsAltered):
        read_file(piece.sha256)
    client.force_login(world.owner)
    assert client.get(f"/reviews/{review.ref}/evidence/{piece.pk}/file/").status_code == 409
    path_of(piece.sha256).unlink()
    assert client.get(f"/reviews/{review.ref}/evidence/{piece.pk}/file/").status_code == 409


def test_a_file_is_attached_from_the_page(world: World, client: Client) -> None:
    review = world.draft()
    client.force_login(world.author)
    here = f"/reviews/{review.ref}/"
    response = client.post(f"{here}evidence/", {"kind": "evaluation", "summary": "Report", "file": upload(PDF)})
    assert response.status_code == 302
    assert b"application/pdf" in client.get(here).content
    refused = client.post(f"{here}evidence/", {"kind": "evaluation", "summary": "Report", "file": upload(b"")})
    assert refused.status_code == 422
    assert "This file is empty." in refused.content.decode()


# -- over the API ---------------------------------------------------------------------------------------------------


def send(caller: Caller, review: Review, **fields: Any) -> Any:
    client = Client(raise_request_exception=False)
    body = {"kind": "evaluation", "summary": "Report", **fields}
    return client.post(f"/api/v1/reviews/{review.ref}/evidence/", body, headers=caller.headers)


def test_a_file_arrives_over_the_api_with_its_hash(world: World) -> None:
    review, author = world.draft(), Caller(world.author)
    digest = hashlib.sha256(PDF).hexdigest()
    response = send(author, review, file=upload(PDF), sha256=digest, commit="7F2C91E")
    piece = response.json()["evidence"][0]
    assert response.status_code == 201
    assert {name: piece[name] for name in ("sha256", "size", "media_type", "commit")} == {
        "sha256": digest,
        "size": len(PDF),
        "media_type": "application/pdf",
        "commit": "7f2c91e",
    }
    assert pointers(send(author, review, file=upload(PDF), sha256="0" * 64)) == ["/sha256"]
    assert pointers(send(author, review, file=upload(SVG))) == ["/file"]
    assert pointers(send(author, review, file=upload(b""))) == ["/file"]
    assert pointers(send(author, review, file=upload(PDF), state="approved")) == ["/state"]
    assert review.evidence.count() == 1


def test_a_flood_is_refused_before_it_is_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    review, author = world.draft(), Caller(world.author)
    monkeypatch.setattr(files, "keep_file", lambda _file: pytest.fail("it was read"))
    assert pointers(send(author, review, file=upload(b"x" * (LARGEST + 200_000)))) == ["/file"]


def test_an_upload_is_done_once_under_an_idempotency_key(world: World) -> None:
    review, author = world.draft(), Caller(world.author)
    author.headers["Idempotency-Key"] = "run-7"
    for _try in range(2):
        assert send(author, review, file=upload(PDF)).status_code == 201
    assert review.evidence.count() == 1


def test_values_of_a_pipeline_are_held_against_the_thresholds_at_once(db: None) -> None:
    world = make_world(thresholds=THRESHOLDS)
    review = world.submitted()
    body = {
        "kind": "fairness",
        "summary": "By CI",
        "commit": "7f2c91e",
        "measurements": [
            {"metric": "parity-gap", "value": 0.061, "slice": "age 18 to 25", "dataset": "october"},
            {"metric": "parity-gap", "value": 0.047, "slice": "age over 65", "dataset": "october"},
            {"metric": "auc", "value": 0.947},
            {"metric": "calibration", "value": 0.011},
        ],
    }
    response = Caller(world.author)("POST", f"reviews/{review.ref}/evidence/", body)
    assert response.status_code == 201, response.content
    told = response.json()["readings"]
    assert [(row["metric"], row["slice"], row["threshold"], row["limit"], row["verdict"]) for row in told] == [
        ("auc", "", "quality", 0.93, "holds"),
        ("parity-gap", "age 18 to 25", "parity", 0.05, "fails"),
        ("parity-gap", "age over 65", "parity", 0.05, "close"),
        ("calibration", "", None, None, None),
    ]
    assert [row["blocks_release"] for row in told] == [False, True, False, False]
    assert response.json()["evidence"][0]["measurements"][0] == body["measurements"][0]  # type: ignore[index]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", '"0.9"', "true", "null", "{}"])
def test_a_value_that_is_no_finite_number_is_refused(world: World, value: str) -> None:
    review = world.draft()
    row = f'{{"metric": "auc", "value": {value}}}'
    body = f'{{"kind": "evaluation", "summary": "x", "measurements": [{row}]}}'
    response = Caller(world.author)("POST", f"reviews/{review.ref}/evidence/", body)
    assert pointers(response) == ["/measurements/0/value"]
    assert not review.evidence.exists()


@pytest.mark.parametrize(
    ("rows", "pointer"),
    [
        ([{"metric": f"m{n}", "value": 1} for n in range(10_000)], "/measurements"),
        ([{"metric": "auc", "value": 1}] * 2, "/measurements/1/metric"),
        ([{"metric": "x" * 121, "value": 1}], "/measurements/0/metric"),
        ([{"metric": "", "value": 1}], "/measurements/0/metric"),
        ([{"metric": "auc", "value": 1, "slice": "x" * 121}], "/measurements/0/slice"),
        ([{"metric": "auc", "value": 1, "verdict": "holds"}], "/measurements/0/verdict"),
        ([{"metric": "auc"}], "/measurements/0/value"),
        ({"metric": "auc"}, "/measurements"),
    ],
)
def test_bad_measurements_are_refused_at_their_place(world: World, rows: Any, pointer: str) -> None:
    review = world.draft()
    body = {"kind": "evaluation", "summary": "x", "measurements": rows}
    response = Caller(world.author)("POST", f"reviews/{review.ref}/evidence/", body)
    assert pointer in pointers(response)
    assert not review.evidence.exists()


def test_the_act_itself_refuses_what_is_not_finite(world: World) -> None:
    for value in (float("nan"), float("inf")):
        with pytest.raises(Invalid):
            measure(world, world.draft(version=f"{value}"), ("auc", value, ""))


# -- thresholds -----------------------------------------------------------------------------------------------------


def reading(value: float, **limits: Any) -> Reading:
    threshold = Threshold.model_validate({"key": "t", "metric": "m", "then": "notify", **limits}, strict=False)
    return Reading("m", "", "", value, threshold=threshold)


@pytest.mark.parametrize(
    ("value", "limits", "verdict"),
    [
        (0.038, {"above": 0.05}, "holds"),
        (0.045, {"above": 0.05}, "close"),
        (0.05, {"above": 0.05}, "close"),
        (0.0500001, {"above": 0.05}, "fails"),
        (0.947, {"below": 0.93}, "holds"),
        (0.935, {"below": 0.93}, "close"),
        (0.93, {"below": 0.93}, "close"),
        (0.9299, {"below": 0.93}, "fails"),
        (38, {"above": 45}, "holds"),
        (41, {"above": 45}, "close"),
        (0.16, {"above": 0.2, "clears_below": 0.15}, "close"),
        (0.14, {"above": 0.2, "clears_below": 0.15}, "holds"),
        (9, {"below": 10, "clears_above": 12}, "fails"),
        (11, {"below": 10, "clears_above": 12}, "close"),
        (13, {"below": 10, "clears_above": 12}, "holds"),
        (5, {"above": 20, "below": 10}, "fails"),
        (25, {"above": 20, "below": 10}, "fails"),
        (15, {"above": 20, "below": 10}, "holds"),
        (0, {"above": 0}, "close"),
    ],
)
def test_a_value_stands_to_its_limit(value: float, limits: Any, verdict: str) -> None:
    assert reading(value, **limits).verdict == verdict


def test_the_newest_value_counts_beside_that_of_the_earlier_round(db: None) -> None:
    world = make_world(thresholds=THRESHOLDS)
    review = world.draft()
    measure(world, review, ("parity-gap", 0.061, "young"), ("auc", 0.944, ""))
    measure(world, review, ("auc", 0.945, ""))
    review = submit_review(Review.objects.get(pk=review.pk), by=world.author, now=NOW)
    vote(review, world.scientist, "request_changes", "The gap.")
    measure(world, review, ("parity-gap", 0.038, "young"))
    review = submit_review(Review.objects.get(pk=review.pk), by=world.author, now=NOW)
    told = {row.metric: (row.value, row.before, row.before_round) for row in Standing(review).readings}
    assert told == {"auc": (0.945, None, None), "parity-gap": (0.038, 0.061, 1)}
    assert Standing(review).blocking == []


def test_a_failing_threshold_closes_the_release_of_what_people_approved(db: None) -> None:
    world = make_world(thresholds=THRESHOLDS)
    review = world.draft()
    measure(world, review, ("auc", 0.91, ""), ("psi", 0.9, ""))
    review = submit_review(Review.objects.get(pk=review.pk), by=world.author, now=NOW)
    vote(review, world.owner)
    vote(review, world.scientist)
    review.refresh_from_db()
    assert review.state == "approved"
    with pytest.raises(ReleaseBlocked, match=r"auc is 0.91, at least 0.93 \(threshold quality\)"):
        release_review(review, by=world.driver, now=NOW)
    review.refresh_from_db()
    assert review.state == "approved"


def test_a_threshold_keeps_a_change_from_approving_itself(db: None) -> None:
    world = make_world(evidence={"2": ["evaluation"]}, thresholds=THRESHOLDS)
    review = world.draft(kind="threshold-change")
    attach(world, review)
    review = submit_review(Review.objects.get(pk=review.pk), by=world.author, now=NOW)
    assert review.state == "submitted"
    assert len(Standing(review).unmeasured) == 2
    measure(world, review, ("auc", 0.95, ""), ("parity-gap", 0.06, "young"))
    review.refresh_from_db()
    assert review.state == "submitted"
    measure(world, review, ("parity-gap", 0.04, "young"))
    review.refresh_from_db()
    assert review.state == "approved"


def test_the_preview_says_what_would_block(db: None) -> None:
    world = make_world(evidence={"2": ["evaluation"]}, thresholds=THRESHOLDS)
    body = {"model": world.model.key, "kind": "threshold-change"}
    told = Caller(world.author)("POST", "reviews/preview/", body).json()
    assert told["blocked_by"] == [
        "parity-gap has not been measured, and the threshold parity blocks the release.",
        "auc has not been measured, and the threshold quality blocks the release.",
    ]
    told = Caller(world.author)("POST", "reviews/preview/", {**body, "kind": "retrain"}).json()
    assert told["blocked_by"] == []


def test_the_page_shows_number_limit_and_plot(db: None, client: Client) -> None:
    world = make_world(thresholds=THRESHOLDS)
    review = world.submitted()
    measure(world, review, ("parity-gap", 0.061, "age 18 to 25"))
    measure(world, review, ("parity-gap", 0.047, "age 18 to 25"))
    client.force_login(world.owner)
    page = client.get(f"/reviews/{review.ref}/").content.decode()
    assert 'aria-label="parity gap 0.047, age 18 to 25, limit at most 0.05, round 2 0.061"' in page
    assert "at most 0.05" in page
    assert "state-weak" in page


# -- waiving --------------------------------------------------------------------------------------------------------


@pytest.fixture
def demanding(db: None) -> World:
    return make_world(evidence={"2": ["evaluation", "fairness"]})


def test_nobody_approves_what_lacks_evidence(demanding: World) -> None:
    review = demanding.submitted()
    with pytest.raises(Invalid) as refused:
        vote(review, demanding.owner)
    assert refused.value.errors == [
        ("vote", "Missing evidence: evaluation and fairness. Request changes, or waive it with a reason.")
    ]
    assert not review.votes.exists()
    vote(review, demanding.scientist, "abstain")


def test_an_approver_waives_missing_evidence_with_a_reason(demanding: World) -> None:
    review = demanding.draft()
    attach(demanding, review)
    review = submit_review(Review.objects.get(pk=review.pk), by=demanding.author, now=NOW)
    waiver = waive_evidence(review, kind="fairness", reason=" No people in it. ", by=demanding.owner, now=NOW)
    assert (waiver.reason, waiver.waived_by) == ("No people in it.", demanding.owner)
    entry = Entry.objects.get(key="reviews.review.evidence_waived")
    assert (entry.actor_id, entry.change) == (demanding.owner.pk, {"kind": [None, "fairness"], "round": [1, 1]})
    vote(review, demanding.owner)
    vote(review, demanding.scientist)
    review.refresh_from_db()
    assert review.state == "approved"


def test_only_who_may_vote_waives(demanding: World) -> None:
    review = demanding.submitted()
    for person in (demanding.author, demanding.driver, demanding.lead, PersonFactory(admin=True)):
        with pytest.raises(Forbidden):
            waive_evidence(review, kind="fairness", reason="Because.", by=person, now=NOW)
    for kind, reason, pointer in (("privacy", "Not asked for.", "kind"), ("fairness", " ", "reason")):
        with pytest.raises(Invalid) as refused:
            waive_evidence(review, kind=kind, reason=reason, by=demanding.owner, now=NOW)
        assert [where for where, _ in refused.value.errors] == [pointer]
    Review.objects.filter(pk=review.pk).update(state="approved")
    with pytest.raises(ReviewNotInState):
        waive_evidence(review, kind="fairness", reason="Late.", by=demanding.owner, now=NOW)
    assert not EvidenceWaiver.objects.exists()


def test_waiving_from_the_page_and_over_the_api(demanding: World, client: Client) -> None:
    review = demanding.submitted()
    here = f"/reviews/{review.ref}/"
    client.force_login(demanding.owner)
    assert "Waive what is missing" in client.get(here).content.decode()
    assert client.post(f"{here}waive/", {"kind": "fairness", "reason": ""}).status_code == 422
    assert client.post(f"{here}waive/", {"kind": "fairness", "reason": "No people in it."}).status_code == 302
    page = client.get(here).content.decode()
    assert "No people in it." in page
    assert "Waived by you" in page
    scientist = Caller(demanding.scientist)
    response = scientist("POST", f"reviews/{review.ref}/waivers/", {"kind": "evaluation", "reason": "Trivial."})
    told = response.json()
    assert (response.status_code, told["missing_evidence"]) == (201, [])
    assert [(row["kind"], row["waived_by"]) for row in told["waived_evidence"]] == [
        ("fairness", demanding.owner.email),
        ("evaluation", demanding.scientist.email),
    ]
    assert_problem(Caller(demanding.author)("POST", f"reviews/{review.ref}/waivers/", told["waived_evidence"][0]), 422)
    client.force_login(demanding.author)
    assert "Waive what is missing" not in client.get(here).content.decode()


def test_the_ledger_holds_no_text_of_evidence(demanding: World) -> None:
    review = demanding.submitted()
    measure(demanding, review, ("SECRET-metric", 0.5, "SECRET slice"), kind="evaluation", file=upload(b"SECRET text"))
    waive_evidence(Review.objects.get(pk=review.pk), kind="fairness", reason="SECRET", by=demanding.owner, now=NOW)
    assert "SECRET" not in json.dumps(list(Entry.objects.values_list("change", flat=True)))
