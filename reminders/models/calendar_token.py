from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarToken(models.Model):
    """The secret in the address of a calendar feed. Made and revoked by `reminders.feeds.tokens`.

    It belongs to a person. Without a team the feed shows what is due for that person, else what is due in the team.
    Only its SHA-256 is stored; the address is shown once, when it is made. A plain hash suffices: the token carries
    240 random bits.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="calendar_tokens"
    )
    team = models.ForeignKey(
        "teams.Team",
        verbose_name=_("team"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="calendar_tokens",
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("last four characters"), max_length=4, editable=False)
    created_at = models.DateTimeField(_("created"))
    last_used_on = models.DateField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("calendar token")
        verbose_name_plural = _("calendar tokens")

    def __str__(self) -> str:
        return f"…{self.hint}"
