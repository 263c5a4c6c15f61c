"""The question that each page of this package asks, and its answer in a sentence, for the one who reads."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from charter.words import Kind
from config.words import in_words, listed
from reviews.models import PostImplementationReview, Review
from reviews.routing import Outcome, blocking_sentences
from reviews.rules import can_close, can_release
from reviews.standing import Standing
from reviews.wording import by_when, evidence_names, moment
from reviews.words import ReviewState, VoteWord
from teams.models import Person

DECIDED_ON = (ReviewState.RELEASED, ReviewState.ROLLED_BACK, ReviewState.REVIEWED)


def question_about(review: Review) -> str:
    """What a review asks, by its state and kind."""
    words = {"model": review.model, "version": review.version}
    if review.state == ReviewState.DRAFT:
        return _("Is this change ready to be submitted?")
    if review.state in DECIDED_ON:
        return _("Did %(model)s %(version)s keep its promise?") % words
    if review.kind == Kind.RETIRE_MODEL:
        return _("Should %(model)s be retired?") % words
    return _("Should %(model)s %(version)s go out?") % words


def answer_about(
    standing: Standing,
    reader: Person,
    now: datetime,
    *,
    outcome: Outcome | None = None,
    pir_due_at: datetime | None = None,
) -> SafeString:
    """Where the review stands and who acts next; `outcome` is where a draft would go."""
    match ReviewState(standing.review.state):
        case ReviewState.DRAFT | ReviewState.CHANGES_REQUESTED:
            return _to_be_submitted(standing, reader, now, outcome)
        case ReviewState.SUBMITTED:
            return _to_be_decided(standing, reader, now)
        case ReviewState.APPROVED:
            return _to_be_released(standing, reader)
        case ReviewState.REJECTED:
            return _rejected(standing, reader)
        case ReviewState.RELEASED | ReviewState.ROLLED_BACK:
            return _to_be_looked_back_on(standing, reader, now, pir_due_at)
        case ReviewState.REVIEWED:
            return _looked_back_on(standing)
    return format_html(
        "{}", _("Nobody decides it any more: it is %(state)s.") % {"state": standing.review.get_state_display()}
    )


def answer_of_new(outcome: Outcome | None, reader: Person, now: datetime) -> SafeString:
    """Before anything is stored: who would decide."""
    if outcome is None:
        return format_html(
            "{}", _("Choose the model and the kind of change: the charter then says who decides, and why.")
        )
    return _where_it_goes(outcome, reader, now)


def answer_of_invalid(count: int) -> SafeString:
    """The page that comes back with something to mend."""
    text = ngettext("%(count)s field needs a second look.", "%(count)s fields need a second look.", count)
    return format_html(
        "{} <strong>{}</strong>", text % {"count": in_words(count, start=True)}, _("Nothing you typed is lost.")
    )


def answer_of_queue(waiting: int, soonest: datetime | None, reader: Person, now: datetime) -> SafeString:
    """What waits for the reader."""
    if not waiting:
        return format_html("{}", _("Nothing waits for you."))
    text = ngettext("%(count)s review waits for you", "%(count)s reviews wait for you", waiting)
    text %= {"count": in_words(waiting, start=True)}
    if soonest is None:
        return format_html("<strong>{}</strong>.", text)
    first = by_when(soonest, reader.timezone, now)
    if waiting == 1:
        return format_html("{}, <strong>{}</strong>.", text, first)
    return format_html("{}, {} <strong>{}</strong>.", text, _("the first"), first)


# -- states ---------------------------------------------------------------------------------------------------------


def _to_be_submitted(standing: Standing, reader: Person, now: datetime, outcome: Outcome | None) -> SafeString:
    review = standing.review
    where = _where_it_goes(outcome, reader, now) if outcome else SafeString("")
    if review.state == ReviewState.DRAFT:
        return format_html("{} {}", _("Only you see this draft."), where)
    asked = [vote for vote in standing.votes.values() if vote.vote == VoteWord.REQUEST_CHANGES]
    who = listed([_you(vote.voter, reader) for vote in asked]) or _("Somebody")
    said = _("%(who)s requested changes in round %(round)s.") % {"who": _start(who), "round": review.round}
    if review.author_id == reader.pk:
        return format_html("{} <strong>{}</strong> {}", said, _("Mend it and submit it again."), where)
    return format_html(
        "{} <strong>{}</strong>", said, _("%(author)s mends it and submits it again.") % {"author": review.author}
    )


def _where_it_goes(outcome: Outcome, reader: Person, now: datetime) -> SafeString:
    if outcome.obstacles or outcome.route is None:
        return format_html("<strong>{}</strong>", _("It cannot be submitted: nobody could decide it."))
    if outcome.approves_itself:
        return format_html("<strong>{}</strong>", _("Submitted now, it is approved at once: the charter asks nobody."))
    if outcome.is_automatic and not outcome.missing:
        return format_html(
            "{} <strong>{}</strong>",
            _("The charter asks nobody, but a threshold is in the way."),
            " ".join(outcome.blocks),
        )
    if outcome.is_automatic:
        return format_html(
            "{} <strong>{}</strong>",
            _("It is approved by itself once the evidence is there."),
            _("Missing: %(kinds)s.") % {"kinds": evidence_names(outcome.missing)},
        )
    count = sum(place.count for place in outcome.route.places)
    text = ngettext("Submitted now, %(count)s person decides", "Submitted now, %(count)s people decide", count)
    text %= {"count": in_words(count)}
    if outcome.route.decide_by is None:
        return format_html("{}.", text)
    return format_html("{} <strong>{}</strong>.", text, by_when(outcome.route.decide_by, reader.timezone, now))


def _to_be_decided(standing: Standing, reader: Person, now: datetime) -> SafeString:
    review = standing.review
    due = by_when(review.decide_by, reader.timezone, now) if review.decide_by else ""
    if standing.waits_for_evidence and not standing.missing:
        sentences = [*blocking_sentences(standing.readings), *standing.unmeasured]
        return format_html(
            "{} <strong>{}</strong>", _("The charter asks nobody, but a threshold is in the way."), " ".join(sentences)
        )
    if standing.waits_for_evidence:
        kinds = evidence_names(standing.missing)
        return format_html(
            "{} <strong>{}</strong>",
            _("The charter asks nobody."),
            _("It is approved once this is attached: %(kinds)s.") % {"kinds": kinds},
        )
    filled = _how_many_filled(standing)
    if standing.waits_for(reader):
        role = listed([place.name for place, _why in standing.asked_as(reader)])
        first = _("You decide as %(role)s") % {"role": role}
        if due:
            return format_html("{}, <strong>{}</strong>. {}", first, due, filled)
        return format_html("<strong>{}</strong>. {}", first, filled)
    roles = listed([place.place.name for place in standing.open_places])
    waits = _("It waits for %(roles)s") % {"roles": roles}
    own = standing.votes.get(reader.pk)
    mine = _own_vote(own.vote) if own else ""
    return format_html("{} <strong>{}</strong>{}. {}", mine, waits, f", {due}" if due else "", filled)


def _how_many_filled(standing: Standing) -> SafeString:
    words = {"filled": in_words(standing.filled, start=True), "wanted": in_words(standing.wanted)}
    text = ngettext(
        "%(filled)s of %(wanted)s places is filled", "%(filled)s of %(wanted)s places are filled", standing.filled
    )
    if standing.filled == 0:
        text = ngettext("The one place is open", "None of %(wanted)s places is filled", standing.wanted)
    text %= words
    if not standing.can_still_be_filled:
        return format_html("{}; <strong>{}</strong>.", text, _("too many abstained to fill the rest"))
    if standing.missing:
        return format_html(
            "{}; {}.", text, _("missing evidence: %(kinds)s") % {"kinds": evidence_names(standing.missing)}
        )
    return format_html("{}.", text)


def _to_be_released(standing: Standing, reader: Person) -> SafeString:
    review = standing.review
    approvers = [str(vote.voter) for vote in standing.votes.values() if vote.vote == VoteWord.APPROVE]
    by = (
        _("Approved by %(names)s.") % {"names": listed(approvers)}
        if approvers
        else _("Approved by itself: all evidence is there.")
    )
    if blocks := blocking_sentences(standing.readings):
        return format_html("{} {} <strong>{}</strong>", by, _("It must not be released:"), " ".join(blocks))
    if can_release(reader, review):
        return format_html("{} <strong>{}</strong>", by, _("You may release it."))
    able = list(dict.fromkeys(str(person) for person in (review.driver, review.model.accountable) if person))
    if not able:
        return format_html(
            "{} <strong>{}</strong>", by, _("Nobody may release it: the model has no accountable person.")
        )
    return format_html("{} <strong>{}</strong>", by, _("%(names)s may release it.") % {"names": _either(able)})


def _rejected(standing: Standing, reader: Person) -> SafeString:
    vote = next((vote for vote in standing.votes.values() if vote.vote == VoteWord.REJECT), None)
    if vote is None:
        return format_html("<strong>{}</strong>", _("No."))
    who = _start(_you(vote.voter, reader))
    return format_html(
        "<strong>{}</strong> {}", _("No."), _("%(who)s rejected it: “%(why)s”") % {"who": who, "why": vote.comment}
    )


def _to_be_looked_back_on(standing: Standing, reader: Person, now: datetime, due_at: datetime | None) -> SafeString:
    review = standing.review
    at = review.rolled_back_at or review.released_at
    what = _("It was rolled back on %(when)s.") if review.rolled_back_at else _("It went out on %(when)s.")
    happened = what % {"when": moment(at, reader.timezone) if at else ""}
    when = by_when(due_at, reader.timezone, now) if due_at else ""
    if can_close(reader, review):
        return format_html(
            "{} <strong>{}</strong>{}.", happened, _("You tell what came of it"), f", {when}" if when else ""
        )
    return format_html(
        "{} {} <strong>{}</strong>.", happened, _("What came of it is to be told"), when or _("after the release")
    )


def _looked_back_on(standing: Standing) -> SafeString:
    pir = standing.review.pir
    told = _("so says %(who)s.") % {"who": pir.closed_by}
    return format_html("<strong>{}</strong>, {}", _start(pir.get_verdict_display()), told)


def told_by(pir: PostImplementationReview, reader: Person) -> str:
    """Who closed a review, and when: "by Jonas Weidner, 20 Dec 2026, 10:12"."""
    words = {"who": _you(pir.closed_by, reader), "when": moment(pir.closed_at, reader.timezone)}
    return _("by %(who)s, %(when)s") % words


# -- words ----------------------------------------------------------------------------------------------------------


def _own_vote(vote: str) -> str:
    return {
        VoteWord.APPROVE: _("You approved."),
        VoteWord.ABSTAIN: _("You abstained."),
        VoteWord.REQUEST_CHANGES: _("You requested changes."),
        VoteWord.REJECT: _("You rejected it."),
    }[VoteWord(vote)]


def _you(person: Person, reader: Person) -> str:
    return _("you") if person.pk == reader.pk else str(person)


def _start(text: str) -> str:
    return text[:1].upper() + text[1:]


def _either(names: Sequence[str]) -> str:
    return _(" or ").join(names)


def why_you(standing: Standing, reader: Person) -> SafeString:
    """Why the reader is asked, from the charter that the round began under."""
    version = standing.review.charter_version
    sentences = [format_html("{}. ", _start(why)) for _place, why in standing.asked_as(reader)]
    if not sentences or version is None:
        return SafeString("")
    right = _("The decision right %(right)s of charter version %(number)s asks %(roles)s.") % {
        "right": standing.review.right_key,
        "number": version.number,
        "roles": listed([f"{in_words(place.count)} {place.name}" for place, _why in standing.asked_as(reader)]),
    }
    return format_html("{} {}", right, format_html_join("", "{}", ((sentence,) for sentence in sentences)))


def who_may_not_vote(standing: Standing, reader: Person) -> str:
    """Everybody who worked on it, and how: "Nikhil Rao wrote it; you drive it"."""
    did = {
        "author": _("%(who)s wrote it"),
        "editor": _("%(who)s edited it"),
        "evidence": _("%(who)s attached evidence"),
        "driver": _("%(who)s drives it"),
    }
    parts = [
        _("you drive it") if (how, person.pk) == ("driver", reader.pk) else did[how] % {"who": _you(person, reader)}
        for person, how in standing.barred
    ]
    return f"{_start('; '.join(parts))}."


def waivers_in_words(review: Review, reader: Person) -> Sequence[tuple[str, str, str]]:
    """Evidence that the review goes without: the kind, who let it, and why."""
    return [
        (
            _start(waiver.get_kind_display()),
            _("Waived by %(who)s, %(when)s")
            % {"who": _you(waiver.waived_by, reader), "when": moment(waiver.waived_at, reader.timezone)},
            waiver.reason,
        )
        for waiver in review.waivers.all()
    ]


def what_blocks(standing: Standing) -> str:
    """What a review waits for, in a few words for a list."""
    review = standing.review
    match ReviewState(review.state):
        case ReviewState.DRAFT:
            return _("to be submitted by %(author)s") % {"author": review.author}
        case ReviewState.CHANGES_REQUESTED:
            return _("%(author)s to mend it") % {"author": review.author}
        case ReviewState.SUBMITTED if standing.waits_for_evidence and not standing.missing:
            return _("a threshold")
        case ReviewState.SUBMITTED if standing.waits_for_evidence:
            return _("evidence: %(kinds)s") % {"kinds": evidence_names(standing.missing)}
        case ReviewState.SUBMITTED:
            return listed([place.place.name for place in standing.open_places])
        case ReviewState.APPROVED:
            able = dict.fromkeys(str(person) for person in (review.driver, review.model.accountable) if person)
            return _("%(names)s to release") % {"names": _either(list(able))} if able else _("nobody may release it")
        case ReviewState.RELEASED | ReviewState.ROLLED_BACK:
            return _("post-implementation review")
    return ""
