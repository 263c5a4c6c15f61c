"""Errors of the API as problem+json (RFC 9457)."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from ledger.errors import ActRefused, Forbidden, IllegalState, Invalid

CONTENT_TYPE = "application/problem+json"


class PreconditionFailed(exceptions.APIException):
    """If-Match names something that has changed since."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    default_detail = "This has changed since you read it. Read it again, then send your change."
    default_code = "stale"


class PreconditionRequired(exceptions.APIException):
    """The request must say with If-Match what it replaces."""

    status_code = HTTPStatus.PRECONDITION_REQUIRED
    default_detail = "Say with If-Match which state this replaces."
    default_code = "precondition_required"


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler. Errors that nobody foresaw stay with Django, which answers 500."""
    response = _response_to(error)
    if response is not None:
        set_rollback()
    return response


def _response_to(error: Exception) -> Response | None:
    match error:
        case Invalid():
            return problem(422, "The input is invalid.", errors=_pairs(error.errors))
        case exceptions.ValidationError():
            return problem(422, "The input is invalid.", errors=_pairs(_flatten(error.detail)))
        case IllegalState():
            return problem(409, error.message, state=error.state)
        case Forbidden():
            return problem(403, error.message)
        case ActRefused():
            return problem(422, error.message)
        case Http404():
            return problem(404, "There is nothing here, or it is not yours to see.")
        case PermissionDenied():
            return problem(403, str(error) or "You may not do this.")
        case exceptions.APIException():
            return _from_drf(error)
    return None


def problem(status: int, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any) -> Response:
    """A problem document; `members` are the extensions, such as `state` and `errors`."""
    body = _body(status, detail) | members
    return Response(body, status=status, headers=dict(headers or {}), content_type=CONTENT_TYPE)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400: a problem under /api/, else a page. So are the two below."""
    return _plain_problem(request, 400, "The request cannot be read.") or defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain_problem(request, 404, "There is nothing at this address.") or defaults.page_not_found(
        request, exception
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return _plain_problem(request, 500, "Remit failed; its log says why.") or defaults.server_error(request)


def _plain_problem(request: HttpRequest, status: int, detail: str) -> HttpResponse | None:
    """A problem where no view of the API could answer; None outside of it."""
    if not request.path.startswith("/api/"):
        return None
    return JsonResponse(_body(status, detail), status=status, content_type=CONTENT_TYPE)


def _body(status: int, detail: str) -> dict[str, Any]:
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def _from_drf(error: exceptions.APIException) -> Response:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return problem(error.status_code, str(error.detail), headers=headers)


def _pairs(errors: Any) -> list[dict[str, str]]:
    return [{"pointer": _as_pointer(pointer), "detail": str(detail)} for pointer, detail in errors]


def _as_pointer(text: str) -> str:
    return text if not text or text.startswith("/") else f"/{_escaped(text)}"


def _escaped(member: object) -> str:
    """A member's name as JSON pointers write it (RFC 6901)."""
    return str(member).replace("~", "~0").replace("/", "~1")


def _flatten(detail: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """DRF's nested errors as (pointer, sentence); errors of the whole stand at the pointer of the whole."""
    if isinstance(detail, Mapping):
        for member, inner in detail.items():
            is_whole = member == api_settings.NON_FIELD_ERRORS_KEY
            yield from _flatten(inner, pointer if is_whole else f"{pointer}/{_escaped(member)}")
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            is_nested = isinstance(inner, Mapping | list)
            yield from _flatten(inner, f"{pointer}/{index}" if is_nested else pointer)
    else:
        yield pointer, str(detail)
