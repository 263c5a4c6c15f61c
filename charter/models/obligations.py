from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from charter.models.parts import OptionalRoleMention, VersionPart
from charter.words import EvidenceKind, RitualKind, Severity, Then, Trigger
from teams.fields import KeyField, TimeZoneField


class Threshold(VersionPart):
    """Metric, limit, window → automated action. `model_keys` names models; empty means all of the team."""

    key = KeyField(_("key"))
    metric = KeyField(_("metric"))
    model_keys = models.JSONField(_("models"), default=list, blank=True)
    above = models.FloatField(_("above"), null=True, blank=True)
    below = models.FloatField(_("below"), null=True, blank=True)
    clears_below = models.FloatField(_("clears below"), null=True, blank=True)
    clears_above = models.FloatField(_("clears above"), null=True, blank=True)
    window = models.CharField(_("window"), max_length=24, blank=True)
    then = models.CharField(_("then"), max_length=20, choices=Then)
    severity = models.CharField(_("severity"), max_length=4, choices=Severity, blank=True)
    trigger = models.CharField(_("trigger"), max_length=20, choices=Trigger, blank=True)

    class Meta(VersionPart.Meta):
        verbose_name = _("threshold")
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="charter_threshold_key_once")]

    def __str__(self) -> str:
        return self.key


class EvidenceRequirement(VersionPart):
    """A kind of evidence that a review of a tier must carry."""

    tier = models.PositiveSmallIntegerField(_("tier"))
    kind = models.CharField(_("kind"), max_length=20, choices=EvidenceKind)

    class Meta(VersionPart.Meta):
        ordering = ["tier", "position", "id"]
        verbose_name = _("evidence requirement")
        constraints = [
            models.UniqueConstraint(fields=["version", "tier", "kind"], name="charter_evidencerequirement_once"),
            models.CheckConstraint(condition=Q(tier__gte=1, tier__lte=3), name="charter_evidencerequirement_tier"),
        ]

    def __str__(self) -> str:
        return f"tier {self.tier}: {self.kind}"


class Ritual(VersionPart, OptionalRoleMention):
    """A recurring meeting; the role mentioned facilitates it."""

    key = KeyField(_("key"))
    kind = models.CharField(_("kind"), max_length=20, choices=RitualKind)
    cadence = models.CharField(_("cadence"), max_length=500, help_text=_("RFC 5545 RRULE"))
    starts_on = models.DateField(_("from"))
    at = models.TimeField(_("at"))
    timezone = TimeZoneField(_("time zone"))

    class Meta(VersionPart.Meta):
        verbose_name = _("ritual")
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="charter_ritual_key_once")]

    def __str__(self) -> str:
        return self.key


class Waiver(VersionPart):
    """A finding that the team accepts until a day."""

    rule = models.CharField(_("rule"), max_length=10)
    at = models.CharField(_("at"), max_length=500)
    reason = models.CharField(_("reason"), max_length=500)
    until = models.DateField(_("until"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta(VersionPart.Meta):
        verbose_name = _("waiver")

    def __str__(self) -> str:
        return f"{self.rule} {self.at}"
