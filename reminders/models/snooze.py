from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Snooze(models.Model):
    """A person does not want to hear of an occasion before a moment. Set by `reminders.snoozing`.

    `until` is empty once that moment has come and the person was told again. `times` counts, so that each snooze gives
    a notice with a key of its own.
    """

    occasion = models.ForeignKey("reminders.Occasion", on_delete=models.CASCADE, related_name="snoozes")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="snoozes")
    until = models.DateTimeField(_("until"), null=True, blank=True)
    times = models.PositiveSmallIntegerField(_("times"), default=0)

    class Meta:
        ordering = ["id"]
        verbose_name = _("snooze")
        verbose_name_plural = _("snoozes")
        indexes = [
            models.Index(fields=["until"], condition=Q(until__isnull=False), name="reminders_snooze_until"),
        ]
        constraints = [models.UniqueConstraint(fields=["occasion", "person"], name="reminders_snooze_once_a_person")]

    def __str__(self) -> str:
        return f"{self.person}: {self.occasion}"
