"""`manage.py import_models FILE --map MAP`: models from any CSV (docs/importing.md)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from portal.importing.commands import acting_person, one_import, read_file, show_faults
from portal.importing.inventory import Taken, import_models
from portal.importing.mapping import read_map
from portal.importing.progress import Progress
from portal.importing.tables import read_table


class Command(BaseCommand):
    help = "Take models in from a CSV, each row once; a second run with the same file changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the CSV")
        parser.add_argument("--map", type=Path, required=True, help="the mapping: which columns mean what (YAML)")
        parser.add_argument("--dry-run", action="store_true", help="say what would come of it, and store nothing")
        parser.add_argument("--skip-invalid", action="store_true", help="leave faulty rows out and list them")
        parser.add_argument("--encoding", default="utf-8", help="of the CSV (default: utf-8, with or without BOM)")
        parser.add_argument("--by", metavar="EMAIL", help="the admin who acts (default: Remit itself)")

    def handle(
        self,
        *args: Any,
        file: Path,
        map: Path,  # noqa: A002  the option's name
        dry_run: bool,
        skip_invalid: bool,
        encoding: str,
        by: str | None,
        **options: Any,
    ) -> None:
        with one_import(self.stderr, dry_run=dry_run):
            mapping = read_map(read_file(map), name=str(map))
            table = read_table(read_file(file), name=str(file), encoding=encoding, delimiter=mapping.delimiter)
            taken = import_models(
                table,
                mapping,
                by=acting_person(by),
                now=timezone.now(),
                skip_invalid=skip_invalid,
                progress=Progress(self.stderr),
            )
        show_faults(self.stderr, str(file), taken.left_out, most=None)
        self.stdout.write(("Would be: " if dry_run else "") + _sentence(taken))


def _sentence(taken: Taken) -> str:
    said = f"{taken.new:,} new, {taken.changed:,} changed, {taken.same:,} the same"
    if taken.teams_founded:
        said += f"; {taken.teams_founded:,} {'team' if taken.teams_founded == 1 else 'teams'} founded"
    if taken.left_out:
        lines = len({fault.line for fault in taken.left_out})
        said += f"; {lines:,} {'row' if lines == 1 else 'rows'} left out"
    return f"{said}."
