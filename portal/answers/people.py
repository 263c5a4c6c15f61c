"""The one-sentence answers of the pages of people."""

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.words import in_words, listed
from portal.queries.people import PersonPage
from teams.models import Person


def who_works_here(*, people: int, unseated: int, away: int) -> SafeString:
    """All people: how many, how many are away, how many hold no seat."""
    if not people:
        return format_html("{}", _("Nobody is here yet."))
    first = ngettext("%(count)s person works here", "%(count)s people work here", people) % {
        "count": in_words(people, start=True)
    }
    gone = ngettext("%(count)s is away today", "%(count)s are away today", away) % {"count": in_words(away)}
    opening = f"{first}; {gone}." if away else f"{first}."
    if not unseated:
        return format_html("{}", opening)
    rest = ngettext("%(count)s holds no seat in any team.", "%(count)s hold no seat in any team.", unseated) % {
        "count": in_words(unseated, start=True)
    }
    return format_html("{} <strong>{}</strong>", opening, rest)


def what_is_theirs(page: PersonPage, reader: Person) -> SafeString:
    """One person: what they answer for, and what would be missed without them."""
    name = page.person.name
    if not page.person.is_active:
        held = len(page.seats)
        if not held and not page.models:
            return format_html("{}", _("%(name)s has left; nothing here rests on them any more.") % {"name": name})
        left = listed([*_seats_in_words(page), *_models_in_words(page)])
        return format_html(
            "{} <strong>{}</strong>",
            _("%(name)s has left.") % {"name": name},
            _("Still theirs: %(what)s.") % {"what": left},
        )
    is_reader = reader.pk == page.person.pk
    parts = [*_stages_in_words(page), *_models_in_words(page)]
    subject = _("You answer for %(what)s.") if is_reader else _("%(name)s answers for %(what)s.")
    if parts:
        first = subject % {"name": name, "what": listed(parts)}
    elif page.seats:
        subject = (
            _("You hold %(what)s and answer for nothing.")
            if is_reader
            else _("%(name)s holds %(what)s and answers for nothing.")
        )
        first = subject % {"name": name, "what": listed(_seats_in_words(page))}
    else:
        subject = _("You hold no seat in any team.") if is_reader else _("%(name)s holds no seat in any team.")
        first = subject % {"name": name}
    return format_html("{} {}", first, _rest(page, is_reader=is_reader))


def _rest(page: PersonPage, *, is_reader: bool) -> SafeString:
    """What matters most beside: away, uncovered, or how often called."""
    if page.away_until:
        values = {"day": date_format(page.away_until, "j F")}
        names = list(dict.fromkeys(cover.meant.person.name for cover in page.covered_by if cover.meant.person))
        if not names:
            return format_html("<strong>{}</strong>", _("Away until %(day)s.") % values)
        values["names"] = listed(names[:3], more=len(names) - 3)
        text = ngettext("Away until %(day)s; %(names)s covers.", "Away until %(day)s; %(names)s cover.", len(names))
        return format_html("<strong>{}</strong>", text % values)
    bare = [each for each in page.accountable_for if each.cover is None]
    if bare:
        count = len(bare)
        text = ngettext(
            "Nobody covers for %(count)s of these stages.", "Nobody covers for %(count)s of these stages.", count
        )
        return format_html("<strong>{}</strong>", text % {"count": in_words(count)})
    if page.reached_by:
        paths = len({(reach.line.team.key, reach.line.climb.path.key) for reach in page.reached_by if reach.line.climb})
        values = {"count": in_words(paths, start=True), "whom": _("you") if is_reader else _("them")}
        text = ngettext(
            "%(count)s escalation path reaches %(whom)s.", "%(count)s escalation paths reach %(whom)s.", paths
        )
        return format_html("{}", text % values)
    return format_html("{}", "")


def _seats_in_words(page: PersonPage) -> list[str]:
    if not page.seats:
        return []
    return [ngettext("%(count)s seat", "%(count)s seats", len(page.seats)) % {"count": in_words(len(page.seats))}]


def _stages_in_words(page: PersonPage) -> list[str]:
    if not page.accountable_for:
        return []
    stages = len(page.accountable_for)
    teams = list(dict.fromkeys(each.team_name for each in page.accountable_for))
    text = ngettext("%(count)s stage of %(teams)s", "%(count)s stages of %(teams)s", stages)
    return [text % {"count": in_words(stages), "teams": listed(teams[:2], more=len(teams) - 2)}]


def _models_in_words(page: PersonPage) -> list[str]:
    if not page.models:
        return []
    if len(page.models) == 1:
        return [page.models[0].name]
    return [ngettext("%(count)s model", "%(count)s models", len(page.models)) % {"count": in_words(len(page.models))}]
