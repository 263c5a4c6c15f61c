"""The lists of words of a review (DESIGN.md §2, §4, §7)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReviewState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    CHANGES_REQUESTED = "changes_requested", _("changes requested")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")
    EXPIRED = "expired", _("expired")
    WITHDRAWN = "withdrawn", _("withdrawn")
    RELEASED = "released", _("released")
    ROLLED_BACK = "rolled_back", _("rolled back")
    REVIEWED = "reviewed", _("reviewed")


class VoteWord(models.TextChoices):
    APPROVE = "approve", _("Approve")
    REQUEST_CHANGES = "request_changes", _("Request changes")
    REJECT = "reject", _("Reject")
    ABSTAIN = "abstain", _("Abstain")


class Rollout(models.TextChoices):
    ALL_AT_ONCE = "all-at-once", _("all at once")
    SHADOW = "shadow", _("shadow")
    CANARY = "canary", _("canary")
    AB_TEST = "ab-test", _("A/B test")
    BLUE_GREEN = "blue-green", _("blue-green")


class Direction(models.TextChoices):
    UP = "up", _("should rise")
    DOWN = "down", _("should fall")
    HOLD = "hold", _("should hold")


class Verdict(models.TextChoices):
    """What a post-implementation review finds when it holds the promise against the result."""

    BETTER = "better", _("better than expected")
    AS_EXPECTED = "as_expected", _("as expected")
    WORSE = "worse", _("worse than expected")
    CANNOT_TELL = "cannot_tell", _("cannot tell")


class Topic(models.TextChoices):
    """What a lesson is about."""

    DATA_COLLECTION = "data-collection", _("data collection")
    LABELLING_RULES = "labelling-rules", _("labelling rules")
    FEATURE_DEFINITIONS = "feature-definitions", _("feature definitions")
    DEPLOYMENT_CRITERIA = "deployment-criteria", _("deployment criteria")
    MONITORING = "monitoring", _("monitoring")


class Measured(models.TextChoices):
    """How a measured value stands to its limit; the signs are those of the components."""

    HOLDS = "holds", _("holds")
    CLOSE = "close", _("close")
    FAILS = "fails", _("fails")
