from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Charter(models.Model):
    """What a team has agreed, over all its versions. A row a team; its lock orders the acts on the versions."""

    team = models.OneToOneField("teams.Team", verbose_name=_("team"), on_delete=models.PROTECT, related_name="charter")

    class Meta:
        ordering = ["team__name"]
        verbose_name = _("charter")
        verbose_name_plural = _("charters")

    def __str__(self) -> str:
        return f"Charter of {self.team}"

    def get_absolute_url(self) -> str:
        return reverse("charter:charter", args=[self.team.key])
