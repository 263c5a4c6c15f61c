from datetime import time

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

DIGEST_AT = time(10)


class Preferences(models.Model):
    """How a person wants to hear of things; nothing stored means the defaults. Changed by `reminders.preferences`.

    `ways` maps a group of kinds (`reminders.kinds.Group`) to a way; a group that is not named goes at once. Times are
    those of the person's own clock. Urgent notices heed none of it, and the inbox is always written at once.
    """

    class Way(models.TextChoices):
        AT_ONCE = "at_once", _("E-mail at once")
        DIGEST = "digest", _("In the daily digest")
        OFF = "off", _("Inbox only")

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="preferences"
    )
    ways = models.JSONField(_("ways"), default=dict)
    digest_at = models.TimeField(_("daily digest at"), default=DIGEST_AT)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    waits_on_free_days = models.BooleanField(_("waits on free days and holidays"), default=True)

    class Meta:
        ordering = ["person"]
        verbose_name = _("preferences")
        verbose_name_plural = _("preferences")
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="reminders_preferences_quiet_has_both_ends",
            )
        ]

    def __str__(self) -> str:
        return str(self.person)
