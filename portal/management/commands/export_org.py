"""`manage.py export_org`: people, teams, seats, roles and models as the file that import_org reads."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from charter.parsing import Unreadable
from portal.importing.commands import show_faults
from portal.importing.exporting import export_organisation
from portal.importing.faults import faults_of


class Command(BaseCommand):
    help = "Write the organisation as a file; importing that file into an empty installation gives the same file again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="where to (default: standard output)")

    def handle(self, *args: Any, file: Path | None, **options: Any) -> None:
        try:
            text = export_organisation()
            if file:
                file.write_text(text, encoding="utf-8")
            else:
                self.stdout.write(text, ending="")
        except Unreadable as failure:
            show_faults(self.stderr, "export", faults_of(failure.problems))
            raise CommandError("Nothing was written: what is stored could not be read back.") from None
        except OSError as failure:
            raise CommandError(f"{file} cannot be written: {failure.strerror or failure}.") from None
