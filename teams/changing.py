"""What the acts of this package share: checking a row, storing it, and saying in the ledger what changed."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, time
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from ledger.errors import Invalid
from teams.fields import RESERVED_KEYS

Row = TypeVar("Row", bound=models.Model)


def locked(row: Row) -> Row:
    """The row as it stands in the database, locked until the end of the transaction."""
    return type(row)._default_manager.select_for_update().get(pk=row.pk)


def apply_changes(
    row: models.Model, changes: Mapping[str, Any], *, unrecorded: Collection[str] = ()
) -> dict[str, list[Any]]:
    """Set fields; what truly changed, for the ledger.

    Names and free text are `unrecorded`: the ledger then says that they changed, not what they were.
    """
    record: dict[str, list[Any]] = {}
    for field, value in changes.items():
        before = getattr(row, field)
        if before == value:
            continue
        setattr(row, field, value)
        record[field] = [] if field in unrecorded else [as_word(before), as_word(value)]
    return record


def as_word(value: Any) -> Any:
    """A value as the ledger keeps it: a row as its key or id, a date as ISO 8601."""
    if isinstance(value, models.Model):
        return getattr(value, "key", value.pk)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return str(value) if isinstance(value, models.TextChoices) else value


def check(row: Row, *, taken: Mapping[str, str], further: Callable[[Row], Iterable[tuple[str, str]]]) -> None:
    """Check a row before it is stored. Raises Invalid with everything that is wrong.

    `taken` holds the sentence for a unique field whose value another row has; `further` finds what no field alone
    can know, and sees the values that the fields made of the input.
    """
    errors: list[tuple[str, str]] = []
    try:
        row.full_clean(validate_constraints=False)
    except ValidationError as failure:
        for field, messages in failure.error_dict.items():
            errors.extend(_sentences("" if field == NON_FIELD_ERRORS else field, messages, taken))
    if getattr(row, "key", "") in RESERVED_KEYS:
        errors.append(("key", _("Remit itself uses this word in addresses. Choose another.")))
    refused = {field for field, _detail in errors}
    errors.extend(error for error in further(row) if error[0] not in refused)
    if errors:
        raise Invalid(errors)


def store(row: Row, *, taken: Mapping[str, str], further: Callable[[Row], Iterable[tuple[str, str]]]) -> None:
    """Check and save. A value that somebody else took in the same moment is refused like one taken before."""
    check(row, taken=taken, further=further)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as failure:
        for field, sentence in taken.items():
            if field in str(failure):
                raise Invalid([(field, sentence)]) from None
        raise


def _sentences(field: str, messages: list[ValidationError], taken: Mapping[str, str]) -> list[tuple[str, str]]:
    return [
        (field, taken[field] if error.code == "unique" and field in taken else " ".join(error.messages))
        for error in messages
    ]
