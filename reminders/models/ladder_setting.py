from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LadderSetting(models.Model):
    """When people hear of a kind of occasion, where that is not what the kind itself says. Set by `reminders.ladders`.

    Without a team it holds for the organisation; a team's own comes before it. `steps` are the names of steps
    ("-7d", "0d", "+2d", "-4h") as `reminders.ladder` reads them.
    """

    kind = models.CharField(_("kind of occasion"), max_length=40)
    team = models.ForeignKey(
        "teams.Team", verbose_name=_("team"), null=True, blank=True, on_delete=models.CASCADE, related_name="ladders"
    )
    steps = models.JSONField(_("steps"), default=list)

    class Meta:
        ordering = ["kind", "team"]
        verbose_name = _("ladder")
        verbose_name_plural = _("ladders")
        constraints = [
            models.UniqueConstraint(fields=["kind", "team"], name="reminders_laddersetting_once_a_team"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(team__isnull=True), name="reminders_laddersetting_once_for_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {', '.join(self.steps)}"
