"""What the editing pages of this package share: a form, one act, and the page again where the act refused."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString

from ledger.errors import Invalid
from teams.forms import add_refusal


def answer_form(
    request: HttpRequest,
    form: forms.Form,
    *,
    act: Callable[[dict[str, Any]], Any],
    done: str,
    page: Mapping[str, str | SafeString],
    to: str = "",
    template: str = "teams/edit.html",
    **context: Any,
) -> HttpResponse:
    """Show a form, or do its act: then on to what it made (or `to`); what was refused stands beside its field (422).

    `page` has question, answer, where, submit and back: what the page says around the form.
    """
    if request.method == "POST" and form.is_valid():
        try:
            made = act(form.cleaned_data)
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, done % {"object": made})
            return redirect(to or made)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, template, {"form": form, **page, **context}, status=status)
