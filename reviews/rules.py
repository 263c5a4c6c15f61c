"""Who may do what to a review: pure predicates, deny by default.

Being an admin gives no say: a vote belongs to who is named in a place of the running round. Auditors change nothing.
`member_of` holds the ids of the teams in which the person has a seat today (`reviews.queries.teams_of`).
"""

from collections.abc import Collection

from reviews.models import Review
from reviews.words import ReviewState
from teams.models import MLModel
from teams.rules import Reader, can_change_anything


def can_propose(person: Reader, model: MLModel, member_of: Collection[int]) -> bool:
    """Changes are drafted and submitted by members of the owning team, its lead, and who is accountable."""
    return can_change_anything(person) and (
        model.team_id in member_of or person.pk in {model.team.lead_id, model.accountable_id}
    )


def can_edit(person: Reader, review: Review, member_of: Collection[int]) -> bool:
    """A draft is its author's; once it was submitted, everybody edits who could have written it."""
    if review.state == ReviewState.DRAFT:
        return can_change_anything(person) and person.pk == review.author_id
    return can_propose(person, review.model, member_of)


def can_submit(person: Reader, review: Review, member_of: Collection[int]) -> bool:
    """Whoever may edit it and may propose changes of the model today."""
    return can_edit(person, review, member_of) and can_propose(person, review.model, member_of)


def can_vote(person: Reader, *, asked: Collection[int], barred: Collection[int]) -> bool:
    """People named in a place of the running round vote, unless they wrote, edited, proved or drive the change."""
    return can_change_anything(person) and person.pk in asked and person.pk not in barred


def can_release(person: Reader, review: Review) -> bool:
    """The driver or the model's accountable person releases, and rolls back."""
    return can_change_anything(person) and person.pk in {review.driver_id, review.model.accountable_id}


def can_confirm_break(person: Reader, review: Review, approvers: Collection[int]) -> bool:
    """Break-glass is confirmed by who answers for the change or its team, or was to decide it."""
    return can_release(person, review) or (
        can_change_anything(person) and (person.pk == review.model.team.lead_id or person.pk in approvers)
    )


def can_close(person: Reader, review: Review) -> bool:
    """Who released it or promised it tells what became of it."""
    return can_release(person, review) or is_author(person, review)


def can_withdraw(person: Reader, review: Review) -> bool:
    """The author, the driver, the accountable person and the lead of the team take a change back."""
    return (
        is_author(person, review)
        or can_release(person, review)
        or (can_change_anything(person) and person.pk == review.model.team.lead_id)
    )


def is_author(person: Reader, review: Review) -> bool:
    """Whether this is the author, and may act at all."""
    return can_change_anything(person) and person.pk == review.author_id


def barred_from_voting(review: Review) -> frozenset[int]:
    """Who wrote it, edited it, attached evidence, in whichever round, or drives it."""
    contributors = {contributor.person_id for contributor in review.contributors.all()}
    return frozenset(contributors | {review.author_id} | ({review.driver_id} if review.driver_id else set()))
