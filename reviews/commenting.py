"""Comments on a review, in threads, with people mentioned as @ada.brandt. They change neither content nor digest."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from ledger.errors import Invalid
from ledger.record import record_act
from reviews import occasions
from reviews.drafting import COMMENT_LENGTH, is_storable
from reviews.models import Comment, Review
from reviews.queries import visible_to
from teams.models import Person
from teams.rules import can_change_anything, require

MOST_MENTIONED = 20
_MENTION = re.compile(r"(?<![\w.@])@([A-Za-z0-9][A-Za-z0-9._+-]*(?:@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)?)")


@transaction.atomic
def add_comment(review: Review, *, body: str, answers: int | None = None, by: Person, now: datetime) -> Comment:
    """Say something about a review that one sees, or answer in a thread. Raises Forbidden, Invalid."""
    require(can_change_anything(by), _("Auditors read everything and change nothing."))
    body = body.strip()
    if not body or len(body) > COMMENT_LENGTH or not is_storable(body):
        raise Invalid([("body", _("Write 1 to %(most)d characters.") % {"most": COMMENT_LENGTH})])
    first = None
    if answers is not None:
        first = review.comments.filter(pk=answers).first()
        if first is None:
            raise Invalid([("answers", _("There is no such comment on this review."))])
    comment = Comment.objects.create(
        review=review, answers_id=first.answers_id or first.pk if first else None, author=by, body=body, written_at=now
    )
    mentioned = [person for person in people_mentioned(body) if person.pk != by.pk and _sees(person, review)]
    comment.mentioned.set(mentioned)
    change: dict[str, list[Any]] = {"comment": [None, comment.pk], "people": [[], [person.pk for person in mentioned]]}
    record_act(by=by, key="reviews.review.commented", on=review, change=change, now=now)
    occasions.tell_mentioned(review, comment, mentioned, by=by, now=now)
    return comment


def people_mentioned(body: str) -> Sequence[Person]:
    """The active people whom a text names by address, or by what stands before its @ where that is one person."""
    names = list(dict.fromkeys(found.rstrip(".-+_").lower() for found in _MENTION.findall(body)))[:MOST_MENTIONED]
    people = []
    for name in names:
        wanted = Q(email__iexact=name) if "@" in name else Q(email__istartswith=f"{name}@")
        found = list(Person.objects.filter(wanted, is_active=True)[:2])
        if len(found) == 1:
            people.append(found[0])
    return people


def _sees(person: Person, review: Review) -> bool:
    return visible_to(person).filter(pk=review.pk).exists()
