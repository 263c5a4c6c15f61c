"""An act of the story, and who takes part in it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from teams.models import MLModel, Person, Role, Team

DOMAIN = "tessel.example"


@dataclass(frozen=True)
class Act:
    """Something that happens at a moment. Acts run in the order of their moments, whoever wrote them down first."""

    at: datetime
    do: Callable[[], None]


@dataclass
class Cast:
    """Everybody and everything that the files name."""

    people: dict[str, Person] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    models: dict[str, MLModel] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=lambda: {role.key: role for role in Role.objects.all()})

    def person(self, name: str) -> Person:
        """A person by e-mail, or by what stands before its @."""
        return self.people[name if "@" in name else f"{name}@{DOMAIN}"]
