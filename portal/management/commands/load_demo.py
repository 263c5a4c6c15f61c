"""Loading the demonstration organisation."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ledger.errors import ActRefused
from portal.demo import ORGANISATION, PASSWORD
from portal.demo.loading import is_empty, load_demonstration
from teams.demo_doors import all_doors, who_opens


class Command(BaseCommand):
    help = f"Load the demonstration organisation: {ORGANISATION}, a fictional payments company."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing where somebody is here already")
        parser.add_argument("--accounts", action="store_true", help="load nothing, print the accounts to sign in with")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["accounts"]:
            self._print_accounts()
            return
        if options["if_empty"] and not is_empty():
            return
        self.stdout.write(f"Loading the demonstration organisation, {ORGANISATION} …")
        started = time.monotonic()
        try:
            acts = load_demonstration(now=timezone.now(), tell=self._tell)
        except ActRefused as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(f"  {acts} acts told in {time.monotonic() - started:.1f} s")

    def _tell(self, number: int, of: int) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r  {number} of {of} acts", ending="" if number < of else "\r")
            self.stdout.flush()

    def _print_accounts(self) -> None:
        doors = [(door, person) for door in all_doors() if (person := who_opens(door.part))]
        if not any(person.email.endswith(".example") for _door, person in doors):
            return
        self.stdout.write(
            f"{ORGANISATION} is a demonstration: people and figures are invented. Sign in by one click, or with"
        )
        for door, person in doors:
            self.stdout.write(f"  {person.email:<32} {PASSWORD}   {person.name}, {str(door.role).lower()}")
