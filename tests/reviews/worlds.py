"""A small team with a charter in force, and its review as far along as a test wants it."""

from dataclasses import dataclass
from typing import Any

from charter.document import Document
from charter.models import Version
from reviews.drafting import draft_review
from reviews.models import Review
from reviews.submitting import submit_review
from reviews.voting import cast_vote
from teams.models import MLModel, Person, Seat, Team
from tests.factories import (
    NOW,
    CharterFactory,
    MLModelFactory,
    PersonFactory,
    RoleFactory,
    SeatFactory,
    TeamFactory,
    VersionFactory,
)

DECISIONS: list[dict[str, Any]] = [
    {
        "key": "replace",
        "kinds": ["new-model", "replace-model"],
        "driver": "ml-engineer",
        "approvers": [{"role": "product-owner"}, {"role": "data-scientist", "count": 2}],
    },
    {
        "key": "retrain",
        "kinds": ["retrain", "feature-change", "data-change"],
        "driver": "ml-engineer",
        "approvers": [{"role": "product-owner"}, {"role": "data-scientist"}],
        "informed": ["business-stakeholder"],
        "decide_within": "3 business days",
    },
    {"key": "small", "kinds": ["threshold-change"], "driver": "ml-engineer", "approvers": "automatic"},
]


@dataclass
class World:
    """Who is who in the team."""

    team: Team
    model: MLModel
    version: Version
    lead: Person
    author: Person
    driver: Person
    owner: Person
    scientist: Person
    second_scientist: Person
    accountable: Person
    stranger: Person

    def draft(self, **fields: Any) -> Review:
        return draft_review(**{**self.content(), **fields})

    def content(self) -> dict[str, Any]:
        return {
            "by": self.author,
            "now": NOW,
            "model": self.model,
            "version": "4.3.0",
            "kind": "retrain",
            "title": "Retrain on the labels of October",
            "what": "The same model on newer labels.",
        }

    def submitted(self, **fields: Any) -> Review:
        review = self.draft(**fields)
        return submit_review(review, by=review.author, now=NOW)

    def approved(self, **fields: Any) -> Review:
        review = self.submitted(**fields)
        for voter in (self.owner, self.scientist):
            vote(review, voter)
        review.refresh_from_db()
        return review


def vote(review: Review, by: Person, word: str = "approve", comment: str = "", digest: str = "") -> None:
    """A vote on what stands now."""
    current = Review.objects.get(pk=review.pk)
    cast_vote(current, vote=word, digest=digest or current.digest, comment=comment, by=by, now=NOW)


def make_world(decisions: list[dict[str, Any]] | None = None, **document: Any) -> World:
    """The team fraud-detection, its people, its model card-fraud-scorer of tier 2 and its charter in force."""
    lead = PersonFactory(name="Lena Fischer")
    team = TeamFactory(key="fraud-detection", name="Fraud detection", lead=lead)
    named = {
        "author": ("Nikhil Rao", "data-engineer", Seat.Kind.MEMBER),
        "driver": ("Jonas Weidner", "ml-engineer", Seat.Kind.PRIMARY),
        "owner": ("Ada Brandt", "product-owner", Seat.Kind.PRIMARY),
        "scientist": ("Mei-Ling Zhou", "data-scientist", Seat.Kind.PRIMARY),
        "second_scientist": ("Aiko Mori", "data-scientist", Seat.Kind.MEMBER),
    }
    people = {}
    for part, (name, role, kind) in named.items():
        people[part] = PersonFactory(name=name)
        SeatFactory(team=team, role=RoleFactory(key=role), person=people[part], kind=kind)
    RoleFactory(key="business-stakeholder")
    accountable = PersonFactory(name="Sofia Almeida")
    model = MLModelFactory(
        key="card-fraud-scorer", name="Card fraud scorer", team=team, accountable=accountable, tier=2
    )
    return World(
        team=team,
        model=model,
        version=ratify(team, decisions, **document),
        lead=lead,
        accountable=accountable,
        stranger=PersonFactory(name="Otto Fremd"),
        **people,
    )


def ratify(team: Team, decisions: list[dict[str, Any]] | None = None, **parts: Any) -> Version:
    """Put a charter in force; the one before it is superseded."""
    charter = CharterFactory(team=team)
    charter.versions.filter(state="ratified").update(state="superseded")
    document = Document.model_validate(
        {"team": team.key, "decisions": DECISIONS if decisions is None else decisions, **parts}, strict=False
    )
    return VersionFactory(
        charter=charter,
        in_force=True,
        document=document.as_json(),
        digest=document.digest,
    )
