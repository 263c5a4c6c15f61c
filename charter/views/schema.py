"""The published JSON Schema, for editors and pipelines that know nobody here."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from charter.schema import charter_schema


@login_not_required
@require_GET
def charter_v1(request: HttpRequest) -> JsonResponse:
    """JSON Schema of a charter document; it names nobody and nothing of this installation."""
    return JsonResponse(charter_schema(), content_type="application/schema+json")
