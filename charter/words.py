"""The lists of words of a charter (DESIGN.md §5), as choices for the database and literals for the document."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Letter(models.TextChoices):
    """A cell of the matrix (RACI); AR = the role is accountable and responsible."""

    A = "A", _("accountable")
    AR = "AR", _("accountable and responsible")
    R = "R", _("responsible")
    C = "C", _("consulted")
    I = "I", _("informed")  # noqa: E741  (the letter itself)


class Kind(models.TextChoices):
    """Kinds of change. `rollback` is a planned return; rolling back a bad release is an act on its review."""

    NEW_MODEL = "new-model", _("new model")
    REPLACE_MODEL = "replace-model", _("replaced model")
    RETRAIN = "retrain", _("retraining")
    FEATURE_CHANGE = "feature-change", _("feature change")
    DATA_CHANGE = "data-change", _("data change")
    LABELLING_CHANGE = "labelling-change", _("labelling change")
    THRESHOLD_CHANGE = "threshold-change", _("threshold change")
    ROLLBACK = "rollback", _("rollback")
    RETIRE_MODEL = "retire-model", _("retired model")


class Trigger(models.TextChoices):
    DRIFT = "drift", _("drift")
    QUALITY = "quality", _("quality")
    LATENCY = "latency", _("latency")
    FAIRNESS = "fairness", _("fairness")
    SECURITY = "security", _("security")
    PRIVACY = "privacy", _("privacy")
    DATA = "data", _("data")
    LATE_DECISION = "late-decision", _("late decision")


class Severity(models.TextChoices):
    SEV1 = "SEV1", "SEV1"
    SEV2 = "SEV2", "SEV2"
    SEV3 = "SEV3", "SEV3"
    SEV4 = "SEV4", "SEV4"


class Hours(models.TextChoices):
    ALWAYS = "always", _("at any hour")
    BUSINESS = "business", _("in business hours")


class Channel(models.TextChoices):
    INBOX = "inbox", _("inbox")
    EMAIL = "email", _("e-mail")
    WEBHOOK = "webhook", _("webhook")
    CHAT = "chat", _("chat")


class Then(models.TextChoices):
    NOTIFY = "notify", _("notify")
    REQUIRE_REVIEW = "require-review", _("require a review")
    BLOCK_RELEASE = "block-release", _("block the release")
    OPEN_ESCALATION = "open-escalation", _("open an escalation")


class EvidenceKind(models.TextChoices):
    LINEAGE = "lineage", _("lineage")
    EVALUATION = "evaluation", _("evaluation")
    FAIRNESS = "fairness", _("fairness")
    PRIVACY = "privacy", _("privacy")
    SECURITY = "security", _("security")
    REPRODUCIBILITY = "reproducibility", _("reproducibility")
    EXPLAINABILITY = "explainability", _("explainability")
    ROLLBACK_PLAN = "rollback-plan", _("rollback plan")
    CAPACITY_COST = "capacity-cost", _("capacity and cost")


class RitualKind(models.TextChoices):
    RETROSPECTIVE = "retrospective", _("retrospective")
    DEMO = "demo", _("demo")
    ALIGNMENT = "alignment", _("alignment")
    CHARTER_REVIEW = "charter-review", _("charter review")


class VersionState(models.TextChoices):
    DRAFT = "draft", _("draft")
    PROPOSED = "proposed", _("proposed")
    INTERIM = "interim", _("interim")
    RATIFIED = "ratified", _("in force")
    SUPERSEDED = "superseded", _("superseded")
    WITHDRAWN = "withdrawn", _("withdrawn")
    LAPSED = "lapsed", _("lapsed")


TIERS = (1, 2, 3)

DEFAULT_STAGES = (
    ("problem-framing", _("Problem framing")),
    ("data-ingestion", _("Data ingestion")),
    ("feature-engineering", _("Feature engineering")),
    ("experimentation", _("Experimentation")),
    ("validation", _("Validation")),
    ("deployment", _("Deployment")),
    ("monitoring", _("Monitoring")),
    ("retraining", _("Retraining")),
    ("retirement", _("Retirement")),
)
