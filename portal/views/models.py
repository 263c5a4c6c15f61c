"""The models, and one model: who answers for it, what a change of it needs."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.answers.models import who_answers_for, who_answers_for_models
from portal.forms import ModelFilters
from portal.queries.models import count_models, model_page, models_matching
from teams.queries import all_models
from teams.rules import can_change_anything, can_change_organisation, reader_of

PAGE = 50


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    filters = ModelFilters(request.GET)
    count = count_models()
    context = {
        "page": Paginator(models_matching(**filters.asked), PAGE).get_page(request.GET.get("page")),
        "count": count,
        "answer": who_answers_for_models(count),
        "filters": filters,
        "can_change": can_change_organisation(request.user),
    }
    return render(request, "portal/models.html", context)


@require_safe
def model(request: HttpRequest, key: str) -> HttpResponse:
    reader = reader_of(request)
    found = get_object_or_404(all_models(), key=key)
    page = model_page(found, timezone.now())
    context = {
        "model": found,
        "page": page,
        "registry_link": found.registry if found.registry.startswith(("https://", "http://")) else "",
        "answer": who_answers_for(page, reader),
        "can_propose": can_change_anything(reader) and found.stage != found.Stage.RETIRED,
        "can_change": can_change_organisation(reader),
    }
    return render(request, "portal/model.html", context)
