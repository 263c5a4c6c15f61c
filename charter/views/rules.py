"""The rules of lint, each with its page."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from charter import shared_answers as answers
from charter.lint import RULES, Severity
from charter.lint.examples import EXAMPLES
from charter.mending import is_mechanical
from charter.pages.rules import families, spread_of


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """All rules."""
    context = {"families": families(), "answer": answers.what_lint_looks_for(list(RULES.values()))}
    return render(request, "charter/rules.html", context)


@require_safe
def rule(request: HttpRequest, rule: str) -> HttpResponse:
    """What a rule finds, why, how to mend it, and who has it."""
    if rule not in RULES:
        if rule.upper() in RULES:
            return redirect("charter:rule", rule.upper())
        raise Http404
    found = RULES[rule]
    spread = spread_of(found, timezone.now())
    context = {
        "rule": found,
        "spread": spread,
        "example": EXAMPLES.get(rule),
        "is_mechanical": is_mechanical(rule),
        "blocks": found.severity == Severity.ERROR,
        "answer": answers.who_has_it(spread),
    }
    return render(request, "charter/rule.html", context)
