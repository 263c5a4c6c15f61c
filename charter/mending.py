"""Mends that are mechanical: for a rule of lint, a pure function from the document to the mended document.

A mend is offered where it needs no judgement that the lead has not made already, and where it says on its button what
it will do. `charter.fixing` applies it to a draft.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from charter.document import (
    ApproverPlace,
    DecisionRight,
    Document,
    EscalationLevel,
    Ritual,
    Stage,
    Target,
)
from charter.passages import passages_of
from charter.resolver import current_seats, lead_of, role_name
from charter.words import DEFAULT_STAGES, TIERS, Channel, Kind, Letter, RitualKind, Severity
from config.words import in_sentence, listed
from teams.organisation import Organisation

USUAL_TIME = "15m"
LAST_TIME = "30m"
USUAL_RETROSPECTIVE = "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH"
USUAL_REVIEW = "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1"
LIFE_AFTER_DEPLOYMENT = ("monitoring", "retraining", "retirement")


@dataclass(frozen=True)
class Ground:
    """What a mend looks at: the place of the finding (the parts of its pointer), the people, the moment."""

    document: Document
    place: Sequence[str]
    organisation: Organisation
    now: datetime

    def name(self, ref: str) -> str:
        return in_sentence(role_name(self.organisation, ref, self.document.team))

    def names(self, refs: Sequence[str]) -> str:
        return listed([self.name(ref) for ref in refs])

    @property
    def timezone(self) -> str:
        facts = self.organisation.teams.get(self.document.team)
        return facts.timezone if facts else "UTC"


@dataclass(frozen=True)
class Mend:
    """A document without the finding, and what the button says that leads to it."""

    document: Document
    label: str


Mender = Callable[[Ground], Mend | None]
_MENDERS: dict[str, Mender] = {}


def mends(rule_id: str) -> Callable[[Mender], Mender]:
    def register(mender: Mender) -> Mender:
        _MENDERS[rule_id] = mender
        return mender

    return register


def is_mechanical(rule_id: str) -> bool:
    """Whether findings of a rule can be mended at a click, at least some of them."""
    return rule_id in _MENDERS


def mend_of(document: Document, *, rule: str, pointer: str, organisation: Organisation, now: datetime) -> Mend | None:
    """The mend of a finding; None where somebody has to decide, or where what it names is no longer there."""
    mender = _MENDERS.get(rule)
    if mender is None:
        return None
    return mender(Ground(document, pointer.strip("/").split("/"), organisation, now))


# -- the matrix -----------------------------------------------------------------------------------------------------


@mends("RESP001")
def let_the_only_doer_answer(ground: Ground) -> Mend | None:
    stage = _stage(ground)
    doers = ground.document.roles_with(stage.key, "R") if stage else []
    if stage is None or len(doers) != 1:
        return None
    label = _("Let the %(role)s answer for it too") % {"role": ground.name(doers[0])}
    return Mend(_with_letters(ground.document, stage.key, {doers[0]: Letter.AR}), label)


@mends("RESP002")
def keep_one_accountable(ground: Ground) -> Mend | None:
    """Who also does the work stays accountable, among those whose role somebody holds; else the first."""
    stage = _stage(ground)
    if stage is None:
        return None
    document = ground.document
    roles = document.roles_with(stage.key, "A")
    if len(roles) < 2:
        return None
    kept = min(
        roles,
        key=lambda ref: (
            not current_seats(ground.organisation, document.team, ref, ground.now),
            document.letter(stage.key, ref) != Letter.AR,
        ),
    )
    others = {
        ref: Letter.R if document.letter(stage.key, ref) == Letter.AR else Letter.C for ref in roles if ref != kept
    }
    return Mend(
        _with_letters(document, stage.key, others), _("Keep the A of the %(role)s") % {"role": ground.name(kept)}
    )


@mends("RESP003")
def let_who_answers_do_it(ground: Ground) -> Mend | None:
    stage = _stage(ground)
    answering = ground.document.roles_with(stage.key, "A") if stage else []
    if stage is None or len(answering) != 1:
        return None
    label = _("Let the %(role)s do it too") % {"role": ground.name(answering[0])}
    return Mend(_with_letters(ground.document, stage.key, {answering[0]: Letter.AR}), label)


@mends("RESP005")
def add_life_after_deployment(ground: Ground) -> Mend | None:
    """The stages that are missing, each in its place; who deploys answers for them until somebody says otherwise."""
    document = ground.document
    order = [key for key, _name in DEFAULT_STAGES]
    names = {key: str(name) for key, name in DEFAULT_STAGES}
    stages = list(document.stages)
    missing = [key for key in LIFE_AFTER_DEPLOYMENT if key not in {stage.key for stage in stages}]
    if not missing:
        return None
    for key in missing:
        earlier = [place for place, stage in enumerate(stages) if stage.key in order[: order.index(key)]]
        stages.insert(max(earlier, default=len(stages) - 1) + 1, Stage(key=key, name=names[key]))
    letters = document.responsibilities.get("deployment", {})
    rows = {**document.responsibilities, **(dict.fromkeys(missing, letters) if letters else {})}
    added = listed([in_sentence(names[key]) for key in missing])
    label = _("Add %(stages)s, with the letters of deployment") % {"stages": added}
    return Mend(document.model_copy(update={"stages": tuple(stages), "responsibilities": rows}), label)


@mends("RESP006")
def consult_the_receivers(ground: Ground) -> Mend | None:
    stage = _stage(ground)
    passage = next((each for each in passages_of(ground.document) if stage and each.after.key == stage.key), None)
    if passage is None or not passage.is_unprepared:
        return None
    label = _("Consult the %(roles)s in %(stage)s") % {
        "roles": ground.names(passage.receivers),
        "stage": in_sentence(passage.before.name),
    }
    letters = dict.fromkeys(passage.receivers, Letter.C)
    return Mend(_with_letters(ground.document, passage.before.key, letters), label)


@mends("RESP007")
def inform_whoever_sits_there(ground: Ground) -> Mend | None:
    """Every role that is held in the team, but has no letter, is informed of every stage: the least that it can be."""
    document = ground.document
    with_letter = {ref for row in document.responsibilities.values() for ref in row}
    seated = dict.fromkeys(seat.role for seat in ground.organisation.seats_in(document.team))
    silent = [
        role
        for role in seated
        if role not in with_letter
        and f"{document.team}/{role}" not in with_letter
        and current_seats(ground.organisation, document.team, role, ground.now)
    ]
    if not silent or not document.stages:
        return None
    for stage in document.stages:
        document = _with_letters(document, stage.key, dict.fromkeys(silent, Letter.I))
    return Mend(document, _("Inform the %(roles)s of every stage") % {"roles": ground.names(silent)})


# -- decision rights ------------------------------------------------------------------------------------------------


@mends("DEC006")
def cover_everything_else(ground: Ground) -> Mend | None:
    """A last right for all kinds and tiers, decided as the strictest one is."""
    document = ground.document
    if all(any(right.covers(kind, tier) for right in document.decisions) for kind in Kind for tier in TIERS):
        return None
    model = max(
        (right for right in document.decisions if right.places),
        key=lambda right: sum(place.count for place in right.places),
        default=None,
    )
    if model is None:
        answering = [ref for stage in document.stages for ref in document.roles_with(stage.key, "A")]
        if not answering:
            return None
        model = DecisionRight(
            key="model", approvers=(ApproverPlace(role=answering[0]),), decide_within="3 business days"
        )
    right = DecisionRight(
        key=_free_key("everything-else", [each.key for each in document.decisions]),
        driver=model.driver,
        approvers=model.places,
        decide_within=model.decide_within,
        overdue=model.overdue,
    )
    label = _("Add a right for everything else, approved by the %(roles)s") % {
        "roles": ground.names([place.role for place in right.places])
    }
    return Mend(document.model_copy(update={"decisions": (*document.decisions, right)}), label)


@mends("DEC007")
def delete_what_never_matches(ground: Ground) -> Mend | None:
    key = ground.place[-1]
    kept = tuple(right for right in ground.document.decisions if right.key != key)
    if len(kept) == len(ground.document.decisions):
        return None
    return Mend(ground.document.model_copy(update={"decisions": kept}), _("Delete it: nothing changes"))


@mends("DEC008")
def give_the_watcher_a_say(ground: Ground) -> Mend | None:
    watchers = ground.document.roles_with("monitoring", "A")
    right = next((each for each in ground.document.decisions if each.key == ground.place[-1]), None)
    if right is None or not watchers:
        return None
    watcher = watchers[0]
    if not right.is_automatic:
        changed = right.model_copy(update={"approvers": (*right.places, ApproverPlace(role=watcher))})
        label = _("Let the %(role)s approve it too") % {"role": ground.name(watcher)}
    elif right.driver is None:
        changed = right.model_copy(update={"driver": watcher})
        label = _("Let the %(role)s drive it") % {"role": ground.name(watcher)}
    else:
        return None
    rights = tuple(changed if each.key == right.key else each for each in ground.document.decisions)
    return Mend(ground.document.model_copy(update={"decisions": rights}), label)


# -- escalation -----------------------------------------------------------------------------------------------------


@mends("ESC001")
def widen_the_last_path(ground: Ground) -> Mend | None:
    document = ground.document
    missing = [
        severity for severity in Severity if not any(path.covers(None, severity) for path in document.escalation)
    ]
    if not missing or not document.escalation:
        return None
    *others, last = document.escalation
    wider = last.model_copy(
        update={"severities": tuple(severity for severity in Severity if severity in {*last.severities, *missing})}
    )
    label = _("Let “%(path)s” answer %(severities)s too") % {
        "path": last.key.replace("-", " "),
        "severities": listed([severity.value for severity in missing]),
    }
    return Mend(document.model_copy(update={"escalation": (*others, wider)}), label)


@mends("ESC005")
def call_the_parent_in_the_end(ground: Ground) -> Mend | None:
    """A last level: the lead of the parent team, where there is somebody."""
    facts = ground.organisation.teams.get(ground.document.team)
    parent = facts.parent if facts else None
    lead = lead_of(ground.organisation, parent).person if parent else None
    if parent is None or lead is None:
        return None
    level = EscalationLevel(to=Target(lead=parent), acknowledge_within=LAST_TIME, channels=(Channel.EMAIL,))
    label = _("In the end, call %(name)s, lead of %(team)s") % {
        "name": lead.name,
        "team": ground.organisation.teams[parent].name,
    }
    return _with_levels(ground, lambda levels: (*levels, level), label)


@mends("ESC006")
def set_the_usual_time(ground: Ground) -> Mend | None:
    number = ground.place[-1]
    if not number.isdecimal():
        return None

    def timed(levels: tuple[EscalationLevel, ...]) -> tuple[EscalationLevel, ...]:
        return tuple(
            level.model_copy(update={"acknowledge_within": level.acknowledge_within or USUAL_TIME})
            if place == int(number)
            else level
            for place, level in enumerate(levels)
        )

    return _with_levels(ground, timed, _("Give it 15 minutes"))


# -- rituals --------------------------------------------------------------------------------------------------------


@mends("RIT001")
def add_the_usual_retrospective(ground: Ground) -> Mend | None:
    if any(ritual.kind == RitualKind.RETROSPECTIVE for ritual in ground.document.rituals):
        return None
    label = _("Add one: every other Thursday at 15:00")
    return _with_ritual(ground, RitualKind.RETROSPECTIVE, USUAL_RETROSPECTIVE, "15:00", label)


@mends("RIT002")
def add_the_usual_review(ground: Ground) -> Mend | None:
    if any(ritual.kind == RitualKind.CHARTER_REVIEW for ritual in ground.document.rituals):
        return None
    label = _("Add one: every three months, on the first at 10:00")
    return _with_ritual(ground, RitualKind.CHARTER_REVIEW, USUAL_REVIEW, "10:00", label)


# -- what these share -----------------------------------------------------------------------------------------------


def _stage(ground: Ground) -> Stage | None:
    return next((stage for stage in ground.document.stages if stage.key == ground.place[-1]), None)


def _with_letters(document: Document, stage: str, letters: dict[str, Letter]) -> Document:
    rows = dict(document.responsibilities)
    rows[stage] = {**rows.get(stage, {}), **letters}
    return document.model_copy(update={"responsibilities": rows})


def _with_levels(
    ground: Ground, change: Callable[[tuple[EscalationLevel, ...]], tuple[EscalationLevel, ...]], label: str
) -> Mend | None:
    key = ground.place[1] if len(ground.place) > 1 else ""
    before = ground.document.escalation
    after = tuple(
        path.model_copy(update={"levels": change(path.levels)}) if path.key == key else path for path in before
    )
    return None if after == before else Mend(ground.document.model_copy(update={"escalation": after}), label)


def _with_ritual(ground: Ground, kind: RitualKind, cadence: str, at: str, label: str) -> Mend:
    ritual = Ritual(
        key=_free_key(kind.value, [each.key for each in ground.document.rituals]),
        kind=kind,
        cadence=cadence,
        starts_on=ground.now.astimezone(ZoneInfo(ground.timezone)).date(),
        at=at,
        timezone=ground.timezone,
    )
    return Mend(ground.document.model_copy(update={"rituals": (*ground.document.rituals, ritual)}), label)


def _free_key(stem: str, taken: Sequence[str]) -> str:
    candidates = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
    return next(key for key in candidates if key not in taken)
