"""What the importing commands share: files, the acting person, rehearsals, and saying what is wrong."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import CommandError, OutputWrapper
from django.db import IntegrityError, transaction

from ledger.errors import ActRefused
from portal.importing.faults import BadInput, Fault
from teams.models import Person

MOST_SHOWN = 50


def read_file(path: Path) -> bytes:
    """The bytes of a file. Raises CommandError."""
    try:
        return path.read_bytes()
    except OSError as failure:
        raise CommandError(f"{path} cannot be read: {failure.strerror or failure}.") from None


def acting_person(email: str | None) -> Person | None:
    """Who acts: the person of that address, or Remit itself. Raises CommandError."""
    if not email:
        return None
    person = Person.objects.filter(email__iexact=email).first()
    if person is None:
        raise CommandError(f"Nobody here has the address {email}.")
    return person


def show_faults(stream: OutputWrapper, name: str, faults: Sequence[Fault], *, most: int | None = MOST_SHOWN) -> None:
    """Write faults, one a line."""
    for fault in faults[:most]:
        stream.write(fault.within(name))
    if most is not None and len(faults) > most:
        stream.write(f"… and {len(faults) - most:,} more")


@contextmanager
def one_import(stream: OutputWrapper, *, dry_run: bool) -> Iterator[None]:
    """One transaction around an import: a dry run takes it back, bad input ends the command with what is wrong."""
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(dry_run)
    except BadInput as failure:
        show_faults(stream, failure.name, failure.faults)
        count = len(failure.faults)
        raise CommandError(f"Nothing was stored: {count:,} {'fault' if count == 1 else 'faults'}.") from None
    except IntegrityError:
        raise CommandError("Nothing was stored: somebody stored the same at this moment. Run it again.") from None
    except ActRefused as refusal:
        raise CommandError(f"Nothing was stored: {refusal.message}") from None
