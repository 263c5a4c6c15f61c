"""Voting: one transaction under the row lock, bound to the digest of what the voter saw."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from charter.matching import Slot, are_filled
from ledger.errors import Forbidden, Invalid, Stale
from ledger.record import record_act
from reviews import occasions
from reviews.digest import digest_of
from reviews.drafting import COMMENT_LENGTH, is_storable
from reviews.models import Contributor, PlacePerson, Review, Vote
from reviews.reseating import seat_again, somebody_left
from reviews.rounds import decide
from reviews.routing import missing_evidence, provided
from reviews.rules import barred_from_voting, can_vote
from reviews.states import Action, state_after
from reviews.wording import evidence_names
from reviews.words import ReviewState, VoteWord
from teams.changing import locked
from teams.models import Person

NEEDS_REASON = (VoteWord.REQUEST_CHANGES, VoteWord.REJECT)


class SomethingChanged(Stale):
    """The vote was given on content that is no longer what stands."""

    def __init__(self, review: Review) -> None:
        super().__init__(
            _("This review changed after you read it. Your vote was not recorded: read what changed, then vote again."),
            state=review.state,
        )


@transaction.atomic
def cast_vote(review: Review, *, vote: str, digest: str, comment: str = "", by: Person, now: datetime) -> Vote:
    """Vote in the running round; the newest vote of a person counts.

    One `reject` of an eligible approver rejects, one `request_changes` sends it back, and it is approved when distinct
    approvers fill every place. Raises Forbidden, ReviewNotInState, SomethingChanged, Invalid.
    """
    if review.state == ReviewState.SUBMITTED and somebody_left(review, now=now):
        seat_again(review, now=now)
    review = locked(review)
    require_entitled(review, by)
    state_after(review, Action.VOTE)
    if digest != review.digest or digest != digest_of(review):
        raise SomethingChanged(review)
    _check(review, vote, comment)
    cast = Vote.objects.create(
        review=review,
        round=review.round,
        voter=by,
        on_behalf_of_id=stands_for(review, by),
        vote=vote,
        digest=digest,
        comment=comment.strip(),
        cast_at=now,
    )
    change: dict[str, list[Any]] = {
        "vote": [None, vote],
        "round": [review.round, review.round],
        "digest": [digest, digest],
    }
    if cast.on_behalf_of_id:
        change["on_behalf_of"] = [None, cast.on_behalf_of_id]
    record_act(by=by, key="reviews.review.voted", on=review, change=change, now=now)
    occasions.vote_is_done(review, by=by, now=now)
    if action := _what_follows(review, VoteWord(vote)):
        decide(review, action, by=by, now=now)
    return cast


def counting_votes(votes: Sequence[Vote], current_round: int) -> Mapping[int, Vote]:
    """The newest vote of each person in a round, by person, in the order in which they were cast."""
    newest: dict[int, Vote] = {}
    for vote in sorted((vote for vote in votes if vote.round == current_round), key=lambda vote: vote.pk):
        newest.pop(vote.voter_id, None)
        newest[vote.voter_id] = vote
    return newest


def slots_of(review: Review) -> Sequence[Slot]:
    """The places of the running round, as the matching sees them."""
    return [
        Slot(place.count, frozenset(asked.person_id for asked in place.people.all()))
        for place in review.places.prefetch_related("people")
    ]


def missing_for(review: Review) -> Sequence[str]:
    """Kinds of evidence that the stored version requires and that nobody attached or waived."""
    version = review.charter_version
    return missing_evidence(version, review.model.tier, provided(review)) if version else ()


def _what_follows(review: Review, vote: VoteWord) -> Action | None:
    match vote:
        case VoteWord.REJECT:
            return Action.REJECT
        case VoteWord.REQUEST_CHANGES:
            return Action.REQUEST_CHANGES
        case VoteWord.APPROVE:
            votes = counting_votes(list(review.votes.filter(round=review.round)), review.round)
            approvers = [person for person, cast in votes.items() if cast.vote == VoteWord.APPROVE]
            slots = slots_of(review)
            return Action.APPROVE if slots and are_filled(slots, approvers) else None
    return None


def require_entitled(review: Review, by: Person) -> None:
    """Raises Forbidden with the reason."""
    asked = set(PlacePerson.objects.filter(place__review=review).values_list("person_id", flat=True))
    if can_vote(by, asked=asked, barred=barred_from_voting(review)):
        return
    raise Forbidden(why_not(review, by))


def stands_for(review: Review, person: Person) -> int | None:
    """The absent person for whom somebody votes as deputy; None for who has a place in their own right."""
    rows = PlacePerson.objects.filter(place__review=review, person=person)
    absent = list(rows.values_list("instead_of_id", flat=True))
    return absent[0] if absent and None not in absent else None


def why_not(review: Review, person: Person) -> str:
    """Why somebody has no vote on this review, in a sentence."""
    if person.is_auditor:
        return _("You have no vote: auditors change nothing.")
    if person.pk == review.author_id:
        return _("You have no vote: you wrote this change.")
    if how := next((row.how for row in review.contributors.all() if row.person_id == person.pk), None):
        if how == Contributor.How.EVIDENCE:
            return _("You have no vote: you attached evidence to this change.")
        return _("You have no vote: you edited this change.")
    if person.pk == review.driver_id:
        return _("You have no vote: you drive this change.")
    deputy = PlacePerson.objects.filter(place__review=review, instead_of=person).select_related("person").first()
    if deputy is not None:
        return _("You have no vote: %(deputy)s votes for you in this round.") % {"deputy": deputy.person}
    return _("You have no vote: the charter names others to decide this change.")


def _check(review: Review, vote: str, comment: str) -> None:
    errors = []
    if vote == VoteWord.APPROVE and (missing := missing_for(review)):
        sentence = _("Missing evidence: %(kinds)s. Request changes, or waive it with a reason.")
        errors.append(("vote", sentence % {"kinds": evidence_names(missing)}))
    if vote not in VoteWord.values:
        errors.append(("vote", _("Vote approve, request_changes, reject or abstain.")))
    if vote in NEEDS_REASON and not comment.strip():
        errors.append(("comment", _("Say why: the author has to know what to change.")))
    if len(comment) > COMMENT_LENGTH or not is_storable(comment):
        errors.append(
            ("comment", _("Write at most %(most)d characters, without control characters.") % {"most": COMMENT_LENGTH})
        )
    if errors:
        raise Invalid(errors)
