from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Signature(models.Model):
    """A person who is asked to sign a version, and what they answered. Moved by `charter.ratification`, `objections`.

    `digest` is what the answer was given to; an edit of the version voids the answer, and the row says so. An
    objection stands until it is withdrawn (its person is asked again), signed over, or overruled with a ruling.
    `excused` are those who held no seat any more before they answered, and those without whom it was ratified.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        SIGNED = "signed", _("signed")
        OBJECTED = "objected", _("objected")
        SILENT = "silent", _("consented by silence")
        OVERRULED = "overruled", _("overruled")
        EXCUSED = "excused", _("no longer asked")
        VOID = "void", _("void")

    version = models.ForeignKey("charter.Version", on_delete=models.CASCADE, related_name="signatures")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signatures")
    roles = models.JSONField(_("signs as"), default=list, help_text=_("Roles as the charter writes them"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    digest = models.CharField(_("digest"), max_length=71)
    reason = models.TextField(_("objection"), blank=True)
    asked_at = models.DateTimeField(_("asked"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    overruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    overruled_at = models.DateTimeField(_("overruled"), null=True, blank=True)
    ruling = models.TextField(_("why it was overruled"), blank=True)

    class Meta:
        ordering = ["asked_at", "id"]
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "person"],
                condition=~Q(state__in=["void", "excused"]),
                name="charter_signature_one_standing",
            ),
            models.CheckConstraint(
                condition=~Q(state="objected") | ~Q(reason=""), name="charter_signature_objection_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state="overruled") | (~Q(ruling="") & Q(overruled_by__isnull=False)),
                name="charter_signature_overruled_by_with_ruling",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.state}"


class Remark(models.Model):
    """An answer in the thread of an objection. Written by `charter.objections`, never changed."""

    signature = models.ForeignKey("charter.Signature", on_delete=models.CASCADE, related_name="remarks")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("answer"), max_length=5_000)
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["at", "id"]
        verbose_name = _("answer to an objection")
        verbose_name_plural = _("answers to objections")

    def __str__(self) -> str:
        return f"{self.person}: {self.text[:40]}"
