"""What falls due because of a charter: its rituals, and the signatures that it waits for."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charter.effects import Effect
from charter.models import Decision, Remark, Signature, Version
from charter.resolver import who_is_meant
from charter.storage import thaw
from charter.words import RitualKind
from reminders.audience import stored_people
from reminders.kinds import Group, OccasionKind, Reasons, register_kind
from reminders.localtime import moment_of
from reminders.models import Occasion, OccasionPerson
from reminders.occasions import (
    cancel_occasions,
    complete_occasion,
    complete_occasions,
    keys_under,
    let_pass,
    open_occasion,
)
from reminders.scheduling import set_schedule, stop_schedules_except
from teams.models import Person
from teams.organisation import load_organisation

SIGNATURE = "signature"
OBJECTION = "objection"
INTERIM_END = "interim-end"
DECISION_REVISIT = "decision-revisit"
REVISIT_AT = time(9)
INTERIM_LAPSED = "interim-lapsed"
TIME_FOR_OBJECTION = timedelta(days=3)
TOLD_FOR = timedelta(days=3)

Handler = Callable[[Occasion, datetime], None]


def register_kinds(*, end_interim: Handler, end_of_signing: Handler) -> None:
    """Tell the reminder engine of them, what ends an interim, and what follows when the time to sign is over.

    Called once, when Django is ready.
    """
    register_kind(
        OccasionKind(
            key=SIGNATURE,
            title=gettext_lazy("Signature"),
            sentence=gettext_lazy("{team} asks you to sign its charter, or to object with a reason."),
            action=gettext_lazy("Read and sign"),
            group=Group.DECISIONS,
            then=gettext_lazy("silence is consent, where the team has it so"),
            ladder=(timedelta(days=-7), timedelta(days=-1), timedelta(0), timedelta(days=2)),
            overdue_after=timedelta(0),
            on_overdue=end_of_signing,
            announce=True,
        )
    )
    register_kind(
        OccasionKind(
            key=OBJECTION,
            title=gettext_lazy("Objection"),
            sentence=gettext_lazy(
                "An objection stands against the charter of {team}. Nothing goes on until it is settled."
            ),
            action=gettext_lazy("Read the objection"),
            group=Group.DECISIONS,
            ladder=(timedelta(0), timedelta(days=2)),
            announce=True,
        )
    )
    register_kind(
        OccasionKind(
            key=INTERIM_LAPSED,
            title=gettext_lazy("Interim charter lapsed"),
            sentence=gettext_lazy("The interim charter of {team} was not ratified in time and lapsed."),
            action=gettext_lazy("Read the charter"),
            why=gettext_lazy("You hold a seat in the team."),
            group=Group.DECISIONS,
            ladder=(),
            overdue_after=timedelta(0),
            on_overdue=let_pass,
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
            group=Group.DECISIONS,
            then=gettext_lazy("the interim lapses, and the version before it is in force again"),
            ladder=(timedelta(days=-7), timedelta(days=-1)),
            overdue_after=timedelta(0),
            on_overdue=end_interim,
            announce=True,
        )
    )
    register_kind(
        OccasionKind(
            key=DECISION_REVISIT,
            title=gettext_lazy("Decision to revisit"),
            sentence=gettext_lazy("It was agreed to look at this decision again. Does it still hold?"),
            action=gettext_lazy("Look at it again"),
            why=gettext_lazy("You took this decision."),
            ladder=(timedelta(days=-7), timedelta(0), timedelta(days=7)),
            done_by_hand=True,
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
                group=Group.MEETINGS,
                then=gettext_lazy("it counts as held"),
                ladder=(timedelta(days=-1), timedelta(0)),
                lasts=timedelta(hours=1),
                overdue_after=timedelta(hours=2),
                on_overdue=let_pass,
                people=_ritual_people,
            )
        )


def signature_asked(signature: Signature, roles: list[str], *, due_at: datetime, now: datetime) -> None:
    """A signer has something to sign."""
    _ask(signature, _("You are asked to sign as %(roles)s.") % {"roles": ", ".join(roles)}, due_at=due_at, now=now)


def signature_asked_again(signature: Signature, *, due_at: datetime, now: datetime) -> None:
    """A signer withdrew their objection."""
    why = _("You withdrew your objection, so you are asked again.")
    _ask(signature, why, due_at=due_at, now=now, again=f"at{int(now.timestamp())}")


def objection_answered(signature: Signature, remark: Remark, *, due_at: datetime, now: datetime) -> None:
    """Somebody wrote into the thread of an objection: its author has something to read."""
    why = _("Your objection was answered: sign, withdraw it, or let it stand.")
    _ask(signature, why, due_at=due_at, now=now, again=f"remark{remark.pk}")


def objection_raised(signature: Signature, *, now: datetime) -> None:
    """Those who can settle an objection hear of it: the team's lead, and the lead of the parent team."""
    version = signature.version
    team = version.charter.team
    people = {}
    if team.parent and team.parent.lead:
        people[team.parent.lead] = _("You lead %(team)s, and can overrule it with a reason.") % {
            "team": team.parent.name
        }
    if team.lead:
        people[team.lead] = _("You lead the team: answer it, or edit the draft.")
    open_occasion(
        key=f"{_source(version)}{signature.pk}.at{int(now.timestamp())}:{OBJECTION}",
        kind=OBJECTION,
        team=team,
        title=_("Objection to version %(number)d of the charter of %(team)s")
        % {"team": team.name, "number": version.number},
        url=f"{version.get_absolute_url()}#thread-{signature.pk}",
        people=[(person, why) for person, why in people.items() if person != signature.person],
        due_at=now + TIME_FOR_OBJECTION,
        now=now,
        subject={"version": version.pk, "signature": signature.pk},
    )


def signature_given(signature: Signature, *, by: Person | None, now: datetime) -> None:
    """A signer answered, or is not asked any more: nothing about this signature is due."""
    for end in (":", "."):
        complete_occasions(prefix=f"{_source(signature.version)}{signature.pk}{end}", by=by, now=now)


def _ask(signature: Signature, why: str, *, due_at: datetime, now: datetime, again: str = "") -> None:
    version = signature.version
    team = version.charter.team
    open_occasion(
        key=f"{_source(version)}{signature.pk}{f'.{again}' if again else ''}:{SIGNATURE}",
        kind=SIGNATURE,
        team=team,
        title=_("Charter of %(team)s, version %(number)d") % {"team": team.name, "number": version.number},
        url=version.get_absolute_url(),
        people=[(signature.person, why)],
        due_at=due_at,
        now=now,
        subject={"version": version.pk, "signature": signature.pk},
    )


def signatures_called_off(version: Version, *, by: Person | None, now: datetime) -> None:
    """Nobody is asked any more: the version was edited or withdrawn."""
    cancel_occasions(prefix=_source(version), by=by, now=now)


def interim_began(
    version: Version, *, effects: Mapping[int, Sequence[Effect]], ends_at: datetime, now: datetime
) -> None:
    """A realigned charter is in force until then: everyone in the team hears of it, and Remit ends it in time.

    Whoever gets or loses something is told what, whether they hold a seat in the team or not.
    """
    team = version.charter.team
    occasion = open_occasion(
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
    OccasionPerson.objects.bulk_create(
        OccasionPerson(occasion=occasion, person_id=person, why=_in_short(some)) for person, some in effects.items()
    )


def interim_lapsed(version: Version, *, now: datetime) -> None:
    """An interim is over that nobody ratified: everyone in the team hears that the one before it holds again."""
    team = version.charter.team
    open_occasion(
        key=f"{_source(version)}:{INTERIM_LAPSED}",
        kind=INTERIM_LAPSED,
        team=team,
        title=_("Version %(number)d of the charter of %(team)s lapsed") % {"team": team.name, "number": version.number},
        url=version.charter.get_absolute_url(),
        people=None,
        due_at=now + TOLD_FOR,
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


def decision_to_be_revisited(decision: Decision, deciders: Sequence[Person], *, by: Person, now: datetime) -> None:
    """Whoever took a decision looks at it again on its day; where all of them have left, the team does."""
    source = f"decision:{decision.pk}."
    wanted = f"{source}{decision.revisit_on}:{DECISION_REVISIT}"
    earlier = Occasion.objects.filter(keys_under(source), state=Occasion.State.OPEN).exclude(key=wanted)
    for key in earlier.values_list("key", flat=True):
        cancel_occasions(prefix=key, by=by, now=now)
    if decision.revisit_on is None:
        return
    team = decision.team
    active = [person for person in deciders if person.is_active]
    open_occasion(
        key=wanted,
        kind=DECISION_REVISIT,
        team=team,
        title=decision.title,
        url=decision.get_absolute_url(),
        people=[(person, _("You took this decision.")) for person in active] or None,
        due_at=moment_of(decision.revisit_on, REVISIT_AT, team.timezone),
        now=now,
        subject={"decision": decision.pk},
    )


def _source(version: Version) -> str:
    return f"charter-version:{version.pk}."


def _in_short(effects: Sequence[Effect]) -> str:
    """What somebody gets and loses, in one line."""
    return f"{capfirst('; '.join(effect.to_you for effect in effects))}."


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
