"""Registering and changing models."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from teams import answers
from teams.forms import ModelForm
from teams.models import MLModel
from teams.queries import all_models
from teams.registering import change_model, register_model
from teams.rules import reader_of, require_admin
from teams.views.editing import answer_form


def new_model(request: HttpRequest) -> HttpResponse:
    by = reader_of(request)
    require_admin(by)
    return answer_form(
        request,
        ModelForm(request.POST or None, initial={"team": request.GET.get("team", "")}),
        act=lambda values: register_model(by=by, now=timezone.now(), **values),
        done=_("%(object)s is registered."),
        page={
            "where": _("Models"),
            "question": _("Which model is new?"),
            "answer": answers.what_a_model_needs(MLModel.objects.count()),
            "submit": _("Register the model"),
            "back": reverse("portal:models"),
        },
    )


def edit_model(request: HttpRequest, key: str) -> HttpResponse:
    by = reader_of(request)
    require_admin(by)
    model = get_object_or_404(all_models(), key=key)
    return answer_form(
        request,
        ModelForm(request.POST or None, model=model),
        act=lambda values: change_model(model, by=by, now=timezone.now(), **values),
        done=_("%(object)s is changed."),
        page={
            "where": model.name,
            "question": _("What is %(model)s?") % {"model": model},
            "answer": answers.whose_model(model),
            "submit": _("Save the model"),
            "back": model.get_absolute_url(),
        },
    )
