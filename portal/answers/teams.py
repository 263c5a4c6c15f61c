"""The one-sentence answers of the pages of teams."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.words import in_sentence, in_words, listed
from portal.queries.teams import TeamLine, TeamPage, leads_nobody
from reminders.wording import when_due
from teams.models import Person


def which_teams(lines: Sequence[TeamLine]) -> SafeString:
    """All teams: how many have a charter, and whom that leaves."""
    if not lines:
        return format_html("{}", _("There is no team yet."))
    if len(lines) == 1:
        first = _("One team is here.")
    else:
        owned = sum(line.models for line in lines)
        models = ngettext("%(count)s model", "%(count)s models", owned) % {"count": in_words(owned)}
        first = _("%(teams)s teams own %(models)s.") % {"teams": in_words(len(lines), start=True), "models": models}
    headless = [line.team for line in lines if leads_nobody(line.team.lead)]
    bare = [line.team for line in lines if not line.standing.is_in_force]
    if headless:
        gap = _("Nobody leads %(teams)s.") % {"teams": listed(headless[:2], more=len(headless) - 2)}
    elif len(bare) == len(lines):
        gap = _("None has a charter in force.")
    elif bare:
        text = ngettext("%(teams)s has no charter in force.", "%(teams)s have no charter in force.", len(bare))
        gap = text % {"teams": listed(bare[:2], more=len(bare) - 2)}
    else:
        return format_html("{} {}", first, _("Each has a lead and a charter in force."))
    return format_html("{} <strong>{}</strong>", first, gap)


def who_is_this_team(page: TeamPage, reader: Person) -> SafeString:
    """One team: its size, and the one thing that is to be mended or comes next."""
    if page.team.closed_at is not None:
        return format_html("{}", _("It is closed; what it did stays on record."))
    return format_html("{} {}", _size(page), _gap(page) or _next(page, reader))


def _size(page: TeamPage) -> str:
    """Who leads what: people, models, the teams below."""
    parts = [
        text % {"count": in_words(count)}
        for count, text in (
            (len(page.people), ngettext("%(count)s person", "%(count)s people", len(page.people))),
            (page.model_count, ngettext("%(count)s model", "%(count)s models", page.model_count)),
            (len(page.children), ngettext("%(count)s team", "%(count)s teams", len(page.children))),
        )
        if count
    ]
    if leads_nobody(page.team.lead):
        return _("It has %(what)s.") % {"what": listed(parts)} if parts else _("It is empty.")
    if not parts:
        return _("%(lead)s leads it, alone so far.") % {"lead": page.team.lead}
    return _("%(lead)s leads %(what)s.") % {"lead": page.team.lead, "what": listed(parts)}


def _gap(page: TeamPage) -> SafeString | None:
    """What is most urgent to mend."""
    vacant = [in_sentence(row.name) for row in page.roles if row.is_vacant]
    if page.overdue:
        first = page.overdue[0]
        when = when_due(first.due_at, timezone=page.team.timezone, now=page.now)
        return _strong(_("%(what)s is %(when)s.") % {"what": first.title, "when": when})
    if leads_nobody(page.team.lead):
        return _strong(_("Nobody leads it."))
    if not page.roles:
        return _strong(_("Nobody has a seat yet."))
    if not page.standing.is_in_force and not page.standing.open_state:
        return _strong(_("It has no charter yet."))
    if not page.standing.is_in_force:
        return _strong(_("Its first charter is not in force yet."))
    if vacant:
        return _strong(_("Nobody is %(roles)s.") % {"roles": listed(vacant[:2], more=len(vacant) - 2)})
    uncovered = [row for row in page.roles if row.is_uncovered]
    if uncovered and uncovered[0].primary:
        values = {"name": uncovered[0].primary.person, "role": in_sentence(uncovered[0].name)}
        return _strong(_("Nobody covers for %(name)s, %(role)s.") % values)
    return None


def _next(page: TeamPage, reader: Person) -> SafeString:
    """What comes next, where nothing is to be mended."""
    if page.due:
        first = page.due[0].occasion
        when = when_due(first.due_at, timezone=reader.timezone, now=page.now)
        return format_html("{}", _("Next: %(what)s, %(when)s.") % {"what": first.title, "when": when})
    return format_html("{}", _("Nothing is due."))


def _strong(text: str) -> SafeString:
    return format_html("<strong>{}</strong>", text)
