"""What the pages of the shared things answer at their top: definitions, rules, the decision log, responsibilities."""

from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from charter.lint import Rule, Severity
from charter.models import Decision, Definition
from charter.pages.rules import Spread
from charter.pages.vocabulary import Use, Vocabulary
from charter.responsibilities import Responsibilities
from charter.sentences import capped
from config.words import in_words, listed
from teams.models import Team

# -- definitions ----------------------------------------------------------------------------------------------------


def what_is_defined(found: Vocabulary) -> SafeString:
    """How much of what charters watch has a meaning."""
    defined = ngettext("%(count)s word is defined", "%(count)s words are defined", found.count) % {
        "count": in_words(found.count, start=True)
    }
    if not found.undefined:
        return format_html("{}.", defined)
    names = listed([word.name for word in found.undefined[:3]], more=len(found.undefined) - 3)
    missing = ngettext(
        "%(names)s is watched by a charter, but nobody has said what it means",
        "%(names)s are watched by charters, but nobody has said what they mean",
        len(found.undefined),
    )
    return format_html("{}. <strong>{}.</strong>", defined, capped(SafeString(missing % {"names": names})))


def what_it_means(definition: Definition, uses: Sequence[Use]) -> SafeString:
    """Which way is better, in what unit, and who watches it."""
    which_way = {
        Definition.Direction.HIGHER: _("Higher is better"),
        Definition.Direction.LOWER: _("Lower is better"),
        Definition.Direction.NEITHER: _("Neither high nor low is better in itself"),
    }[Definition.Direction(definition.direction)]
    first = (
        _("%(direction)s, in %(unit)s") % {"direction": which_way, "unit": definition.unit}
        if definition.unit
        else which_way
    )
    teams = list(dict.fromkeys(use.team.name for use in uses))
    if not teams:
        return format_html(_("{}. <strong>No charter in force watches it.</strong>"), first)
    watch = ngettext("%(teams)s watches it", "%(teams)s watch it", len(teams)) % {
        "teams": listed(teams[:3], more=len(teams) - 3)
    }
    return format_html("{}. <strong>{}.</strong>", first, watch)


def nobody_has_said(uses: Sequence[Use]) -> SafeString:
    """A word without a definition."""
    teams = list(dict.fromkeys(use.team.name for use in uses))
    if not teams:
        return format_html("<strong>{}</strong>", _("Nobody has said, and no charter in force uses it."))
    watch = ngettext("%(teams)s watches it", "%(teams)s watch it", len(teams)) % {
        "teams": listed(teams[:3], more=len(teams) - 3)
    }
    return format_html(_("<strong>Nobody has said.</strong> {} all the same."), watch)


def what_a_definition_is() -> SafeString:
    return SafeString(
        _("Thresholds and reviews name it by its key. <strong>From then on it means one thing for all.</strong>")
    )


def what_a_change_does(definition: Definition) -> SafeString:
    """Before a definition is changed."""
    number = definition.number
    return format_html(
        _("Version {} says what it means today. <strong>Yours becomes version {}; earlier ones stay.</strong>"),
        number,
        number + 1,
    )


# -- the decision log -----------------------------------------------------------------------------------------------


def what_was_decided(*, count: int, is_asking: bool, coming: Decision | None) -> SafeString:
    """The log: how much there is, and what is to be looked at again next."""
    if not count:
        return SafeString(
            _("Nothing that matches.") if is_asking else _("<strong>Nothing is written down yet.</strong>")
        )
    text = ngettext("%(count)s decision", "%(count)s decisions", count) % {"count": in_words(count, start=True)}
    if coming is None or coming.revisit_on is None:
        return format_html("{}.", text)
    return format_html(
        _('{}. The next to revisit is <strong><a href="{}">{}</a>, on {}</strong>.'),
        text,
        coming.get_absolute_url(),
        coming.title,
        date_format(coming.revisit_on, "j F Y"),
    )


def what_this_says(decision: Decision, *, is_due: bool) -> SafeString:
    """Who decided it, when, and when it is looked at again."""
    names = [person.name for person in decision.deciders.all()]
    who = listed(names[:3], more=len(names) - 3) if names else _("Somebody who was erased")
    first = _("%(who)s decided it on %(day)s") % {"who": who, "day": date_format(decision.decided_on, "j F Y")}
    if decision.revisit_on is None:
        return format_html("{}.", first)
    day = date_format(decision.revisit_on, "j F Y")
    if is_due:
        return format_html(_("{}. <strong>It was to be revisited on {}.</strong>"), first, day)
    return format_html(_("{}, <strong>to be revisited on {}</strong>."), first, day)


def which_team_decided(teams: int) -> SafeString:
    """Before a team is chosen."""
    if not teams:
        return SafeString(_("<strong>You hold no seat, so there is no log for you to write in.</strong>"))
    return SafeString(_("A decision belongs to a team: <strong>choose whose it is.</strong>"))


def what_to_write(team: Team) -> SafeString:
    return format_html(
        _("What, why and what else was possible, so that <strong>{} need not decide it twice</strong>."), team
    )


def what_an_edit_does(decision: Decision) -> SafeString:
    return format_html(
        _("Correct or complete it. <strong>What it said before stays readable below it</strong>, as text {}."),
        decision.number,
    )


# -- rules of lint --------------------------------------------------------------------------------------------------


def what_lint_looks_for(rules: Sequence[Rule]) -> SafeString:
    """How many rules there are, and how many of them block."""
    errors = sum(rule.severity == Severity.ERROR for rule in rules)
    return format_html(
        _(
            "{} things that are missing or contradict each other. "
            "<strong>{} of them block a proposal</strong>; the others advise."
        ),
        in_words(len(rules), start=True),
        in_words(errors, start=True),
    )


def who_has_it(spread: Spread) -> SafeString:
    """How many charters in force have a finding."""
    if not spread.charters:
        return SafeString(_("No charter is in force yet, so nobody has it."))
    if not spread.teams:
        return SafeString(_("<strong>No charter in force has it.</strong>"))
    names = listed([having.team.name for having in spread.teams[:3]], more=len(spread.teams) - 3)
    text = ngettext("%(teams)s has it", "%(teams)s have it", len(spread.teams)) % {"teams": names}
    of = ngettext("of %(count)s charter in force", "of %(count)s charters in force", spread.charters) % {
        "count": in_words(spread.charters)
    }
    return format_html("<strong>{}</strong>, {}.", text, of)


# -- responsibilities -----------------------------------------------------------------------------------------------


def who_answers(found: Responsibilities) -> SafeString:
    """How many stages have somebody who answers, and which teams have holes."""
    if not found.rows:
        return SafeString(_("Nobody yet: there is no team."))
    if not found.answers:
        return SafeString(_("<strong>Nobody yet: no charter is in force.</strong>"))
    answered = sum(not answer.is_hole for _team, answer in found.answers)
    count = len(found.answers)
    if answered == count:
        first = ngettext("For %(count)d stage somebody answers", "For all %(count)d stages somebody answers", count) % {
            "count": count
        }
    else:
        first = _("For %(answered)d of %(count)d stages somebody answers") % {"answered": answered, "count": count}
    rest: list[SafeString] = []
    if found.with_holes:
        names = listed([row.team.name for row in found.with_holes[:3]], more=len(found.with_holes) - 3)
        text = ngettext("%(teams)s has holes", "%(teams)s have holes", len(found.with_holes)) % {"teams": names}
        rest.append(format_html("<strong>{}</strong>", text))
    if found.overburdened:
        most = found.overburdened[0]
        text = ngettext(
            "%(name)s answers for %(stages)s stages in %(count)s team",
            "%(name)s answers for %(stages)s stages in %(count)s teams",
            len(most.teams),
        ) % {"name": most.person.name, "stages": in_words(most.stages), "count": in_words(len(most.teams))}
        rest.append(format_html("{}" if rest else "<strong>{}</strong>", text))
    if found.without_charter and len(rest) < 2:
        text = ngettext(
            "%(count)s team has no charter in force",
            "%(count)s teams have no charter in force",
            len(found.without_charter),
        )
        rest.append(
            format_html("{}" if rest else "<strong>{}</strong>", text % {"count": in_words(len(found.without_charter))})
        )
    if not rest:
        return format_html("{}.", first)
    return format_html("{}. {}.", first, capped(SafeString("; ".join(rest))))
