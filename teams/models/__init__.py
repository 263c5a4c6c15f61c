from teams.models.absence import Absence
from teams.models.idempotency import IdempotencyKey
from teams.models.mlmodel import MLModel
from teams.models.person import Person
from teams.models.role import Discipline, Role
from teams.models.seat import Seat
from teams.models.team import Structure, Team
from teams.models.token import ApiToken

__all__ = [
    "Absence",
    "ApiToken",
    "Discipline",
    "IdempotencyKey",
    "MLModel",
    "Person",
    "Role",
    "Seat",
    "Structure",
    "Team",
]
