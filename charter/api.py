"""The charter API (DESIGN.md §7): the document, its way through signature, and lint."""

from http import HTTPStatus
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from charter import exchange, ratification
from charter.checking import check_here, report
from charter.document import Document
from charter.media import DocumentJsonRenderer, DocumentYamlRenderer, JsonSourceParser, YamlSourceParser
from charter.models import Version
from charter.parsing import Source
from charter.queries import open_draft, out_for_signature, version_in_force
from charter.realignment import realign
from charter.serializers import (
    FindingsSerializer,
    ObjectSerializer,
    RealignSerializer,
    SignSerializer,
    VersionSerializer,
)
from charter.storage import document_of
from config.problems import PreconditionFailed, PreconditionRequired
from teams.idempotency import IdempotentPosts
from teams.models import Team
from teams.rules import reader_of

DOCUMENT = {("200", "application/json"): OpenApiTypes.OBJECT, ("200", "application/yaml"): OpenApiTypes.STR}


class CharterView(IdempotentPosts):
    """What the views of one team's charter share."""

    def team(self) -> Team:
        return get_object_or_404(Team.objects.select_related("lead"), key=self.kwargs["team"])

    def draft(self) -> Version:
        draft = open_draft(self.team())
        if draft is None:
            raise NotFound
        return draft

    def waiting(self, digest: str) -> Version:
        version = out_for_signature(self.team(), digest)
        if version is None:
            raise NotFound
        return version


class DocumentView(CharterView):
    """The document of a team's charter, with its digest as ETag."""

    renderer_classes = [DocumentJsonRenderer, DocumentYamlRenderer]
    parser_classes = [JsonSourceParser, YamlSourceParser]

    @extend_schema(
        operation_id="charters_document_retrieve",
        parameters=[OpenApiParameter("state", str, enum=["in-force", "draft"], default="in-force")],
        responses=DOCUMENT,
    )
    def get(self, request: Request, team: str) -> Response:
        state = request.query_params.get("state", "in-force")
        if state not in {"in-force", "draft"}:
            raise ParseError("state is in-force or draft")
        of = self.team()
        version = open_draft(of) if state == "draft" else version_in_force(of, timezone.now())
        if version is None:
            raise NotFound
        return _document_response(document_of(version))

    @extend_schema(
        operation_id="charters_document_update",
        parameters=[
            OpenApiParameter("If-Match", str, OpenApiParameter.HEADER),
            OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, enum=["*"]),
        ],
        request={"application/json": OpenApiTypes.OBJECT, "application/yaml": OpenApiTypes.STR},
        responses={**DOCUMENT, ("201", "application/json"): OpenApiTypes.OBJECT},
    )
    def put(self, request: Request, team: str) -> Response:
        of, source = self.team(), _source(request)
        seen = _precondition(request)
        document = exchange.read_charter(source)
        try:
            written = exchange.replace_draft(
                team=of, document=document, by=reader_of(request), now=timezone.now(), if_match=seen
            )
        except exchange.NotTheDigest as stale:
            raise PreconditionFailed(stale.message) from None
        status = HTTPStatus.CREATED if written.is_new else HTTPStatus.OK
        return _document_response(written.document, status)


class ProposeView(CharterView):
    @extend_schema(operation_id="charters_propose", request=None, responses=VersionSerializer)
    def post(self, request: Request, team: str) -> Response:
        version = ratification.propose(version=self.draft(), by=reader_of(request), now=timezone.now())
        return Response(VersionSerializer(version).data)


class SignView(CharterView):
    @extend_schema(operation_id="charters_sign", request=SignSerializer, responses=VersionSerializer)
    def post(self, request: Request, team: str) -> Response:
        body = SignSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        version = self.waiting(body.validated_data["digest"])
        ratification.sign(version=version, by=reader_of(request), now=timezone.now(), **body.validated_data)
        version.refresh_from_db()
        return Response(VersionSerializer(version).data)


class ObjectView(CharterView):
    @extend_schema(operation_id="charters_object", request=ObjectSerializer, responses=VersionSerializer)
    def post(self, request: Request, team: str) -> Response:
        body = ObjectSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        version = self.waiting(body.validated_data["digest"])
        ratification.object_to(version=version, by=reader_of(request), now=timezone.now(), **body.validated_data)
        return Response(VersionSerializer(version).data)


class RealignView(CharterView):
    @extend_schema(operation_id="charters_realign", request=RealignSerializer, responses=VersionSerializer)
    def post(self, request: Request, team: str) -> Response:
        body = RealignSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        version = realign(version=self.draft(), by=reader_of(request), now=timezone.now(), **body.validated_data)
        return Response(VersionSerializer(version).data)


class LintView(IdempotentPosts):
    """Lint a document without storing it."""

    parser_classes = [JsonSourceParser, YamlSourceParser]

    @extend_schema(
        operation_id="charters_lint",
        request={"application/json": OpenApiTypes.OBJECT, "application/yaml": OpenApiTypes.STR},
        responses=FindingsSerializer,
    )
    def post(self, request: Request) -> Response:
        source = _source(request)
        document = exchange.read_charter(source)
        result = check_here(document, now=timezone.now())
        checked = report(document, result, name=document.team, source=source)
        return Response({"findings": checked.rows(), "skipped": checked.result.skipped})


def _source(request: Request) -> Source:
    source: Any = request.data
    if not isinstance(source, Source):
        raise ParseError("send the document as application/json or application/yaml")
    return source


def _precondition(request: Request) -> str:
    """The digest that the writer saw, or "*" for a first charter."""
    if request.headers.get("If-None-Match", "").strip() == "*":
        return "*"
    if "If-Match" not in request.headers:
        raise PreconditionRequired
    return request.headers["If-Match"].strip().removeprefix("W/").strip('"')


def _document_response(document: Document, status: int = HTTPStatus.OK) -> Response:
    return Response(document, status=status, headers={"ETag": f'"{document.digest}"'})
