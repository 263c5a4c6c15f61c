from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from teams.fields import NameField


class Endpoint(models.Model):
    """Where a team is told beside its people: a webhook, or a room of a chat. Changed by `reminders.endpoints`.

    Address and secrets are sealed (`reminders.sealing`); `place` is what of the address everybody may see. While a
    secret rotates the previous one signs as well, until `previous_until`. `kinds` are the kinds of occasion it hears
    of; `names_people` says whether a webhook names those whom an occasion concerns.
    """

    class Way(models.TextChoices):
        WEBHOOK = "webhook", _("webhook")
        CHAT = "chat", _("chat")

    class Because(models.TextChoices):
        """Why it is disabled."""

        BY_HAND = "by_hand", _("somebody switched it off")
        GONE = "gone", _("its receiver said that it is gone")

    team = models.ForeignKey("teams.Team", on_delete=models.CASCADE, related_name="endpoints")
    way = models.CharField(_("way"), max_length=10, choices=Way)
    name = NameField(_("name"), max_length=80)
    place = models.CharField(_("where"), max_length=300)
    sealed_address = models.TextField(editable=False)
    sealed_secret = models.TextField(blank=True, editable=False)
    sealed_previous = models.TextField(blank=True, editable=False)
    previous_until = models.DateTimeField(_("previous secret signs until"), null=True, blank=True)
    kinds = models.JSONField(_("hears of"), default=list)
    names_people = models.BooleanField(_("names people"), default=False)
    created_at = models.DateTimeField(_("added"))
    disabled_at = models.DateTimeField(_("disabled"), null=True, blank=True)
    disabled_because = models.CharField(_("why"), max_length=10, choices=Because, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        constraints = [
            models.CheckConstraint(
                condition=Q(way="webhook") & ~Q(sealed_secret="") | Q(way="chat", sealed_secret="", sealed_previous=""),
                name="reminders_endpoint_webhook_has_secret",
            ),
            models.CheckConstraint(
                condition=Q(sealed_previous="", previous_until__isnull=True)
                | ~Q(sealed_previous="") & Q(previous_until__isnull=False),
                name="reminders_endpoint_previous_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(disabled_because="", disabled_at__isnull=True)
                | ~Q(disabled_because="") & Q(disabled_at__isnull=False),
                name="reminders_endpoint_disabled_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        """Whether anything is sent there."""
        return self.disabled_at is None
