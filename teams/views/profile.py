"""What is the reader's own: their page, their API tokens."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ledger.errors import Invalid
from teams import answers
from teams.forms import TokenForm, add_refusal
from teams.models import ApiToken
from teams.rules import reader_of
from teams.tokens import create_token, revoke_token


@require_safe
def own_page(request: HttpRequest, **_ignored: str) -> HttpResponse:
    """Their page, where their address stands."""
    return redirect(reader_of(request))


@never_cache
def tokens(request: HttpRequest) -> HttpResponse:
    """The tokens; a new one is shown in the answer to the form that asked for it, and never again."""
    person = reader_of(request)
    form = TokenForm(request.POST or None)
    shown = ""
    if request.method == "POST" and form.is_valid():
        try:
            _made, shown = create_token(person=person, by=person, now=timezone.now(), **form.cleaned_data)
            form = TokenForm()
        except Invalid as refusal:
            add_refusal(form, refusal)
    own = list(ApiToken.objects.filter(person=person))
    context = {
        "form": form,
        "shown": shown,
        "standing": [token for token in own if token.revoked_at is None],
        "revoked": [token for token in own if token.revoked_at is not None],
        "answer": answers.what_tokens_open(own),
        "api_root": request.build_absolute_uri("/api/v1/"),
    }
    return render(request, "teams/tokens.html", context, status=422 if form.is_bound and form.errors else 200)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk, person=reader_of(request))
    revoke_token(token, by=reader_of(request), now=timezone.now())
    messages.success(request, _("%(token)s is revoked: whoever uses it is refused from now on.") % {"token": token})
    return redirect("teams:tokens")
