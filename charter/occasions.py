"""What falls due because of a charter: its rituals, and the signatures that it waits for."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charter.models import Signature, Version
from charter.resolver import who_is_meant
from charter.storage import thaw
from charter.words import RitualKind
from reminders.audience import stored_people
from reminders.kinds import OccasionKind, Reasons, register_kind
from reminders.models import Occasion
from reminders.occasions import cancel_occasions, complete_occasion, let_pass, open_occasion
from reminders.scheduling import set_schedule, stop_schedules_except
from teams.models import Person
from teams.organisation import load_organisation

SIGNATURE = "signature"
INTERIM_END = "interim-end"


def register_kinds() -> None:
    """Tell the reminder engine of them; called once, when Django is ready."""
    register_kind(
        OccasionKind(
            key=SIGNATURE,
            title=gettext_lazy("Signature"),
            sentence=gettext_lazy("{team} asks you to sign its charter, or to object with a reason."),
            action=gettext_lazy("Read and sign"),
            ladder=(timedelta(days=-7), timedelta(days=-1), timedelta(0), timedelta(days=2)),
            announce=True,
        )
    )
    register_kind(
        OccasionKind(
            key=INTERIM_END,
            title=gettext_lazy("Interim charter"),
            sentence=gettext_lazy("{team} realigned: an interim charter is in force until then. Read what it says."),
            action=gettext_lazy("Read the charter"),
            why=gettext_lazy("You hold a seat in the team."),
            ladder=(timedelta(days=-7), timedelta(days=-1)),
            overdue_after=timedelta(0),
            on_overdue=_lapse,
            announce=True,
        )
    )
    for kind, sentence, action in (
        (RitualKind.RETROSPECTIVE, gettext_lazy("{team} looks back."), gettext_lazy("Look at the team")),
        (RitualKind.DEMO, gettext_lazy("{team} shows what it made."), gettext_lazy("Look at the team")),
        (RitualKind.ALIGNMENT, gettext_lazy("{team} aligns its work."), gettext_lazy("Look at the team")),
        (
            RitualKind.CHARTER_REVIEW,
            gettext_lazy("{team} goes through its charter."),
            gettext_lazy("Read the charter"),
        ),
    ):
        register_kind(
            OccasionKind(
                key=kind.value,
                title=capfirst(kind.label),
                sentence=sentence,
                action=action,
                why=gettext_lazy("You hold a seat in the team."),
                ladder=(timedelta(days=-1), timedelta(0)),
                lasts=timedelta(hours=1),
                overdue_after=timedelta(hours=2),
                on_overdue=let_pass,
                people=_ritual_people,
            )
        )


def signature_asked(signature: Signature, roles: list[str], *, due_at: datetime, now: datetime) -> None:
    """A signer has something to sign."""
    version = signature.version
    team = version.charter.team
    open_occasion(
        key=f"{_source(version)}{signature.pk}:{SIGNATURE}",
        kind=SIGNATURE,
        team=team,
        title=_("Charter of %(team)s, version %(number)d") % {"team": team.name, "number": version.number},
        url=version.get_absolute_url(),
        people=[(signature.person, _("You are asked to sign as %(roles)s.") % {"roles": ", ".join(roles)})],
        due_at=due_at,
        now=now,
        subject={"version": version.pk, "signature": signature.pk},
    )


def signature_given(signature: Signature, *, by: Person, now: datetime) -> None:
    """A signer answered."""
    complete_occasion(key=f"{_source(signature.version)}{signature.pk}:{SIGNATURE}", by=by, now=now)


def signatures_called_off(version: Version, *, by: Person | None, now: datetime) -> None:
    """Nobody is asked any more: the version was edited or withdrawn."""
    cancel_occasions(prefix=_source(version), by=by, now=now)


def interim_began(version: Version, *, ends_at: datetime, now: datetime) -> None:
    """A realigned charter is in force until then: everyone in the team hears of it, and Remit ends it in time."""
    team = version.charter.team
    open_occasion(
        key=f"{_source(version)}:{INTERIM_END}",
        kind=INTERIM_END,
        team=team,
        title=_("Interim charter of %(team)s, version %(number)d") % {"team": team.name, "number": version.number},
        url=version.charter.get_absolute_url(),
        people=None,
        due_at=ends_at,
        now=now,
        subject={"version": version.pk},
    )


def interim_ended(version: Version, *, now: datetime) -> None:
    """The interim was ratified in time and stays."""
    complete_occasion(key=f"{_source(version)}:{INTERIM_END}", by=None, now=now)


def stop_rituals(version: Version, *, now: datetime) -> None:
    """No charter of the team is in force any more."""
    stop_schedules_except(prefix=f"charter:{version.charter.team.key}:", by=None, now=now)


def set_rituals(version: Version, *, now: datetime) -> None:
    """Let the rituals of the version that is now in force make occasions, and no others of that charter."""
    if version.document is None:
        return
    document = thaw(version.document)
    team = version.charter.team
    prefix = f"charter:{team.key}:"
    for ritual in document.rituals:
        set_schedule(
            key=prefix + ritual.key,
            kind=ritual.kind,
            team=team,
            title=_("%(kind)s of %(team)s") % {"kind": capfirst(ritual.kind.label), "team": team.name},
            cadence=ritual.cadence,
            starts_on=ritual.starts_on,
            at=time.fromisoformat(ritual.at),
            timezone=ritual.timezone,
            by=None,
            now=now,
            subject={"facilitator": ritual.facilitator} if ritual.facilitator else {},
            url=version.charter.get_absolute_url() if ritual.kind == RitualKind.CHARTER_REVIEW else "",
        )
    stop_schedules_except(prefix=prefix, keep=[prefix + ritual.key for ritual in document.rituals], by=None, now=now)


def _source(version: Version) -> str:
    return f"charter-version:{version.pk}."


def _lapse(occasion: Occasion, now: datetime) -> None:
    from charter.realignment import lapse

    version = Version.objects.get(pk=occasion.subject["version"])
    if lapse(version=version, now=now):
        complete_occasion(key=occasion.key, by=None, now=now)


def _ritual_people(occasions: Sequence[Occasion], now: datetime) -> Mapping[int, Reasons]:
    """Everyone with a seat in the team, and whoever facilitates, even from another team."""
    people = {pk: dict(reasons) for pk, reasons in stored_people(occasions, now).items()}
    led = [(it, it.team, it.subject["facilitator"]) for it in occasions if it.team and "facilitator" in it.subject]
    if led:
        organisation = load_organisation()
        for occasion, team, role in led:
            meant = who_is_meant(organisation, team.key, role, now)
            if meant.person:
                people[occasion.pk][meant.person.id] = _("You facilitate.")
    return people
