"""Acts on models: registering, changing. Retiring one is a change of its stage."""

from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from ledger.errors import IllegalState
from ledger.record import record_act
from teams.changing import apply_changes, as_word, locked, store
from teams.founding import require_open
from teams.models import MLModel, Person, Team
from teams.rules import require_admin

UNRECORDED = ("name", "description", "registry")


class ModelFields(TypedDict, total=False):
    """What can be said about a model."""

    key: str
    name: str
    team: Team
    accountable: Person | None
    tier: int
    stage: str
    registry: str
    description: str


@transaction.atomic
def register_model(*, by: Person | None, now: datetime, **fields: Unpack[ModelFields]) -> MLModel:
    """Register a model with the team that owns it. Raises Invalid, Forbidden, TeamIsClosed."""
    require_admin(by)
    model = MLModel(**fields)
    require_open(locked(model.team))
    _store(model)
    change = {field: [None, as_word(getattr(model, field))] for field in ("team", "accountable", "tier", "stage")}
    record_act(by=by, key="teams.model.registered", on=model, now=now, change=change)
    return model


@transaction.atomic
def change_model(model: MLModel, *, by: Person | None, now: datetime, **fields: Unpack[ModelFields]) -> MLModel:
    """Change what is said about a model; its key stays, because charters, pipelines and the gate name it.

    Raises Invalid, Forbidden, TeamIsClosed.
    """
    require_admin(by)
    model = locked(model)
    changes: dict[str, Any] = dict(fields)
    if changes.pop("key", model.key) != model.key:
        raise IllegalState(_("The key of a model stays: charters and pipelines name it."), state="registered")
    change = apply_changes(model, changes, unrecorded=UNRECORDED)
    if "team" in change:
        require_open(locked(model.team))
    _store(model)
    if change:
        record_act(by=by, key="teams.model.changed", on=model, now=now, change=change)
    return model


def _store(model: MLModel) -> None:
    store(model, taken={"key": _("Another model has this key.")}, further=_contradictions)


def _contradictions(model: MLModel) -> list[tuple[str, str]]:
    if model.accountable is not None and not model.accountable.is_active:
        return [("accountable", _("%(name)s has left.") % {"name": model.accountable})]
    return []
