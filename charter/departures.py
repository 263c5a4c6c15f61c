"""People come and go while a version is out for signature: who must sign is looked at anew.

It is noticed when a seat is given, changed or ended and when a person leaves or is back (`teams.departures`), with
every answer, and when a signature falls due. A seat that ends on a later day is noticed by the last two.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from charter.models import Signature, Version
from charter.ratification import SIGNABLE, consent_by_silence, settle
from reminders.models import Occasion


def seats_changed(*, people: Collection[int], teams: Collection[int], now: datetime) -> None:
    """Settle what is out for signature in these teams, or waits for these people."""
    waits = Signature.objects.filter(person__in=people, state__in=[Signature.State.ASKED, Signature.State.OBJECTED])
    versions = Version.objects.filter(
        Q(charter__team__in=teams) | Q(pk__in=waits.values("version")), state__in=SIGNABLE
    ).order_by("pk")
    for version in versions:
        settle(version=version, now=now)


def end_of_signing(occasion: Occasion, now: datetime) -> None:
    """What happens when the time to sign is over."""
    signature = Signature.objects.select_related("version").get(pk=occasion.subject["signature"])
    consent_by_silence(signature=signature, now=now)
