"""The question of the matrix and its answer, computed."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.words import in_words
from escalations.matrix import TeamLines
from escalations.wording import first_of, question_time


def matrix_question(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """ "Who is reached on Sunday at 02:00?"."""
    return _("Who is reached %(when)s?") % {"when": question_time(at, now, zone)}


def matrix_answer(teams: Sequence[TeamLines]) -> SafeString:
    """In how many cases (team × severity) somebody is reached, who has holes, and who hangs on one person."""
    if not teams:
        return format_html(
            "{} <strong>{}</strong>", _("Nobody yet:"), _("no team is open. The first one needs a lead and a charter.")
        )
    cases = sum(len(team.severities) for team in teams)
    reached = cases - sum(len(team.unreached) for team in teams)
    sentences = [_how_many(reached, cases), *_holes(teams), *_single_points(teams)]
    return mark_safe(" ".join(sentences))  # noqa: S308  joined from escaped parts


def _how_many(reached: int, cases: int) -> SafeString:
    if reached == cases:
        return format_html(
            {1: _("In the one case that there is, somebody is."), 2: _("In both cases somebody is.")}.get(
                cases, _("In all {cases} cases somebody is.")
            ),
            cases=in_words(cases),
        )
    if reached == 0:
        return format_html("{}", _("Nobody, in no case."))
    return format_html(
        ngettext("In {reached} of {cases} cases somebody is.", "In {reached} of {cases} cases somebody is.", reached),
        reached=reached,
        cases=cases,
    )


def _holes(teams: Sequence[TeamLines]) -> list[SafeString]:
    never = [team.team.name for team in teams if team.unreached]
    late = [team.team.name for team in teams if not team.unreached and any(line.holes for line in team.lines)]
    found = []
    if never:
        sentence = ngettext("<strong>{teams} has holes</strong>.", "<strong>{teams} have holes</strong>.", len(never))
        found.append(format_html(sentence, teams=first_of(never)))
    if late:
        sentence = ngettext(
            "{teams} loses time on a call to nobody.", "{teams} lose time on calls to nobody.", len(late)
        )
        found.append(format_html(sentence, teams=first_of(late)))
    return found


def _single_points(teams: Sequence[TeamLines]) -> list[SafeString]:
    names = [team.team.name for team in teams if any(line.only_person for line in team.lines)]
    if not names:
        return []
    sentence = ngettext("{teams} hangs on one person.", "{teams} hang on one person each.", len(names))
    return [format_html(sentence, teams=first_of(names))]
