"""The one-sentence answers that the pages of this package open with."""

from collections.abc import Mapping, Sequence

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.words import in_sentence, in_words, listed
from teams.absences import Away
from teams.models import Absence, ApiToken, MLModel, Person, Role, Seat, Team


def who_does_what(roles: Sequence[Role], holders: Mapping[int, Sequence[Seat]]) -> SafeString:
    """The role catalogue: how many roles are held, and which are not."""
    vacant = [role for role in roles if not holders.get(role.pk)]
    if not roles:
        return format_html("{}", _("The catalogue is empty: nobody can be given a seat."))
    if not vacant:
        people = len({seat.person_id for seats in holders.values() for seat in seats})
        text = ngettext(
            "All %(roles)s roles are held, by %(people)s person.",
            "All %(roles)s roles are held, by %(people)s people.",
            people,
        )
        return format_html("{}", text % {"roles": in_words(len(roles)), "people": in_words(people)})
    held = len(roles) - len(vacant)
    first = ngettext("%(held)s of %(all)s roles is held.", "%(held)s of %(all)s roles are held.", held) % {
        "held": in_words(held, start=True) if held else _("None"),
        "all": in_words(len(roles)),
    }
    names = listed([in_sentence(role.name) for role in vacant[:3]], more=len(vacant) - 3)
    return format_html("{} <strong>{}</strong>", first, _("Nobody holds %(roles)s.") % {"roles": names})


def what_tokens_open(tokens: Sequence[ApiToken]) -> SafeString:
    """The tokens of the reader."""
    standing = [token for token in tokens if token.revoked_at is None]
    if not standing:
        return format_html("{}", _("Nothing yet: you have no token."))
    first = ngettext(
        "%(count)s token speaks to the API in your name.",
        "%(count)s tokens speak to the API in your name.",
        len(standing),
    ) % {"count": in_words(len(standing), start=True)}
    unused = [token for token in standing if token.last_used_on is None]
    if not unused:
        return format_html("{}", first)
    if len(standing) == 1:
        return format_html("{} <strong>{}</strong>", first, _("It was never used."))
    rest = ngettext("%(count)s of them was never used.", "%(count)s of them were never used.", len(unused)) % {
        "count": in_words(len(unused), start=True)
    }
    return format_html("{} <strong>{}</strong>", first, rest)


def when_away(person: Person, ahead: Sequence[Absence], away: Away | None, *, is_reader: bool) -> SafeString:
    """Whether somebody is away now, and when they are next."""
    name = {"name": person}
    if away:
        text = _("You are away until %(day)s.") if is_reader else _("%(name)s is away until %(day)s.")
        return format_html("<strong>{}</strong>", text % (name | {"day": date_format(away.until, "j F")}))
    here = _("You are here.") if is_reader else _("%(name)s is here.") % name
    if not ahead:
        return format_html("{} {}", here, _("No absence is entered."))
    days = {"first": date_format(ahead[0].first_on, "j F"), "last": date_format(ahead[0].last_on, "j F Y")}
    return format_html("{} {}", here, _("Next away from %(first)s to %(last)s.") % days)


def who_sits_where(team: Team, seats: Sequence[Seat]) -> SafeString:
    """The seats of a team, on the page where they are given."""
    if not seats:
        return format_html(
            "<strong>{}</strong>",
            _("%(team)s has no seat yet, so nobody can be named in its charter.") % {"team": team},
        )
    people = len({seat.person_id for seat in seats})
    text = ngettext(
        "%(people)s person holds %(seats)s in %(team)s.", "%(people)s people hold %(seats)s in %(team)s.", people
    )
    count = ngettext("%(count)s seat", "%(count)s seats", len(seats)) % {"count": in_words(len(seats))}
    return format_html("{}", text % {"people": in_words(people, start=True), "seats": count, "team": team})


def what_leaving_means(person: Person, *, seats: int, models: int) -> SafeString:
    """What hangs on a person who is edited or deactivated."""
    if not person.is_active:
        return format_html("{}", _("%(name)s was deactivated: no sign-in, no notices, no votes.") % {"name": person})
    if not seats and not models:
        return format_html("{}", _("%(name)s holds no seat and answers for no model.") % {"name": person})
    parts = []
    if seats:
        parts.append(ngettext("holds %(count)s seat", "holds %(count)s seats", seats) % {"count": in_words(seats)})
    if models:
        parts.append(
            ngettext("answers for %(count)s model", "answers for %(count)s models", models)
            % {"count": in_words(models)}
        )
    return format_html("{} {}.", person, listed(parts))


def what_a_team_needs(teams: int) -> SafeString:
    """The page that founds a team: how many there are, and what is for ever."""
    if not teams:
        return format_html("{} <strong>{}</strong>", _("It is the first one."), _("Its key is for ever."))
    first = ngettext("%(count)s team stands here.", "%(count)s teams stand here.", teams) % {
        "count": in_words(teams, start=True)
    }
    return format_html(
        "{} {} <strong>{}</strong>", first, _("Everything about a new one can change later,"), _("but not its key.")
    )


def what_a_team_is(team: Team) -> SafeString:
    """A team in a sentence: structure, parent, lead."""
    values = {"structure": team.get_structure_display(), "parent": team.parent}
    place = _("A %(structure)s team in %(parent)s") if team.parent else _("A %(structure)s team of its own")
    if team.closed_at is not None:
        return format_html("{}, {}.", place % values, _("closed"))
    if team.lead is None:
        return format_html("{}. <strong>{}</strong>", place % values, _("Nobody leads it."))
    return format_html("{}, {}.", place % values, _("led by %(name)s") % {"name": team.lead})


def how_a_seat_is_held(seat: Seat, span: str) -> SafeString:
    """A seat in a sentence."""
    text = _("%(person)s is %(role)s of %(team)s as %(kind)s, %(span)s.") % {
        "person": seat.person,
        "role": in_sentence(seat.role.name),
        "team": seat.team,
        "kind": seat.get_kind_display(),
        "span": span,
    }
    return format_html("{}", text)


def who_is_here(people: int) -> SafeString:
    """The page that adds a person."""
    text = ngettext("%(count)s person is here so far.", "%(count)s people are here so far.", people)
    return format_html("{}", text % {"count": in_words(people, start=True)})


def what_a_role_is(roles: int) -> SafeString:
    """The page that adds a role to the catalogue."""
    text = ngettext("%(count)s role stands in the catalogue;", "%(count)s roles stand in the catalogue;", roles)
    return format_html(
        "{} <strong>{}</strong>",
        text % {"count": in_words(roles, start=True)},
        _("a role is what somebody does, not who."),
    )


def who_holds(role: Role, seats: Sequence[Seat]) -> SafeString:
    """A role and those who hold it."""
    if not seats:
        return format_html("<strong>{}</strong>", _("Nobody holds it."))
    teams = len({seat.team_id for seat in seats})
    people = len({seat.person_id for seat in seats})
    who = ngettext("%(count)s person holds it", "%(count)s people hold it", people) % {
        "count": in_words(people, start=True)
    }
    where = ngettext("in %(count)s team", "in %(count)s teams", teams) % {"count": in_words(teams)}
    return format_html("{} {}.", who, where)


def what_a_model_needs(models: int) -> SafeString:
    """The page that registers a model."""
    text = ngettext("%(count)s model is registered.", "%(count)s models are registered.", models)
    return format_html(
        "{} <strong>{}</strong>", text % {"count": in_words(models, start=True)}, _("Each needs a team that owns it.")
    )


def whose_model(model: MLModel) -> SafeString:
    """A model, its team and who answers for it."""
    owner = _("%(team)s owns it") % {"team": model.team}
    if model.accountable is None:
        return format_html("{}. <strong>{}</strong>", owner, _("Nobody answers for it."))
    if not model.accountable.is_active:
        text = _("%(name)s, who answered for it, has left.") % {"name": model.accountable}
        return format_html("{}. <strong>{}</strong>", owner, text)
    return format_html("{}, {}.", owner, _("%(name)s answers for its whole life") % {"name": model.accountable})
