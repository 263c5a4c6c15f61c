"""Where a review stands: its places and who filled them, who may not vote, what is missing. Reads what was fetched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from charter.matching import Slot, are_filled, fill_slots
from charter.storage import thaw
from reviews.measuring import Reading, readings_of, unmeasured
from reviews.models import Contributor, Place, Review, Vote
from reviews.routing import missing_evidence, provided
from reviews.voting import counting_votes
from reviews.words import ReviewState, VoteWord
from teams.models import Person

FOR_IT = frozenset({VoteWord.APPROVE})
NOT_FOR_IT = frozenset(VoteWord) - FOR_IT
DISSENT = {
    ReviewState.APPROVED: NOT_FOR_IT,
    ReviewState.RELEASED: NOT_FOR_IT,
    ReviewState.ROLLED_BACK: NOT_FOR_IT,
    ReviewState.REVIEWED: NOT_FOR_IT,
    ReviewState.REJECTED: FOR_IT,
    ReviewState.CHANGES_REQUESTED: FOR_IT,
}
"""The votes that stand against a decision, by what was decided."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who may fill a place, why, and the vote that counts."""

    person: Person
    why: str
    vote: Vote | None
    instead_of: Person | None = None


@dataclass(frozen=True, slots=True)
class PlaceStanding:
    """A place of the running round: who may fill it, and how many of `count` have."""

    place: Place
    asked: Sequence[Asked]
    filled: int

    @property
    def is_filled(self) -> bool:
        return self.filled >= self.place.count


@dataclass(frozen=True)
class Standing:
    """A review that was fetched by `queries.with_row` or `queries.with_everything`."""

    review: Review

    @cached_property
    def votes(self) -> Mapping[int, Vote]:
        """The counting vote of each person in the running round."""
        return counting_votes(list(self.review.votes.all()), self.review.round)

    @cached_property
    def superseded_votes(self) -> Sequence[Vote]:
        """Votes that do not count: of earlier rounds, or given again in this one."""
        counting = {vote.pk for vote in self.votes.values()}
        return [vote for vote in self.review.votes.all() if vote.pk not in counting]

    @cached_property
    def places(self) -> Sequence[PlaceStanding]:
        """The places in the charter's order."""
        rows = list(self.review.places.all())
        filled = list(fill_slots(self._slots, self.approvers).values())
        return [
            PlaceStanding(
                place,
                [
                    Asked(row.person, row.why, self.votes.get(row.person_id), row.instead_of)
                    for row in place.people.all()
                ],
                filled.count(index),
            )
            for index, place in enumerate(rows)
        ]

    @cached_property
    def approvers(self) -> Sequence[int]:
        return [person for person, vote in self.votes.items() if vote.vote == VoteWord.APPROVE]

    @property
    def dissent(self) -> Sequence[Vote]:
        """Votes of the last round that were against what was decided, or did not go along with it."""
        against = DISSENT.get(ReviewState(self.review.state), frozenset())
        return [vote for vote in self.votes.values() if vote.vote in against]

    @property
    def filled(self) -> int:
        return sum(place.filled for place in self.places)

    @property
    def wanted(self) -> int:
        return sum(place.place.count for place in self.places)

    @property
    def open_places(self) -> Sequence[PlaceStanding]:
        return [place for place in self.places if not place.is_filled]

    @property
    def can_still_be_filled(self) -> bool:
        """Whether those who are there and have not abstained suffice for the places."""
        asked = {person for slot in self._slots for person in slot.people}
        abstained = {person for person, vote in self.votes.items() if vote.vote == VoteWord.ABSTAIN}
        return are_filled(self._slots, sorted(asked - abstained))

    @cached_property
    def missing(self) -> Sequence[str]:
        """Kinds of evidence that the stored charter version requires of the model's tier and that are not there."""
        if self.review.charter_version is None:
            return ()
        return missing_evidence(self.review.charter_version, self.review.model.tier, provided(self.review))

    @cached_property
    def readings(self) -> Sequence[Reading]:
        """Every measured value beside the thresholds of the stored charter version."""
        version = self.review.charter_version
        document = thaw(version.document) if version and version.document else None
        return readings_of(self.review.evidence.all(), document, self.review.model.key)

    @cached_property
    def unmeasured(self) -> Sequence[str]:
        """Of a change that is approved by itself: what is still to be measured, a sentence each."""
        version = self.review.charter_version
        if not self.waits_for_evidence or version is None or version.document is None:
            return ()
        return unmeasured(self.readings, thaw(version.document), self.review.model.key)

    @property
    def blocking(self) -> Sequence[Reading]:
        """Measured values that keep the change from being released."""
        return [reading for reading in self.readings if reading.blocks]

    @property
    def waits_for_evidence(self) -> bool:
        """Whether it is decided by nobody, but by the evidence that is still to come."""
        return self.review.state == ReviewState.SUBMITTED and not self.places

    def asked_as(self, person: Person) -> Sequence[tuple[Place, str]]:
        """The places that a person may fill, each with the sentence that says why."""
        return [
            (standing.place, asked.why)
            for standing in self.places
            for asked in standing.asked
            if asked.person.pk == person.pk
        ]

    def waits_for(self, person: Person) -> bool:
        """Whether the running round asks the person, who has not voted."""
        is_running = self.review.state == ReviewState.SUBMITTED
        return is_running and person.pk not in self.votes and bool(self.asked_as(person))

    @property
    def barred(self) -> Sequence[tuple[Person, str]]:
        """Who may not vote, with what they did: `author`, `editor`, `evidence`, `driver`."""
        found: dict[Person, str] = {self.review.author: Contributor.How.AUTHOR}
        for contributor in self.review.contributors.all():
            found.setdefault(contributor.person, contributor.how)
        if self.review.driver:
            found.setdefault(self.review.driver, "driver")
        return list(found.items())

    @property
    def _slots(self) -> Sequence[Slot]:
        return [
            Slot(place.count, frozenset(row.person_id for row in place.people.all()))
            for place in self.review.places.all()
        ]
