"""`manage.py gate MODEL VERSION`: may this version go out? Exits 0 if it may, 1 if not, 2 if nobody can say."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error as DatabaseError
from django.utils import timezone

from reviews.gate import ask_gate
from teams.models import MLModel

ALLOWED, NOT_ALLOWED, FAILED = 0, 1, 2


class Command(BaseCommand):
    help = "Say whether a version of a model may go out: exit 0 allowed, 1 not, 2 failed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("model", help="the key of the model")
        parser.add_argument("version", help="exactly as the review names it")

    def handle(self, *args: Any, model: str, version: str, **options: Any) -> None:
        sys.exit(self._answer(model, version))

    def _answer(self, key: str, version: str) -> int:
        try:
            model = MLModel.objects.filter(key=key).first()
            if model is None:
                self.stderr.write(f"There is no model {key}.")
                return FAILED
            answer = ask_gate(model, version, now=timezone.now())
        except DatabaseError as failure:
            self.stderr.write(f"The database does not answer: {failure}")
            return FAILED
        for reason in answer.reasons:
            self.stdout.write(f"{reason.code}: {reason.detail}")
        if answer.is_allowed and answer.review:
            self.stdout.write(f"allowed by {answer.review.ref}")
        return ALLOWED if answer.is_allowed else NOT_ALLOWED
