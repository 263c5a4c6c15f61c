"""What every page answers when an act is refused or a form is invalid, so that no view has to say it again."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import url_has_allowed_host_and_scheme

from ledger.errors import ActRefused, Forbidden, IllegalState


class RefusalsMiddleware(MiddlewareMixin):
    """Turns refusals into pages: 403 forbidden, 409 not in this state, 422 invalid.

    A view that can show the sentence beside a field catches `Invalid` itself; what reaches this place is shown as a
    page of its own, or, asked for by htmx, as a caution at the top of the page that asked.
    """

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ActRefused):
            return None
        status = _status_of(exception)
        context = {"refusal": exception.message, "state": getattr(exception, "state", ""), "back": _came_from(request)}
        if request.headers.get("HX-Request") == "true":
            response = render(request, "components/refusal.html", context, status=status)
            response["HX-Retarget"] = "#messages"
            response["HX-Reswap"] = "innerHTML show:top"
            return response
        return render(request, "refused.html", context, status=status)

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        """A page that shows its own invalid form again is a 422, also where a library made the view."""
        form = (response.context_data or {}).get("form")
        is_invalid = request.method == "POST" and getattr(form, "is_bound", False) and getattr(form, "errors", None)
        if is_invalid and response.status_code == HTTPStatus.OK:
            response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return response


def _status_of(refusal: ActRefused) -> HTTPStatus:
    match refusal:
        case Forbidden():
            return HTTPStatus.FORBIDDEN
        case IllegalState():
            return HTTPStatus.CONFLICT
    return HTTPStatus.UNPROCESSABLE_ENTITY


def _came_from(request: HttpRequest) -> str:
    page = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if is_ours else ""
