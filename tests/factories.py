"""One unsurprising factory a model. What a test does not name is valid, unremarkable, and the same in every run."""

from datetime import UTC, date, datetime, time
from typing import Any

import factory
from factory.django import DjangoModelFactory

from charter.document import Document
from charter.models import (
    ApproverPlace,
    Cell,
    Charter,
    Column,
    Decision,
    DecisionRight,
    Definition,
    EscalationLevel,
    EscalationPath,
    EvidenceRequirement,
    Ritual,
    Signature,
    Stage,
    Threshold,
    Version,
    Voice,
    Waiver,
)
from charter.words import EvidenceKind, Kind, Letter, RitualKind, Then, VersionState
from ledger.models import Entry
from reminders.models import ActionItem, CalendarToken, Endpoint, Notice, Occasion, OccasionPerson, Schedule
from reminders.sealing import seal
from reviews.models import Contributor, Evidence, Expectation, Place, PlacePerson, Review, Vote
from reviews.words import Direction, ReviewState, VoteWord
from teams.models import Absence, ApiToken, Discipline, IdempotencyKey, MLModel, Person, Role, Seat, Structure, Team

NOW = datetime(2026, 11, 20, 14, 32, tzinfo=UTC)  # a Friday afternoon in Berlin
NEW_YEAR = date(2026, 1, 1)
PASSWORD = "correct horse battery"
SOME_DIGEST = "sha256:" + "9c41" * 16


# What was done


class EntryFactory(DjangoModelFactory[Entry]):
    class Meta:
        model = Entry

    at = NOW
    actor_id = None
    key = "teams.team.changed"
    object_type = "teams.team"
    object_id = factory.Sequence(str)
    change = factory.LazyFunction(dict)
    digest = SOME_DIGEST


# People and what they own


class PersonFactory(DjangoModelFactory[Person]):
    """Somebody who works here: neither admin nor auditor, Monday to Friday, nine to five in Berlin."""

    class Meta:
        model = Person
        skip_postgeneration_save = True

    class Params:
        admin = factory.Trait(is_staff=True)
        auditor = factory.Trait(is_auditor=True)
        gone = factory.Trait(is_active=False)

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person-{n}@example.org")
    password = factory.django.Password(PASSWORD)
    timezone = "Europe/Berlin"


class RoleFactory(DjangoModelFactory[Role]):
    """A role of the catalogue; asking for a key that is there gives the role that is there."""

    class Meta:
        model = Role
        django_get_or_create = ("key",)

    key = factory.Sequence(lambda n: f"role-{n}")
    name = factory.LazyAttribute(lambda role: role.key.replace("-", " ").capitalize())
    discipline = Discipline.ENGINEERING


class TeamFactory(DjangoModelFactory[Team]):
    """A squad without parent, with a lead of its own."""

    class Meta:
        model = Team

    key = factory.Sequence(lambda n: f"team-{n}")
    name = factory.LazyAttribute(lambda team: team.key.replace("-", " ").capitalize())
    structure = Structure.SQUAD
    lead = factory.SubFactory(PersonFactory)
    timezone = "Europe/Berlin"


class SeatFactory(DjangoModelFactory[Seat]):
    """A member's seat since New Year; say kind="primary" for more."""

    class Meta:
        model = Seat

    team = factory.SubFactory(TeamFactory)
    role = factory.SubFactory(RoleFactory)
    person = factory.SubFactory(PersonFactory)
    kind = Seat.Kind.MEMBER
    since = NEW_YEAR


class AbsenceFactory(DjangoModelFactory[Absence]):
    """Away in the week of NOW."""

    class Meta:
        model = Absence

    person = factory.SubFactory(PersonFactory)
    first_on = date(2026, 11, 16)
    last_on = date(2026, 11, 27)


class MLModelFactory(DjangoModelFactory[MLModel]):
    """A running model of tier 2, with somebody accountable."""

    class Meta:
        model = MLModel

    key = factory.Sequence(lambda n: f"model-{n}")
    name = factory.LazyAttribute(lambda model: model.key.replace("-", " ").capitalize())
    team = factory.SubFactory(TeamFactory)
    accountable = factory.SubFactory(PersonFactory)
    tier = 2
    registry = factory.LazyAttribute(lambda model: f"models:/{model.key}")


class ApiTokenFactory(DjangoModelFactory[ApiToken]):
    """The row of a token whose text nobody knows; for one that opens the API ask `teams.tokens.create_token`."""

    class Meta:
        model = ApiToken

    person = factory.SubFactory(PersonFactory)
    label = "Deployment pipeline"
    digest = factory.Sequence(lambda n: f"{n:064x}")
    hint = "a1b2"
    created_at = NOW


class IdempotencyKeyFactory(DjangoModelFactory[IdempotencyKey]):
    class Meta:
        model = IdempotencyKey

    person = factory.SubFactory(PersonFactory)
    key = factory.Sequence(lambda n: f"request-{n}")
    method = "POST"
    path = "/api/v1/teams/"
    body_digest = "0" * 64
    status = 201
    answer = factory.LazyFunction(dict)
    created_at = NOW


# What is due


class ScheduleFactory(DjangoModelFactory[Schedule]):
    """A retrospective every second Thursday."""

    class Meta:
        model = Schedule

    team = factory.SubFactory(TeamFactory)
    key = factory.LazyAttributeSequence(lambda schedule, n: f"charter:{schedule.team.key}:retro-{n}")
    kind = "retrospective"
    title = "Retrospective"
    cadence = "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH"
    starts_on = date(2026, 1, 8)
    at = time(15)
    timezone = "Europe/Berlin"


class OccasionFactory(DjangoModelFactory[Occasion]):
    """An open retrospective six days after NOW."""

    class Meta:
        model = Occasion

    key = factory.Sequence(lambda n: f"occasion:{n}")
    kind = "retrospective"
    title = factory.Sequence(lambda n: f"Retrospective {n}")
    url = "/inbox/"
    due_at = datetime(2026, 11, 26, 14, tzinfo=UTC)
    timezone = "Europe/Berlin"


class OccasionPersonFactory(DjangoModelFactory[OccasionPerson]):
    class Meta:
        model = OccasionPerson

    occasion = factory.SubFactory(OccasionFactory)
    person = factory.SubFactory(PersonFactory)
    why = "You facilitate."


class NoticeFactory(DjangoModelFactory[Notice]):
    """An e-mail that is due."""

    class Meta:
        model = Notice

    key = factory.Sequence(lambda n: f"notice:{n}")
    occasion = factory.SubFactory(OccasionFactory)
    recipient = factory.SubFactory(PersonFactory)
    channel = Notice.Channel.EMAIL
    step = "on-the-day"
    due_at = NOW
    created_at = NOW


class EndpointFactory(DjangoModelFactory[Endpoint]):
    """An active webhook that hears of retrospectives; nothing listens there."""

    class Meta:
        model = Endpoint

    class Params:
        url = "https://hooks.example.org/remit"
        secret = "whsec_" + "c2VjcmV0" * 4

    team = factory.SubFactory(TeamFactory)
    way = Endpoint.Way.WEBHOOK
    name = factory.Sequence(lambda n: f"Board {n}")
    place = "hooks.example.org"
    sealed_address = factory.LazyAttribute(lambda endpoint: seal(endpoint.url))
    sealed_secret = factory.LazyAttribute(
        lambda endpoint: seal(endpoint.secret) if endpoint.way == Endpoint.Way.WEBHOOK else ""
    )
    kinds = factory.LazyFunction(lambda: ["retrospective"])
    created_at = NOW


class ActionItemFactory(DjangoModelFactory[ActionItem]):
    """The row of an open action item, three weeks after NOW; one with its occasion comes from `promise_action`."""

    class Meta:
        model = ActionItem

    title = factory.Sequence(lambda n: f"Write runbook {n}")
    team = factory.SubFactory(TeamFactory)
    owner = factory.SubFactory(PersonFactory)
    promised_on = date(2026, 12, 11)
    due_on = date(2026, 12, 11)
    created_at = NOW


class CalendarTokenFactory(DjangoModelFactory[CalendarToken]):
    """The row of a feed whose address nobody knows; for one that opens ask `reminders.feeds.tokens.make_feed`."""

    class Meta:
        model = CalendarToken

    person = factory.SubFactory(PersonFactory)
    digest = factory.Sequence(lambda n: f"{n:064x}")
    hint = "a1b2"
    created_at = NOW


# What was agreed


class CharterFactory(DjangoModelFactory[Charter]):
    class Meta:
        model = Charter
        django_get_or_create = ("team",)

    team = factory.SubFactory(TeamFactory)


def _frozen(version: Any) -> Document:
    return Document(team=version.charter.team.key, purpose=version.purpose)


class VersionFactory(DjangoModelFactory[Version]):
    """An empty draft, numbered on; `in_force=True` is a ratified version of an empty document."""

    class Meta:
        model = Version

    class Params:
        in_force = factory.Trait(
            state=VersionState.RATIFIED,
            in_force_from=NOW,
            proposed_at=NOW,
            document=factory.LazyAttribute(lambda version: _frozen(version).as_json()),
            digest=factory.LazyAttribute(lambda version: _frozen(version).digest),
        )

    charter = factory.SubFactory(CharterFactory)
    number = factory.LazyAttribute(lambda version: version.charter.versions.count() + 1)
    state = VersionState.DRAFT
    purpose = "Stop card fraud before the customer notices."
    drafted_by = factory.SubFactory(PersonFactory)
    drafted_at = NOW
    edited_at = NOW


class StageFactory(DjangoModelFactory[Stage]):
    class Meta:
        model = Stage

    version = factory.SubFactory(VersionFactory)
    position = factory.LazyAttribute(lambda stage: stage.version.stages.count())
    key = factory.Sequence(lambda n: f"stage-{n}")
    name = factory.LazyAttribute(lambda stage: stage.key.replace("-", " ").capitalize())


class ColumnFactory(DjangoModelFactory[Column]):
    class Meta:
        model = Column

    version = factory.SubFactory(VersionFactory)
    position = factory.LazyAttribute(lambda column: column.version.columns.count())
    role = factory.SubFactory(RoleFactory)


class CellFactory(DjangoModelFactory[Cell]):
    """A letter in a stage; the column belongs to the same version."""

    class Meta:
        model = Cell

    stage = factory.SubFactory(StageFactory)
    column = factory.SubFactory(ColumnFactory, version=factory.SelfAttribute("..stage.version"))
    letter = Letter.R
    changed_at = NOW


class DecisionRightFactory(DjangoModelFactory[DecisionRight]):
    """A right over every kind and tier, without driver or approver."""

    class Meta:
        model = DecisionRight

    version = factory.SubFactory(VersionFactory)
    key = factory.Sequence(lambda n: f"right-{n}")
    decide_within = "3 business days"


class ApproverPlaceFactory(DjangoModelFactory[ApproverPlace]):
    class Meta:
        model = ApproverPlace

    right = factory.SubFactory(DecisionRightFactory)
    role = factory.SubFactory(RoleFactory)


class VoiceFactory(DjangoModelFactory[Voice]):
    class Meta:
        model = Voice

    right = factory.SubFactory(DecisionRightFactory)
    role = factory.SubFactory(RoleFactory)
    part = Voice.Part.INFORMED


class EscalationPathFactory(DjangoModelFactory[EscalationPath]):
    """A path for every trigger and severity, without levels."""

    class Meta:
        model = EscalationPath

    version = factory.SubFactory(VersionFactory)
    key = factory.Sequence(lambda n: f"path-{n}")


class EscalationLevelFactory(DjangoModelFactory[EscalationLevel]):
    class Meta:
        model = EscalationLevel

    path = factory.SubFactory(EscalationPathFactory)
    position = factory.LazyAttribute(lambda level: level.path.levels.count())
    role = factory.SubFactory(RoleFactory)
    acknowledge_within = "15m"


class ThresholdFactory(DjangoModelFactory[Threshold]):
    class Meta:
        model = Threshold

    version = factory.SubFactory(VersionFactory)
    key = factory.Sequence(lambda n: f"threshold-{n}")
    metric = "psi"
    above = 0.2
    then = Then.NOTIFY


class EvidenceRequirementFactory(DjangoModelFactory[EvidenceRequirement]):
    class Meta:
        model = EvidenceRequirement

    version = factory.SubFactory(VersionFactory)
    tier = 1
    kind = EvidenceKind.EVALUATION


class RitualFactory(DjangoModelFactory[Ritual]):
    """A retrospective every second Thursday at three."""

    class Meta:
        model = Ritual

    version = factory.SubFactory(VersionFactory)
    key = factory.Sequence(lambda n: f"ritual-{n}")
    kind = RitualKind.RETROSPECTIVE
    cadence = "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH"
    starts_on = date(2026, 1, 8)
    at = time(15)
    timezone = "Europe/Berlin"


class DefinitionFactory(DjangoModelFactory[Definition]):
    """A metric that nobody owns yet."""

    class Meta:
        model = Definition

    key = factory.Sequence(lambda number: f"metric-{number}")
    name = factory.LazyAttribute(lambda definition: definition.key.replace("-", " ").capitalize())
    meaning = "How well it does."
    direction = Definition.Direction.HIGHER


class DecisionFactory(DjangoModelFactory[Decision]):
    """A decision of a team, without its revision: acts write those."""

    class Meta:
        model = Decision

    team = factory.SubFactory(TeamFactory)
    title = "Score before the authorisation"
    outcome = "Every payment is scored first."
    decided_on = NEW_YEAR
    written_at = NOW


class WaiverFactory(DjangoModelFactory[Waiver]):
    class Meta:
        model = Waiver

    version = factory.SubFactory(VersionFactory)
    rule = "RESP006"
    at = "/stages/deployment"
    reason = "The platform team deploys for all."
    until = date(2027, 1, 31)
    by = factory.SubFactory(PersonFactory)


class SignatureFactory(DjangoModelFactory[Signature]):
    """Somebody who is asked to sign and has not answered."""

    class Meta:
        model = Signature

    version = factory.SubFactory(VersionFactory)
    person = factory.SubFactory(PersonFactory)
    digest = SOME_DIGEST
    asked_at = NOW


# What is judged


class ReviewFactory(DjangoModelFactory[Review]):
    """A draft of a retraining; `submitted=True` is bound to a charter in force of the model's team."""

    class Meta:
        model = Review

    class Params:
        submitted = factory.Trait(
            state=ReviewState.SUBMITTED,
            round=1,
            digest=SOME_DIGEST,
            right_key="all-changes",
            charter_version=factory.LazyAttribute(lambda review: _charter_in_force(review.model.team)),
            submitted_at=NOW,
            decide_by=datetime(2026, 11, 25, 16, tzinfo=UTC),
        )

    model = factory.SubFactory(MLModelFactory)
    version = factory.Sequence(lambda n: f"1.{n}.0")
    kind = Kind.RETRAIN
    title = factory.Sequence(lambda n: f"Retrain on the labels of week {n}")
    what = "The same model on newer labels."
    why = "Precision fell by two points since summer."
    author = factory.SubFactory(PersonFactory)
    drafted_at = NOW
    edited_at = NOW


def _charter_in_force(team: Team) -> Version:
    standing = Version.objects.filter(charter__team=team, state=VersionState.RATIFIED).first()
    return standing or VersionFactory(charter__team=team, in_force=True)


class ContributorFactory(DjangoModelFactory[Contributor]):
    class Meta:
        model = Contributor

    review = factory.SubFactory(ReviewFactory)
    person = factory.SubFactory(PersonFactory)
    how = Contributor.How.EDITOR


class ExpectationFactory(DjangoModelFactory[Expectation]):
    class Meta:
        model = Expectation

    review = factory.SubFactory(ReviewFactory)
    metric = "recall"
    direction = Direction.UP
    expected = 0.9


class PlaceFactory(DjangoModelFactory[Place]):
    class Meta:
        model = Place

    review = factory.SubFactory(ReviewFactory, submitted=True)
    role = "product-owner"


class PlacePersonFactory(DjangoModelFactory[PlacePerson]):
    class Meta:
        model = PlacePerson

    place = factory.SubFactory(PlaceFactory)
    person = factory.SubFactory(PersonFactory)
    why = "You are the product owner."


class VoteFactory(DjangoModelFactory[Vote]):
    class Meta:
        model = Vote

    review = factory.SubFactory(ReviewFactory, submitted=True)
    round = factory.SelfAttribute("review.round")
    voter = factory.SubFactory(PersonFactory)
    vote = VoteWord.APPROVE
    digest = factory.SelfAttribute("review.digest")
    cast_at = NOW


class EvidenceFactory(DjangoModelFactory[Evidence]):
    class Meta:
        model = Evidence

    review = factory.SubFactory(ReviewFactory)
    kind = EvidenceKind.EVALUATION
    summary = "AUC 0.947 on the holdout of October."
    attached_by = factory.SelfAttribute("review.author")
    attached_at = NOW
