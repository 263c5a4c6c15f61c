from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from charter.words import EvidenceKind


class Evidence(models.Model):
    """What a review rests on: a statement, a link, or both. Attached by `reviews.evidence`."""

    review = models.ForeignKey("reviews.Review", on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField(_("kind"), max_length=20, choices=EvidenceKind)
    summary = models.CharField(_("summary"), max_length=1_000)
    link = models.URLField(_("link"), max_length=1_000, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    attached_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    attached_at = models.DateTimeField(_("attached"))

    class Meta:
        ordering = ["kind", "id"]
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")

    def __str__(self) -> str:
        return f"{self.kind}: {self.summary}"
