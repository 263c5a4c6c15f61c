"""A small team with a clean charter, put in force through the real acts. For tests that need an agreement to exist."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from charter import exchange, ratification
from charter.document import Document
from charter.models import Version
from charter.parsing import Source, read_document
from teams.models import Person, Seat, Team
from tests.factories import NOW, PersonFactory, RoleFactory, SeatFactory, TeamFactory

LAST_WEEK = NOW - timedelta(days=7)

ROLES = ("product-owner", "data-scientist", "ml-engineer")


@dataclass(frozen=True)
class Crew:
    """A team and who holds which role as primary."""

    team: Team
    lead: Person
    by_role: Mapping[str, Person]

    def __getitem__(self, role: str) -> Person:
        return self.by_role[role]


def make_crew(key: str = "fraud-detection", **team: Any) -> Crew:
    """A team whose lead is its product owner, with a data scientist and an ML engineer."""
    people = {role: PersonFactory(name=role.replace("-", " ").title()) for role in ROLES}
    made = TeamFactory(key=key, lead=people["product-owner"], **team)
    for role, person in people.items():
        SeatFactory(team=made, role=RoleFactory(key=role), person=person, kind=Seat.Kind.PRIMARY)
    return Crew(made, people["product-owner"], people)


def clean_tree(team: str = "fraud-detection", **parts: Any) -> dict[str, Any]:
    """A whole charter as plain values, in which lint finds nothing; `parts` replace keys, or (None) remove them."""
    tree: dict[str, Any] = {
        "remit": 1,
        "team": team,
        "purpose": "Stop card fraud before the customer notices.",
        "stages": [
            {"key": "experimentation", "name": "Experimentation"},
            {"key": "deployment", "name": "Deployment"},
            {"key": "monitoring", "name": "Monitoring"},
            {"key": "retraining", "name": "Retraining"},
            {"key": "retirement", "name": "Retirement"},
        ],
        "responsibilities": {
            "experimentation": {"data-scientist": "AR", "ml-engineer": "C", "product-owner": "C"},
            "deployment": {"ml-engineer": "AR", "product-owner": "I", "data-scientist": "C"},
            "monitoring": {"ml-engineer": "AR", "product-owner": "I"},
            "retraining": {"ml-engineer": "AR", "data-scientist": "R"},
            "retirement": {"ml-engineer": "R", "product-owner": "A"},
        },
        "decisions": [
            {
                "key": "all-changes",
                "driver": "ml-engineer",
                "approvers": [{"role": "product-owner"}, {"role": "data-scientist"}],
                "informed": ["ml-engineer"],
                "decide_within": "3 business days",
                "overdue": "incidents",
            }
        ],
        "escalation": [
            {
                "key": "incidents",
                "levels": [
                    {"to": {"role": "ml-engineer"}, "acknowledge_within": "15m", "channels": ["email"]},
                    {"to": {"lead": team}, "acknowledge_within": "30m", "channels": ["email"], "repeat": 1},
                ],
            }
        ],
        "evidence": {"1": ["evaluation", "rollback-plan"], "2": ["evaluation"], "3": ["evaluation"]},
        "rituals": [
            {
                "key": "retro",
                "kind": "retrospective",
                "cadence": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH",
                "from": "2026-01-08",
                "at": "15:00",
                "timezone": "Europe/Berlin",
                "facilitator": "product-owner",
            },
            {
                "key": "review",
                "kind": "charter-review",
                "cadence": "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1",
                "from": "2026-01-01",
                "at": "10:00",
                "timezone": "Europe/Berlin",
            },
        ],
        "post_implementation_review": {"after": "30d"},
    }
    tree.update(parts)
    return {key: value for key, value in tree.items() if value is not None}


def document_from(tree: dict[str, Any]) -> Document:
    return read_document(Source(tree))


def put_in_force(crew: Crew, tree: dict[str, Any] | None = None, *, now: datetime = LAST_WEEK) -> Version:
    """Draft, propose and have all sign; the version that is now in force."""
    document = document_from(tree or clean_tree(crew.team.key))
    version = exchange.replace_draft(team=crew.team, document=document, by=crew.lead, now=now).version
    version = ratification.propose(version=version, by=crew.lead, now=now)
    for signature in version.signatures.select_related("person"):
        ratification.sign(version=version, digest=version.digest, by=signature.person, now=now)
    version.refresh_from_db()
    return version
