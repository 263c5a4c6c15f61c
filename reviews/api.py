"""Reviews for machines. Every act answers with the review as it stands after it."""

from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from config.pagination import CursorPages
from config.parsers import JSONParser
from ledger.errors import Invalid
from reviews.access import get_review_for
from reviews.breaking import ask_to_break_glass, confirm_break_glass
from reviews.commenting import add_comment
from reviews.drafting import draft_review, edit_review
from reviews.evidence import attach_evidence
from reviews.files import LARGEST
from reviews.filters import ReviewFilter
from reviews.gate import ask_gate
from reviews.models import Review
from reviews.queries import visible_to, with_everything
from reviews.releasing import close_review, release_review, roll_back_review
from reviews.serializers import (
    CommentInput,
    EvidenceInput,
    GateOutput,
    GateQuery,
    NothingInput,
    PirInput,
    PreviewInput,
    PreviewOutput,
    ReasonInput,
    ReviewInput,
    ReviewOutput,
    UploadInput,
    VoteInput,
    WaiverInput,
    WithdrawalInput,
    answer_as_json,
    outcome_as_json,
    review_as_json,
)
from reviews.submitting import preview, submit_review, withdraw_review
from reviews.voting import cast_vote
from reviews.waiving import waive_evidence
from teams.idempotency import IdempotentPosts
from teams.models import MLModel, Person

CREATED = {201: ReviewOutput}
DONE = {200: ReviewOutput}


ROOM_FOR_FIELDS = 64 * 1024


class AnyNumbers(JSONParser):
    """JSON with NaN and Infinity, which are then refused as what they are, at their place."""

    strict = False


class NewestFirst(CursorPages):
    ordering = "-pk"


class ReviewList(IdempotentPosts, ListAPIView):
    """The reviews that the caller may see, newest first; a new one begins as a draft."""

    serializer_class = ReviewOutput
    filterset_class = ReviewFilter
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Review]:
        if getattr(self, "swagger_fake_view", False):
            return Review.objects.none()
        return with_everything(visible_to(caller(self.request)))

    @extend_schema(operation_id="reviews_create", request=ReviewInput, responses=CREATED)
    def post(self, request: Request) -> Response:
        """Draft a review. Only its author sees it until it is submitted."""
        fields = read(ReviewInput, request)
        review = draft_review(by=caller(request), now=timezone.now(), **fields)
        address = reverse("reviews-detail", args=[review.ref], request=request)
        return answer(request, review.ref, HTTPStatus.CREATED, Location=address)


class ReviewDetail(APIView):
    """One review."""

    @extend_schema(operation_id="reviews_retrieve", responses=DONE)
    def get(self, request: Request, ref: str) -> Response:
        """The review as it stands."""
        return answer(request, ref)

    @extend_schema(operation_id="reviews_partial_update", request=ReviewInput(partial=True), responses=DONE)
    def patch(self, request: Request, ref: str) -> Response:
        """Change the content of a draft, or of a review whose changes were requested."""
        review = get_review_for(caller(request), ref)
        edit_review(review, by=caller(request), now=timezone.now(), **read(ReviewInput, request, partial=True))
        return answer(request, ref)


class Preview(IdempotentPosts):
    """Who would decide a change, and why, before anything is stored."""

    @extend_schema(operation_id="reviews_preview", request=PreviewInput, responses={200: PreviewOutput})
    def post(self, request: Request) -> Response:
        """Ask what submission would do; it asks the same."""
        fields = read(PreviewInput, request)
        outcome = preview(model=fields["model"], kind=fields["kind"], by=caller(request), now=timezone.now())
        return Response(outcome_as_json(outcome))


class EvidenceOfReview(IdempotentPosts):
    """Evidence of a review."""

    parser_classes = [AnyNumbers, MultiPartParser]

    @extend_schema(
        operation_id="reviews_attach",
        request={"application/json": EvidenceInput, "multipart/form-data": UploadInput},
        responses=CREATED,
    )
    def post(self, request: Request, ref: str) -> Response:
        """Attach evidence: a statement, a link, measured values, or as a form a file.

        While a round runs this begins a new one. Measured values are held against the thresholds of the charter at
        once: see `readings`.
        """
        review = get_review_for(caller(request), ref)
        refuse_flood(request)
        body = UploadInput if request.content_type.startswith(MultiPartParser.media_type) else EvidenceInput
        attach_evidence(review, by=caller(request), now=timezone.now(), **read(body, request))
        return answer(request, ref, HTTPStatus.CREATED)


class Waivers(IdempotentPosts):
    """Evidence that an approver lets a review go without."""

    @extend_schema(operation_id="reviews_waive", request=WaiverInput, responses=CREATED)
    def post(self, request: Request, ref: str) -> Response:
        """Waive a kind of evidence that is missing, with a reason. Who may vote may."""
        review = get_review_for(caller(request), ref)
        waive_evidence(review, by=caller(request), now=timezone.now(), **read(WaiverInput, request))
        return answer(request, ref, HTTPStatus.CREATED)


class Submit(IdempotentPosts):
    """Sending a review round."""

    @extend_schema(operation_id="reviews_submit", request=NothingInput, responses=DONE)
    def post(self, request: Request, ref: str) -> Response:
        """Submit by the charter in force; each submission opens a new round."""
        read(NothingInput, request)
        submit_review(get_review_for(caller(request), ref), by=caller(request), now=timezone.now())
        return answer(request, ref)


class Votes(IdempotentPosts):
    """Votes on a review."""

    @extend_schema(operation_id="reviews_vote", request=VoteInput, responses=CREATED)
    def post(self, request: Request, ref: str) -> Response:
        """Vote in the running round. A digest that is no longer what stands is answered with 409."""
        review = get_review_for(caller(request), ref)
        cast_vote(review, by=caller(request), now=timezone.now(), **read(VoteInput, request))
        return answer(request, ref, HTTPStatus.CREATED)


class Comments(IdempotentPosts):
    """What is said about a review outside of votes."""

    @extend_schema(operation_id="reviews_comment", request=CommentInput, responses=CREATED)
    def post(self, request: Request, ref: str) -> Response:
        """Comment, or answer a comment. People mentioned as @ada.brandt are told."""
        review = get_review_for(caller(request), ref)
        add_comment(review, by=caller(request), now=timezone.now(), **read(CommentInput, request))
        return answer(request, ref, HTTPStatus.CREATED)


class BreakGlass(IdempotentPosts):
    """Releasing before the decision: one asks, another confirms."""

    @extend_schema(operation_id="reviews_break_glass", request=ReasonInput, responses=DONE)
    def post(self, request: Request, ref: str) -> Response:
        """Ask a second person to let the change out before it is decided."""
        review = get_review_for(caller(request), ref)
        ask_to_break_glass(review, by=caller(request), now=timezone.now(), **read(ReasonInput, request))
        return answer(request, ref)


class ConfirmBreakGlass(IdempotentPosts):
    """The second person."""

    @extend_schema(operation_id="reviews_confirm_break_glass", request=NothingInput, responses=DONE)
    def post(self, request: Request, ref: str) -> Response:
        """Confirm: the change goes out at once, marked for ever, and is looked at within 72 hours."""
        read(NothingInput, request)
        confirm_break_glass(get_review_for(caller(request), ref), by=caller(request), now=timezone.now())
        return answer(request, ref)


class Release(IdempotentPosts):
    """Releasing an approved change."""

    @extend_schema(operation_id="reviews_release", request=NothingInput, responses=DONE)
    def post(self, request: Request, ref: str) -> Response:
        """The change goes out; its post-implementation review is planned."""
        read(NothingInput, request)
        release_review(get_review_for(caller(request), ref), by=caller(request), now=timezone.now())
        return answer(request, ref)


class Rollback(IdempotentPosts):
    """Rolling back a release."""

    @extend_schema(operation_id="reviews_rollback", request=ReasonInput, responses=DONE)
    def post(self, request: Request, ref: str) -> Response:
        """The release is taken back, at once and without votes."""
        review = get_review_for(caller(request), ref)
        roll_back_review(review, by=caller(request), now=timezone.now(), **read(ReasonInput, request))
        return answer(request, ref)


class Withdraw(IdempotentPosts):
    """Taking a review back."""

    @extend_schema(operation_id="reviews_withdraw", request=WithdrawalInput, responses=DONE)
    def post(self, request: Request, ref: str) -> Response:
        """Nobody decides it any more."""
        review = get_review_for(caller(request), ref)
        withdraw_review(review, by=caller(request), now=timezone.now(), **read(WithdrawalInput, request))
        return answer(request, ref)


class Pir(IdempotentPosts):
    """The post-implementation review."""

    @extend_schema(operation_id="reviews_pir", request=PirInput, responses=DONE)
    def post(self, request: Request, ref: str) -> Response:
        """Close the review with what became of the change."""
        review = get_review_for(caller(request), ref)
        fields = read(PirInput, request)
        actuals = [(row["metric"], row["value"]) for row in fields.pop("actuals", [])]
        close_review(review, actuals=actuals, by=caller(request), now=timezone.now(), **fields)
        return answer(request, ref)


class Gate(APIView):
    """May this version go out?"""

    @extend_schema(
        operation_id="gate",
        parameters=[GateQuery],
        responses={200: GateOutput, 404: OpenApiResponse(description="There is no such model")},
    )
    def get(self, request: Request) -> Response:
        """Allowed for an approved review of exactly this version; else every reason with its code."""
        query = GateQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        model = MLModel.objects.filter(key=query.validated_data["model"]).first()
        if model is None:
            raise Http404
        return Response(answer_as_json(ask_gate(model, query.validated_data["version"], now=timezone.now())))


def refuse_flood(request: Request) -> None:
    """Refuse a body that could hold nothing but a file that is too large, before it is read. Raises Invalid."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > LARGEST + ROOM_FOR_FIELDS:
        raise Invalid([("file", _("A file has at most %(most)d MB.") % {"most": LARGEST // 1024 // 1024})])


def caller(request: Request) -> Person:
    """Who calls; the API answers nobody anonymously."""
    assert isinstance(request.user, Person)  # noqa: S101  holds by IsAuthenticated
    return request.user


def read(body: type[serializers.Serializer[Any]], request: Request, *, partial: bool = False) -> dict[str, Any]:
    """The body of a request, checked for its shape; what is allowed the acts decide."""
    given = body(data=request.data, partial=partial)
    given.is_valid(raise_exception=True)
    fields: dict[str, Any] = given.validated_data
    return fields


def answer(request: Request, ref: str, status: int = HTTPStatus.OK, **headers: str) -> Response:
    """The review as it stands now."""
    return Response(review_as_json(get_review_for(caller(request), ref)), status=status, headers=headers)
