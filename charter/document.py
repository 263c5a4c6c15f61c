"""The charter document (DESIGN.md §5): one frozen form for browser, Git, API, resolver and lint.

Its identity is its canonical JSON (RFC 8785) without empty and default values; the digest is the SHA-256 of that.
What is written here is also the source of the published JSON Schema.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

import rfc8785
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
)
from pydantic_core import PydanticCustomError

from charter import durations
from charter.words import Channel, EvidenceKind, Hours, Kind, Letter, RitualKind, Severity, Then, Trigger
from reminders.recurrence import BadCadence, read_cadence
from teams.fields import KEY_LENGTH, KEY_PATTERN, known_timezones

_ONE_KEY = KEY_PATTERN.removeprefix("^").removesuffix("$")
ROLE_REF_PATTERN = rf"^(?:{_ONE_KEY}/)?{_ONE_KEY}$"
PATH_REF_PATTERN = rf"^{_ONE_KEY}/{_ONE_KEY}$"
TIME_PATTERN = r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$"
RULE_PATTERN = r"^[A-Z]{3,4}[0-9]{3}$"
_DATE_SHAPE = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")

TEXT_LENGTH = 20_000
LINE_LENGTH = 500


def _date_from_text(value: Any) -> Any:
    """Dates are ISO strings; YAML 1.2 core knows no other."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DATE_SHAPE.match(value):
        raise PydanticCustomError("date", "write a date as 2027-06-30")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("date", "there is no such day") from None


def _known_timezone(name: str) -> str:
    if name not in known_timezones():
        raise PydanticCustomError("timezone", "is no time zone of the IANA database")
    return name


def _readable_cadence(text: str) -> str:
    """A cadence is the value of an RFC 5545 RRULE, without DTSTART: that stands in `from`, `at` and `timezone`."""
    try:
        read_cadence(text)
    except BadCadence as refused:
        raise PydanticCustomError("cadence", "{why}", {"why": str(refused)}) from None
    return text


Key = Annotated[str, StringConstraints(pattern=KEY_PATTERN, max_length=KEY_LENGTH)]
RoleRef = Annotated[str, StringConstraints(pattern=ROLE_REF_PATTERN, max_length=2 * KEY_LENGTH + 1)]
PathRef = Annotated[str, StringConstraints(pattern=PATH_REF_PATTERN, max_length=2 * KEY_LENGTH + 1)]
DurationText = Annotated[str, StringConstraints(pattern=durations.PATTERN)]
Text = Annotated[str, StringConstraints(max_length=TEXT_LENGTH)]
Line = Annotated[str, StringConstraints(max_length=LINE_LENGTH, pattern=r"^[^\r\n]*$")]
Day = Annotated[date, BeforeValidator(_date_from_text)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Tier = Annotated[int, Field(ge=1, le=3)]


class Part(BaseModel):
    """A piece of the document: frozen, nothing beside what is named, no silent conversion."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


class NorthStar(Part):
    statement: Line
    target: Line = ""
    by: Day | None = None


class Stage(Part):
    key: Key
    name: Line
    outcome: Text = ""


class ApproverPlace(Part):
    """`count` distinct people holding the role must approve."""

    role: RoleRef
    count: Annotated[int, Field(ge=1, le=20)] = 1


def _approvers_branch(value: Any) -> str:
    return "automatic" if isinstance(value, str) else "places"


Approvers = Annotated[
    Annotated[Literal["automatic"], Tag("automatic")] | Annotated[tuple[ApproverPlace, ...], Tag("places")],
    Discriminator(_approvers_branch),
]


class DecisionRight(Part):
    """Who decides a kind of change (DACI). Kinds or tiers left out mean all; the first right that matches wins."""

    key: Key
    kinds: tuple[Kind, ...] = ()
    tiers: tuple[Tier, ...] = ()
    driver: RoleRef | None = None
    approvers: Approvers = ()
    contributors: tuple[RoleRef, ...] = ()
    informed: tuple[RoleRef, ...] = ()
    decide_within: DurationText | None = None
    overdue: Key | None = None

    @property
    def is_automatic(self) -> bool:
        return self.approvers == "automatic"

    @property
    def places(self) -> tuple[ApproverPlace, ...]:
        """The approver places; none where approval is automatic."""
        return () if isinstance(self.approvers, str) else self.approvers

    def covers(self, kind: str, tier: int) -> bool:
        return (not self.kinds or kind in self.kinds) and (not self.tiers or tier in self.tiers)


class Target(Part):
    """Whom a level calls: exactly one of a role, the lead of a team, another path, a rotation."""

    role: RoleRef | None = None
    lead: Key | None = None
    path: PathRef | None = None
    rotation: PathRef | None = None

    @property
    def kind(self) -> str:
        """`role`, `lead`, `path` or `rotation`; empty where none or several are named."""
        named = [name for name in ("role", "lead", "path", "rotation") if getattr(self, name) is not None]
        return named[0] if len(named) == 1 else ""

    @property
    def value(self) -> str:
        return str(getattr(self, self.kind)) if self.kind else ""


def _one_target(target: Target) -> Target:
    if not target.kind:
        raise PydanticCustomError("target", "name exactly one of role, lead, path, rotation")
    return target


class EscalationLevel(Part):
    """`repeat` further calls follow the first, each after another `acknowledge_within`."""

    to: Annotated[Target, AfterValidator(_one_target)]
    acknowledge_within: DurationText | None = None
    channels: tuple[Channel, ...] = ()
    repeat: Annotated[int, Field(ge=0, le=20)] = 0


class EscalationPath(Part):
    """Triggers or severities left out mean all."""

    key: Key
    triggers: tuple[Trigger, ...] = ()
    severities: tuple[Severity, ...] = ()
    hours: Hours = Hours.ALWAYS
    levels: tuple[EscalationLevel, ...] = ()

    def covers(self, trigger: str | None, severity: str) -> bool:
        """Whether the path answers a severity and, where one is named, a trigger."""
        return (not self.severities or severity in self.severities) and (
            trigger is None or not self.triggers or trigger in self.triggers
        )


class Threshold(Part):
    key: Key
    metric: Key
    models: tuple[Key, ...] = ()
    above: Number | None = None
    below: Number | None = None
    clears_below: Number | None = None
    clears_above: Number | None = None
    window: DurationText | None = None
    then: Then
    severity: Severity | None = None
    trigger: Trigger | None = None


class Ritual(Part):
    """A recurring meeting: the cadence counts from `from`, at a local time of the time zone."""

    key: Key
    kind: RitualKind
    cadence: Annotated[Line, AfterValidator(_readable_cadence)]
    starts_on: Annotated[Day, Field(alias="from")]
    at: Annotated[str, StringConstraints(pattern=TIME_PATTERN)]
    timezone: Annotated[str, AfterValidator(_known_timezone)]
    facilitator: RoleRef | None = None


class PostImplementationReview(Part):
    after: DurationText


REVIEW_AFTER = "30d"
"""When a release is looked back on where the charter does not say."""


class Waiver(Part):
    """A finding that the team accepts, with a reason, until a day, by a person (an e-mail address)."""

    rule: Annotated[str, StringConstraints(pattern=RULE_PATTERN)]
    at: Line
    reason: Line
    until: Day
    by: Line


class Document(Part):
    """A whole charter."""

    remit: Literal[1] = 1
    team: Key
    purpose: Text = ""
    north_star: NorthStar | None = None
    stages: tuple[Stage, ...] = ()
    responsibilities: Mapping[Key, Mapping[RoleRef, Letter]] = Field(default_factory=dict)
    decisions: tuple[DecisionRight, ...] = ()
    escalation: tuple[EscalationPath, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    evidence: Mapping[Literal["1", "2", "3"], tuple[EvidenceKind, ...]] = Field(default_factory=dict)
    rituals: tuple[Ritual, ...] = ()
    post_implementation_review: PostImplementationReview | None = None
    waivers: tuple[Waiver, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The document as plain values, without what is empty or default; rows as the stages, own roles first."""
        tree = {"remit": self.remit, **self.model_dump(mode="json", by_alias=True, exclude_defaults=True)}
        if rows := tree.get("responsibilities"):
            order = {stage.key: position for position, stage in enumerate(self.stages)}
            tree["responsibilities"] = {
                stage: dict(sorted(rows[stage].items(), key=lambda cell: ("/" in cell[0], cell[0])))
                for stage in sorted(rows, key=lambda stage: order.get(stage, len(order)))
                if rows[stage]
            }
        if evidence := tree.get("evidence"):
            tree["evidence"] = dict(sorted(evidence.items()))
        return tree

    @cached_property
    def canonical(self) -> bytes:
        """RFC 8785 form: what is signed."""
        return rfc8785.dumps(self.as_json())

    @cached_property
    def digest(self) -> str:
        return "sha256:" + hashlib.sha256(self.canonical).hexdigest()

    def letter(self, stage: str, role: str) -> str:
        return self.responsibilities.get(stage, {}).get(role, "")

    def roles_with(self, stage: str, letters: str) -> list[str]:
        """Roles of a stage whose letter contains one of `letters`: "A" finds A and AR."""
        return [
            role
            for role, letter in self.responsibilities.get(stage, {}).items()
            if any(wanted in letter for wanted in letters)
        ]

    def evidence_for(self, tier: int) -> tuple[EvidenceKind, ...]:
        """The kinds of evidence that a review of a model of this tier must carry."""
        return next((kinds for key, kinds in self.evidence.items() if key == str(tier)), ())

    def path(self, key: str) -> EscalationPath | None:
        return next((path for path in self.escalation if path.key == key), None)

    def role_refs(self) -> Iterator[tuple[str, str]]:
        """Every mention of a role: (JSON pointer, role as written)."""
        for stage, row in self.responsibilities.items():
            for role in row:
                yield f"/responsibilities/{stage}/{pointer_part(role)}", role
        for index, right in enumerate(self.decisions):
            here = f"/decisions/{index}"
            if right.driver:
                yield f"{here}/driver", right.driver
            for number, place in enumerate(right.places):
                yield f"{here}/approvers/{number}/role", place.role
            for number, role in enumerate(right.contributors):
                yield f"{here}/contributors/{number}", role
            for number, role in enumerate(right.informed):
                yield f"{here}/informed/{number}", role
        for index, path in enumerate(self.escalation):
            for number, level in enumerate(path.levels):
                if level.to.role:
                    yield f"/escalation/{index}/levels/{number}/to/role", level.to.role
        for index, ritual in enumerate(self.rituals):
            if ritual.facilitator:
                yield f"/rituals/{index}/facilitator", ritual.facilitator


def pointer_part(text: str) -> str:
    """Escape one reference token of a JSON pointer (RFC 6901)."""
    return text.replace("~", "~0").replace("/", "~1")


def split_role(ref: str, team: str) -> tuple[str, str]:
    """(team, role) of a role as written: `data-scientist` is of the charter's own team."""
    other, _, role = ref.rpartition("/")
    return other or team, role
