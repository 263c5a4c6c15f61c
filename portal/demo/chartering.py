"""How the charters came about: drafted, proposed, signed by one after the other, in force; some not yet."""

from datetime import datetime, timedelta
from typing import Any

from charter.exchange import replace_draft
from charter.models import Signature, Version
from charter.ratification import propose, sign, withdraw
from charter.realignment import lapse, realign
from portal.demo.acts import Act, Cast
from portal.demo.calendar import DemoCalendar
from portal.demo.files import read_charter_of

DRAFTED_BEFORE = timedelta(days=2, hours=3)
BETWEEN_SIGNATURES = timedelta(hours=5, minutes=20)


def charter_acts(told: dict[str, Any], calendar: DemoCalendar, cast: Cast) -> list[Act]:
    """The acts of one version."""
    proposed = calendar.moment(told["at"])
    versions: list[Version] = []

    def draft(now: datetime) -> None:
        by = cast.person(told["by"])
        document = read_charter_of(told["team"], calendar, without=told.get("without", ()), changes=told.get("set"))
        team = cast.teams[told["team"]]
        versions.append(replace_draft(team=team, document=document, by=by, now=now).version)

    if told.get("is_draft"):
        return [Act(proposed, lambda: draft(proposed))]

    def send_round() -> None:
        by = cast.person(told["by"])
        if interim := told.get("realigned"):
            until = calendar.moment(interim["until"])
            realign(version=versions[0], reason=interim["reason"], until=until, by=by, now=proposed)
        else:
            propose(version=versions[0], by=by, now=proposed)

    def collect() -> None:
        asked = Signature.objects.filter(version=versions[0]).select_related("person").order_by("id")
        wanted = [signature for signature in asked if _signs(signature, told, cast)]
        for number, signature in enumerate(wanted, start=1):
            now = proposed + number * BETWEEN_SIGNATURES
            sign(version=versions[0], digest=signature.digest, by=signature.person, now=now)

    drafted = proposed - DRAFTED_BEFORE
    acts = [Act(drafted, lambda: draft(drafted)), Act(proposed, send_round), Act(proposed, collect)]
    if "withdrawn_at" in told:
        ended = calendar.moment(told["withdrawn_at"])
        acts.append(Act(ended, lambda: _give_up(versions[0], told, cast, ended)))
    if told.get("realigned", {}).get("lapsed"):
        over = calendar.moment(told["realigned"]["until"])
        acts.append(Act(over, lambda: _lapse(versions[0], over)))
    return acts


def _signs(signature: Signature, told: dict[str, Any], cast: Cast) -> bool:
    if "signed_by" in told:
        return signature.person in [cast.person(name) for name in told["signed_by"]]
    return signature.person not in [cast.person(name) for name in told.get("unsigned_by", [])]


def _lapse(version: Version, now: datetime) -> None:
    lapse(version=version, now=now)


def _give_up(version: Version, told: dict[str, Any], cast: Cast, now: datetime) -> None:
    withdraw(version=version, by=cast.person(told["by"]), now=now)
