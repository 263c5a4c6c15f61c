"""Realignment: priorities shift, and a draft is in force at once, for thirty days at most (DESIGN.md §4)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from charter import occasions
from charter.document import Document
from charter.effects import effects_on_people
from charter.models import Version
from charter.queries import version_in_force
from charter.ratification import ask_signers, end_version, freeze, lock_version, refuse_errors, refuse_stranger
from charter.signing import signers_of
from charter.states import state_after
from charter.storage import document_of, read_rows
from charter.words import VersionState
from ledger.errors import Invalid
from ledger.record import Change, record_act
from reminders.models import Occasion
from reminders.occasions import complete_occasion
from teams.models import Person
from teams.organisation import load_organisation

LONGEST_INTERIM = timedelta(days=30)


@transaction.atomic
def realign(*, version: Version, reason: str, until: datetime, by: Person, now: datetime) -> Version:
    """Put a draft in force at once, until a moment, and ask for the signatures that would keep it.

    An interim that runs already ends.

    Raises Forbidden, WrongState, LintErrors, Invalid (no reason; no end, a past one, or one later than thirty days).
    """
    _refuse_unreasoned(reason, until, now)
    version = lock_version(version)
    refuse_stranger(version, by)
    after = state_after(version.state, "realign")
    document = read_rows(version)
    organisation = load_organisation()
    refuse_errors(document, organisation, now)
    held = version_in_force(version.charter.team, now)
    before = document_of(held) if held else Document(team=document.team)
    for running in Version.objects.filter(charter=version.charter, state=VersionState.INTERIM):
        end_version(running, state_after(running.state, "lapse"), "charter.version.lapsed", now)
    freeze(version, document)
    version.state = after
    version.interim_reason = reason.strip()
    version.interim_until = until
    version.in_force_from = now
    version.save()
    change: Change = {
        "state": [VersionState.DRAFT, after],
        "until": [None, until.isoformat()],
        "digest": ["", version.digest],
    }
    record_act(by=by, key="charter.version.realigned", on=version, change=change, now=now)
    occasions.set_rituals(version, now=now)
    effects = effects_on_people(before, document, organisation, now)
    occasions.interim_began(version, effects=effects, ends_at=until, now=now)
    ask_signers(version, signers_of(organisation, document, now), organisation, now)
    return version


@transaction.atomic
def lapse(*, version: Version, now: datetime) -> bool:
    """End an interim whose time is over; the newest ratified version is in force again, and so are its rituals.

    What is in force never waits for this: an expired interim does not count (`charter.queries.in_force`). False where
    there is nothing to end.
    """
    version = lock_version(version)
    if version.state != VersionState.INTERIM or version.interim_until is None or version.interim_until > now:
        return False
    end_version(version, state_after(version.state, "lapse"), "charter.version.lapsed", version.interim_until)
    ratified = Version.objects.filter(charter=version.charter, state=VersionState.RATIFIED).first()
    if ratified is not None:
        occasions.set_rituals(ratified, now=now)
    else:
        occasions.stop_rituals(version, now=now)
    occasions.interim_lapsed(version, now=now)
    return True


def end_interim(occasion: Occasion, now: datetime) -> None:
    """What happens when an interim's time is over: it lapses, and its occasion is done."""
    if lapse(version=Version.objects.get(pk=occasion.subject["version"]), now=now):
        complete_occasion(key=occasion.key, by=None, now=now)


def _refuse_unreasoned(reason: str, until: datetime, now: datetime) -> None:
    errors = []
    if not reason.strip():
        errors.append(("/reason", _("Say why it cannot wait for signatures.")))
    if until <= now:
        errors.append(("/until", _("The end must lie ahead.")))
    elif until > now + LONGEST_INTERIM:
        errors.append(("/until", _("An interim holds for thirty days at most.")))
    if errors:
        raise Invalid(errors)
