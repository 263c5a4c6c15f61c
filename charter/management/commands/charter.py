"""The charter as code on the command line."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from difflib import unified_diff
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from charter import exchange
from charter.checking import check_file, check_here, report
from charter.document import Document
from charter.lint.formats import FORMATS
from charter.parsing import Source, Unreadable, read_json, read_yaml
from charter.queries import open_draft, version_in_force
from charter.references import Known
from charter.rendering import to_yaml
from charter.storage import document_of, load_known
from ledger.errors import ActRefused
from teams.models import Person, Team

HAS_ERRORS = 1
UNREADABLE = 2


class Command(BaseCommand):
    help = "Check, import, export and compare charters."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="check|import|export|diff")

        check = acts.add_parser(
            "check", help="lint a file or a team's charter; exits 0, 1 on an error, 2 if unreadable"
        )
        check.add_argument("subject", metavar="FILE|TEAM")
        check.add_argument("--format", choices=list(FORMATS), default="text")

        import_ = acts.add_parser("import", help="make a file the draft of its team, all or nothing")
        import_.add_argument("file", metavar="FILE")
        import_.add_argument("--by", metavar="EMAIL", help="who imports; left out, Remit itself")

        export = acts.add_parser("export", help="print a team's charter as YAML")
        export.add_argument("team", metavar="TEAM")
        export.add_argument("--draft", action="store_true", help="the draft, not what is in force")

        diff = acts.add_parser("diff", help="compare a file with the team's charter in force; exits 1 if they differ")
        diff.add_argument("file", metavar="FILE")

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        acts: dict[str, Callable[..., None]] = {
            "check": self.check_charter,
            "import": self.import_charter,
            "export": self.export,
            "diff": self.diff,
        }
        acts[act](**options)

    def check_charter(self, *, subject: str, format: str, **options: Any) -> None:  # noqa: A002  the option's name
        """Findings on standard output; what was skipped, and what cannot be read, on standard error."""
        now = timezone.now()
        if Path(subject).is_file():
            source, document = self._read(subject)
            checked = report(document, check_file(document, now=now), name=subject, source=source)
        else:
            document = self._of_team(subject)
            checked = report(document, check_here(document, now=now), name=subject)
        self.stdout.write(FORMATS[format](checked), ending="")
        if checked.result.skipped:
            rules = ", ".join(checked.result.skipped)
            self.stderr.write(f"{subject}: skipped {rules}: they need people, and only a file is at hand")
        if checked.result.has_errors:
            sys.exit(HAS_ERRORS)

    def import_charter(self, *, file: str, by: str | None, **options: Any) -> None:
        _source, document = self._read(file)
        team = Team.objects.filter(key=document.team).first()
        if team is None:
            raise CommandError(f"there is no team {document.team}")
        person = self._person(by) if by else None
        try:
            written = exchange.replace_draft(team=team, document=document, by=person, now=timezone.now())
        except ActRefused as refused:
            raise CommandError(refused.message) from None
        self.stdout.write(f"version {written.version.number} of {team.key} is now a draft, {document.digest}")

    def export(self, *, team: str, draft: bool, **options: Any) -> None:
        self.stdout.write(to_yaml(self._of_team(team, draft=draft)), ending="")

    def diff(self, *, file: str, **options: Any) -> None:
        _source, document = self._read(file)
        held = to_yaml(self._of_team(document.team))
        lines = list(
            unified_diff(
                held.splitlines(keepends=True), to_yaml(document).splitlines(keepends=True), document.team, file
            )
        )
        self.stdout.write("".join(lines), ending="")
        if lines:
            sys.exit(1)

    def _read(self, file: str) -> tuple[Source, Document]:
        try:
            data = Path(file).read_bytes()
        except OSError as failure:
            self._unreadable(f"{file}:0: {failure.strerror or failure}")
        try:
            source = read_json(data) if file.endswith(".json") else read_yaml(data)
            # A file may be checked far from the organisation that it is for: teams are looked up when it is imported.
            document = exchange.read_charter(source, known=Known(roles=load_known().roles))
        except Unreadable as refused:
            self._unreadable(
                "\n".join(f"{file}:{it.line}: {it.pointer or '/'}: {it.detail}" for it in refused.problems)
            )
        return source, document

    def _unreadable(self, message: str) -> NoReturn:
        self.stderr.write(message)
        sys.exit(UNREADABLE)

    def _of_team(self, key: str, *, draft: bool = False) -> Document:
        team = Team.objects.filter(key=key).first()
        if team is None:
            self._unreadable(f"{key}:0: there is neither a file nor a team of this name")
        held = None if draft else version_in_force(team, timezone.now())
        version = held or open_draft(team)
        if version is None:
            self._unreadable(f"{key}:0: the team has no {'draft' if draft else 'charter'}")
        return document_of(version)

    def _person(self, email: str) -> Person:
        person = Person.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(f"nobody here has the address {email}")
        return person
