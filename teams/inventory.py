"""Acts on many models at once: what `teams.registering` does for one, in a constant number of statements a batch."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ledger.errors import Invalid
from ledger.record import record_acts_in_bulk
from teams.changing import apply_changes, as_word
from teams.fields import RESERVED_KEYS
from teams.founding import require_open
from teams.models import MLModel, Person
from teams.registering import UNRECORDED, ModelFields
from teams.rules import require_admin

BATCH = 500
CHANGEABLE = ("name", "team", "accountable", "tier", "stage", "registry", "description")


def check_model(model: MLModel) -> None:
    """What can be said about a model without asking the database. Raises Invalid."""
    errors: list[tuple[str, str]] = []
    try:
        model.clean_fields(exclude={"id", "team", "accountable"})
    except ValidationError as failure:
        errors = [(field, " ".join(error.messages)) for field, found in failure.error_dict.items() for error in found]
    if model.key in RESERVED_KEYS:
        errors.append(("key", _("Remit itself uses this word in addresses. Choose another.")))
    if model.accountable is not None and not model.accountable.is_active:
        errors.append(("accountable", _("%(name)s has left.") % {"name": model.accountable}))
    if errors:
        raise Invalid(errors)


@transaction.atomic
def register_models(models: Sequence[MLModel], *, by: Person | None, now: datetime) -> None:
    """Register models that nobody has registered yet. Raises Invalid, Forbidden, TeamIsClosed; then none is stored."""
    require_admin(by)
    _refuse_closed(models)
    for model in models:
        check_model(model)
    MLModel.objects.bulk_create(models, batch_size=BATCH)
    acts = [
        (model, {field: [None, as_word(getattr(model, field))] for field in ("team", "accountable", "tier", "stage")})
        for model in models
    ]
    record_acts_in_bulk(by=by, key="teams.model.registered", acts=acts, now=now)


@transaction.atomic
def change_models(changes: Sequence[tuple[MLModel, ModelFields]], *, by: Person | None, now: datetime) -> int:
    """Change models, each to what is said about it; how many truly changed.

    Raises Invalid, Forbidden, TeamIsClosed (a new team); then none is changed.
    """
    require_admin(by)
    wanted = {model.pk: fields for model, fields in changes}
    acts = []
    for model in _locked(list(wanted)):
        change = apply_changes(model, wanted[model.pk], unrecorded=UNRECORDED)
        if change:
            check_model(model)
            acts.append((model, change))
    _refuse_closed([model for model, change in acts if "team" in change])
    MLModel.objects.bulk_update([model for model, _change in acts], CHANGEABLE, batch_size=BATCH)
    record_acts_in_bulk(by=by, key="teams.model.changed", acts=acts, now=now)
    return len(acts)


def _locked(ids: Sequence[int]) -> Iterator[MLModel]:
    models = MLModel.objects.select_for_update(of=("self",)).select_related("team", "accountable").order_by("pk")
    for start in range(0, len(ids), BATCH):
        yield from models.filter(pk__in=ids[start : start + BATCH])


def _refuse_closed(models: Sequence[MLModel]) -> None:
    for team in {model.team for model in models}:
        require_open(team)
