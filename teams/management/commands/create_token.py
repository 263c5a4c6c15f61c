"""`manage.py create_token EMAIL`: an API token for a person; the token is the last word printed."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ledger.errors import ActRefused
from teams.models import Person
from teams.tokens import create_token


class Command(BaseCommand):
    help = "Make an API token for a person and print it once, as the last word."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the person's e-mail address")
        parser.add_argument("--label", default="", help="what the token is for")

    def handle(self, *args: Any, email: str, label: str, **options: Any) -> None:
        person = Person.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(f"Nobody here has the address {email}.")
        try:
            _, text = create_token(person=person, by=None, label=label, now=timezone.now())
        except ActRefused as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(f"API token of {person}, shown this once: {text}")
