"""The one-sentence answers of the pages of models."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.words import in_words
from portal.queries.models import ModelCount, ModelPage
from reviews.words import ReviewState
from teams.models import Person


def who_answers_for_models(count: ModelCount) -> SafeString:
    """All models: how many, and for how many nobody answers."""
    if not count.models:
        return format_html("{}", _("No model is registered yet."))
    models = ngettext("%(count)s model", "%(count)s models", count.models) % {
        "count": in_words(count.models, start=True)
    }
    teams = ngettext("%(count)s team", "%(count)s teams", count.teams) % {"count": in_words(count.teams)}
    first = ngettext("%(models)s belongs to %(teams)s", "%(models)s belong to %(teams)s", count.models) % {
        "models": models,
        "teams": teams,
    }
    if not count.unanswered:
        return format_html("{}, {}.", first, _("and each has somebody accountable"))
    if count.unanswered == count.models:
        return format_html("{}; <strong>{}</strong>", first, _("nobody is accountable for any of them."))
    gap = ngettext("for %(count)s nobody is accountable.", "for %(count)s nobody is accountable.", count.unanswered) % {
        "count": in_words(count.unanswered)
    }
    return format_html("{}; <strong>{}</strong>", first, gap)


def who_answers_for(page: ModelPage, reader: Person) -> SafeString:
    """One model: who answers for it, and what stands in the way of a change."""
    return format_html("{} {}", _accountable(page, reader), _standing(page))


def _accountable(page: ModelPage, reader: Person) -> SafeString:
    model = page.model
    if model.accountable is None:
        return format_html("<strong>{}</strong>", _("Nobody is accountable for it."))
    if not model.accountable.is_active:
        return format_html(
            "<strong>{}</strong>", _("%(name)s, who was accountable, has left.") % {"name": model.accountable}
        )
    if model.accountable_id == reader.pk:
        return format_html("{}", _("You do, for its whole life."))
    return format_html("{}", _("%(name)s does, for its whole life.") % {"name": model.accountable})


def _standing(page: ModelPage) -> SafeString:
    if page.version is None:
        text = _("%(team)s has no charter in force, so no change can be decided.") % {"team": page.model.team}
        return format_html("<strong>{}</strong>", text)
    open_ones = [
        review for review in page.reviews if review.state in (ReviewState.SUBMITTED, ReviewState.CHANGES_REQUESTED)
    ]
    if open_ones:
        count = len(open_ones)
        text = ngettext("%(count)s change is under review.", "%(count)s changes are under review.", count)
        return format_html("<strong>{}</strong>", text % {"count": in_words(count, start=True)})
    blocked = [routing for routing in page.routings if routing.route.blocked_by]
    if page.unrouted or blocked:
        return format_html("<strong>{}</strong>", _("Some changes could not be decided today."))
    return format_html("{}", _("No change is under review."))
