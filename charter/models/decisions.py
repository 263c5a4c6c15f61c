from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from charter.models.parts import OptionalRoleMention, RoleMention, VersionPart
from teams.fields import KeyField


class DecisionRight(VersionPart, OptionalRoleMention):
    """Who decides which kinds of change on which tiers. The role mentioned is the driver; empty lists mean all."""

    key = KeyField(_("key"))
    kinds = models.JSONField(_("kinds of change"), default=list, blank=True)
    tiers = models.JSONField(_("tiers"), default=list, blank=True)
    is_automatic = models.BooleanField(_("approved automatically"), default=False)
    decide_within = models.CharField(_("decide within"), max_length=24, blank=True)
    overdue = models.CharField(_("path that a late decision climbs"), max_length=60, blank=True)

    class Meta(VersionPart.Meta):
        verbose_name = _("decision right")
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="charter_decisionright_key_once")]

    def __str__(self) -> str:
        return self.key


class ApproverPlace(RoleMention):
    """`count` distinct people of a role must approve."""

    right = models.ForeignKey("charter.DecisionRight", on_delete=models.CASCADE, related_name="places")
    position = models.PositiveIntegerField(default=0)
    count = models.PositiveSmallIntegerField(_("how many"), default=1)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("approver place")
        constraints = [
            models.CheckConstraint(condition=Q(count__gte=1, count__lte=20), name="charter_approverplace_1_to_20")
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.ref}"


class Voice(RoleMention):
    """A role that a right consults (contributor) or tells (informed)."""

    class Part(models.TextChoices):
        CONTRIBUTOR = "contributor", _("contributor")
        INFORMED = "informed", _("informed")

    right = models.ForeignKey("charter.DecisionRight", on_delete=models.CASCADE, related_name="voices")
    position = models.PositiveIntegerField(default=0)
    part = models.CharField(_("part"), max_length=12, choices=Part)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("voice")

    def __str__(self) -> str:
        return f"{self.part}: {self.ref}"
