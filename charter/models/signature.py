from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Signature(models.Model):
    """A person who is asked to sign a proposed version, and what they answered. Moved by `charter.ratification`.

    `digest` is what the answer was given to; an edit of the version voids the answer, and the row says so.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        SIGNED = "signed", _("signed")
        OBJECTED = "objected", _("objected")
        VOID = "void", _("void")

    version = models.ForeignKey("charter.Version", on_delete=models.CASCADE, related_name="signatures")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signatures")
    roles = models.JSONField(_("signs as"), default=list, help_text=_("Roles as the charter writes them"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    digest = models.CharField(_("digest"), max_length=71)
    reason = models.TextField(_("objection"), blank=True)
    asked_at = models.DateTimeField(_("asked"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        ordering = ["asked_at", "id"]
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "person"], condition=~Q(state="void"), name="charter_signature_one_standing"
            ),
            models.CheckConstraint(
                condition=~Q(state="objected") | ~Q(reason=""), name="charter_signature_objection_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.state}"
