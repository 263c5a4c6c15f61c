from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from charter.models.parts import OptionalRoleMention, VersionPart
from charter.words import Hours
from teams.fields import KeyField


class EscalationPath(VersionPart):
    """Triggers × severities → ordered levels; empty lists mean all."""

    key = KeyField(_("key"))
    triggers = models.JSONField(_("triggers"), default=list, blank=True)
    severities = models.JSONField(_("severities"), default=list, blank=True)
    hours = models.CharField(_("hours"), max_length=10, choices=Hours, default=Hours.ALWAYS)

    class Meta(VersionPart.Meta):
        verbose_name = _("escalation path")
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="charter_escalationpath_key_once")]

    def __str__(self) -> str:
        return self.key


class EscalationLevel(OptionalRoleMention):
    """Whom to call: a role, the lead of a team, a path or a rotation of a team (`target_team` and `target_key`)."""

    class To(models.TextChoices):
        ROLE = "role", _("role")
        LEAD = "lead", _("lead")
        PATH = "path", _("path")
        ROTATION = "rotation", _("rotation")

    path = models.ForeignKey("charter.EscalationPath", on_delete=models.CASCADE, related_name="levels")
    position = models.PositiveIntegerField(default=0)
    to = models.CharField(_("calls"), max_length=10, choices=To, default=To.ROLE)
    target_team = models.ForeignKey(
        "teams.Team", verbose_name=_("team"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    target_key = models.CharField(_("path or rotation"), max_length=60, blank=True)
    acknowledge_within = models.CharField(_("acknowledge within"), max_length=24, blank=True)
    channels = models.JSONField(_("channels"), default=list, blank=True)
    repeat = models.PositiveSmallIntegerField(_("further calls"), default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("escalation level")
        constraints = [
            models.CheckConstraint(
                condition=Q(to="role", role__isnull=False, target_team__isnull=True)
                | Q(to="lead", role__isnull=True, target_team__isnull=False)
                | (Q(to__in=["path", "rotation"], role__isnull=True, target_team__isnull=False) & ~Q(target_key="")),
                name="charter_escalationlevel_one_target",
            ),
            models.CheckConstraint(condition=Q(repeat__lte=20), name="charter_escalationlevel_repeat_to_20"),
        ]

    def __str__(self) -> str:
        return f"{self.to} {self.ref or self.target_team_id}"
