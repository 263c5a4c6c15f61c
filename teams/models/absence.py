from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Absence(models.Model):
    """Days on which a person cannot be reached; both days included, in the person's own time zone."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="absences"
    )
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    note = models.CharField(_("note for colleagues"), max_length=200, blank=True)

    class Meta:
        ordering = ["first_on", "id"]
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="teams_absence_ends_after_it_starts")
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.first_on} to {self.last_on}"
