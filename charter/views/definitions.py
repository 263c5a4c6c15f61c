"""The organisation's vocabulary of metrics and terms."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from charter import shared_answers as answers
from charter.definitions import add_definition, change_definition
from charter.models import Definition
from charter.pages.vocabulary import definition_page, uses_of, vocabulary
from charter.rules import can_change_definition
from charter.shared_forms import DefinitionFilter, DefinitionForm
from charter.views.writing import answer_text
from teams.fields import RESERVED_KEYS
from teams.rules import can_change_organisation, reader_of, require, require_admin

ROWS = 100


@require_safe
def definitions(request: HttpRequest) -> HttpResponse:
    """Every metric and term that is defined, and those that charters watch but nobody defined."""
    form = DefinitionFilter(request.GET)
    form.is_valid()
    asked = {name: form.cleaned_data.get(name) for name in form.fields}
    found = vocabulary(timezone.now(), text=asked["q"] or "", direction=asked["direction"] or "", used=asked["used"])
    context = {
        "form": form,
        "is_asking": any(asked.values()),
        "vocabulary": found,
        "page": Paginator(found.rows, ROWS).get_page(request.GET.get("page")),
        "answer": answers.what_is_defined(found),
        "can_add": can_change_organisation(request.user),
    }
    return render(request, "charter/definitions.html", context)


@require_safe
def definition(request: HttpRequest, key: str) -> HttpResponse:
    """One definition with its history; for a word that nobody defined, who uses it (404)."""
    reader, now = reader_of(request), timezone.now()
    row = Definition.objects.select_related("owner").filter(key=key).first()
    if row is None:
        uses = uses_of(key, now)
        context = {
            "key": key,
            "uses": uses,
            "answer": answers.nobody_has_said(uses),
            "can_add": can_change_organisation(reader),
        }
        return render(request, "charter/definition_missing.html", context, status=404)
    page = definition_page(row, now)
    context = {
        "page": page,
        "definition": row,
        "answer": answers.what_it_means(row, page.uses),
        "can_change": can_change_definition(reader, row),
    }
    return render(request, "charter/definition.html", context)


def new_definition(request: HttpRequest) -> HttpResponse:
    by = reader_of(request)
    require_admin(by)
    wanted = request.GET.get("key", "")
    form = DefinitionForm(request.POST or None, key="" if wanted in RESERVED_KEYS else wanted)
    return answer_text(
        request,
        form,
        act=lambda: add_definition(by=by, now=timezone.now(), **_values(form)),
        newest=lambda: 0,
        done=_("%(object)s is defined."),
        page={
            "where": _("Definitions"),
            "question": _("Which word needs a meaning?"),
            "answer": answers.what_a_definition_is(),
            "submit": _("Define it"),
            "back": reverse("charter:definitions"),
        },
    )


def edit_definition(request: HttpRequest, key: str) -> HttpResponse:
    by = reader_of(request)
    row = get_object_or_404(Definition, key=key)
    require(can_change_definition(by, row), _("Only the owner of this definition or an admin may change it."))
    form = DefinitionForm(request.POST or None, definition=row)
    values = lambda: {"seen": form.cleaned_data["seen"], **_values(form)}  # noqa: E731  asked for once it is valid
    return answer_text(
        request,
        form,
        act=lambda: change_definition(row, by=by, now=timezone.now(), **values()),
        newest=lambda: Definition.objects.values_list("number", flat=True).get(pk=row.pk),
        done=_("%(object)s is changed."),
        page={
            "where": row.key,
            "question": _("What should %(name)s mean from now on?") % {"name": row.name},
            "answer": answers.what_a_change_does(row),
            "submit": _("Save the definition"),
            "back": row.get_absolute_url(),
        },
    )


def _values(form: DefinitionForm) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "seen"}
