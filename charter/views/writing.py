"""What the pages share on which somebody writes a text that others may write too: nothing typed is lost."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from charter.shared_forms import Remembering
from ledger.errors import Invalid, Stale
from teams.forms import add_refusal


def answer_text(
    request: HttpRequest,
    form: Remembering,
    *,
    act: Callable[[], Any],
    newest: Callable[[], int],
    done: str,
    page: Mapping[str, Any],
    template: str = "charter/writing.html",
) -> HttpResponse:
    """Show a form, or do its act and go on to what it made.

    Refused input stays in the form: 422 with the messages, 409 where somebody else changed the text meanwhile; sent
    once more, it then takes the place of what they wrote. `newest` is the number of the text as it stands.
    """
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            made = act()
        except Invalid as refusal:
            add_refusal(form, refusal)
        except Stale as moved:
            form.show_again(newest())
            form.add_error(None, moved.message)
            status = 409
        else:
            messages.success(request, done % {"object": made})
            return redirect(made)
    if form.is_bound and form.errors and status == 200:
        status = 422
    return render(request, template, {"form": form, "is_moved": status == 409, **page}, status=status)
