"""`manage.py import_org FILE`: people, teams, seats, roles and models from a file (docs/importing.md)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from charter.parsing import Unreadable
from portal.importing.applying import Applied, apply_organisation
from portal.importing.commands import acting_person, one_import, read_file, show_faults
from portal.importing.community import Community, read_community
from portal.importing.drafts import draft_charters
from portal.importing.faults import BadInput, faults_of
from portal.importing.organisation import read_organisation

REMIT, COMMUNITY = "remit", "kubernetes-community"


class Command(BaseCommand):
    help = "Bring people, teams, seats, roles and models to what a file says; a second run changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the file (YAML)")
        parser.add_argument("--format", choices=[REMIT, COMMUNITY], default=REMIT, help=f"(default: {REMIT})")
        parser.add_argument("--dry-run", action="store_true", help="say what would come of it, and store nothing")
        parser.add_argument("--by", metavar="EMAIL", help="the admin who acts (default: Remit itself)")

    def handle(self, *args: Any, file: Path, format: str, dry_run: bool, by: str | None, **options: Any) -> None:  # noqa: A002
        now, community, drafted = timezone.now(), None, 0
        with one_import(self.stderr, dry_run=dry_run):
            person = acting_person(by)
            data = read_file(file)
            try:
                if format == COMMUNITY:
                    community = read_community(data, today=now.date())
                    organisation, source = community.organisation, community.source
                else:
                    organisation, source = read_organisation(data)
                applied = apply_organisation(organisation, source, by=person, now=now)
            except Unreadable as failure:
                raise BadInput(str(file), faults_of(failure.problems)) from None
            if community:
                drafted = draft_charters(community.drafts, by=person, now=now)
        self._report(file, applied, community, drafted, "Would be: " if dry_run else "")

    def _report(self, file: Path, applied: Applied, community: Community | None, drafted: int, start: str) -> None:
        if community:
            show_faults(self.stderr, str(file), community.notes, most=None)
        for kind, count in applied.counts.items():
            if count.total():
                said = ", ".join(f"{count[what]:,} {word}" for what, word in _WORDS)
                self.stdout.write(f"{start}{kind}: {said}")
        if community:
            self.stdout.write(
                f"{start}charters: {drafted:,} drafted, {len(community.drafts) - drafted:,} left as they are"
            )


_WORDS = (("new", "new"), ("changed", "changed"), ("same", "the same"))
