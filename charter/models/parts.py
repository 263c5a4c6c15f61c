"""What the rows of a version share."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class VersionPart(models.Model):
    """A row of a version's content, in its place."""

    version = models.ForeignKey("charter.Version", on_delete=models.CASCADE, related_name="%(class)ss")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position", "id"]


class RoleMention(models.Model):
    """A role as a charter writes it: `data-scientist` (without team: its own) or `governance/compliance-lead`."""

    role = models.ForeignKey("teams.Role", verbose_name=_("role"), on_delete=models.PROTECT, related_name="+")
    role_team = models.ForeignKey(
        "teams.Team", verbose_name=_("of team"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True

    @property
    def ref(self) -> str:
        return f"{self.role_team.key}/{self.role.key}" if self.role_team else self.role.key


class OptionalRoleMention(models.Model):
    """A role that may be left open: a right without driver, a ritual without facilitator."""

    role = models.ForeignKey(
        "teams.Role", verbose_name=_("role"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    role_team = models.ForeignKey(
        "teams.Team", verbose_name=_("of team"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True

    @property
    def ref(self) -> str | None:
        if self.role is None:
            return None
        return f"{self.role_team.key}/{self.role.key}" if self.role_team else self.role.key
