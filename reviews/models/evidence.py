from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from charter.words import EvidenceKind


class Evidence(models.Model):
    """What a review rests on: a statement, with a link, a file or measured values. Attached by `reviews.evidence`.

    A file is kept under its SHA-256 (`reviews.files`); for a link the hash is what the author says it has. `round` is
    the first round that judges it.
    """

    review = models.ForeignKey("reviews.Review", on_delete=models.CASCADE, related_name="evidence")
    round = models.PositiveIntegerField(_("first round"), default=1)
    kind = models.CharField(_("kind"), max_length=20, choices=EvidenceKind)
    summary = models.CharField(_("summary"), max_length=1_000)
    link = models.URLField(_("link"), max_length=1_000, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    media_type = models.CharField(_("type of the file"), max_length=60, blank=True)
    size = models.PositiveIntegerField(_("size of the file in bytes"), null=True, blank=True)
    commit = models.CharField(_("commit"), max_length=64, blank=True)
    attached_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    attached_at = models.DateTimeField(_("attached"))

    class Meta:
        ordering = ["kind", "id"]
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                condition=Q(media_type="", size__isnull=True) | (Q(size__gte=1) & ~Q(sha256="") & ~Q(media_type="")),
                name="reviews_evidence_file_is_whole",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.summary}"

    @property
    def has_file(self) -> bool:
        return self.size is not None


class Measurement(models.Model):
    """A measured value that a piece of evidence brought, of all the data or of a slice of it."""

    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="measurements")
    position = models.PositiveIntegerField(default=0)
    metric = models.CharField(_("metric"), max_length=120)
    value = models.FloatField(_("value"))
    slice = models.CharField(_("slice"), max_length=120, blank=True)
    dataset = models.CharField(_("data set"), max_length=200, blank=True)

    class Meta:
        ordering = ["evidence", "position"]
        verbose_name = _("measured value")
        verbose_name_plural = _("measured values")
        constraints = [
            models.UniqueConstraint(
                fields=["evidence", "metric", "slice", "dataset"], name="reviews_measurement_once_a_piece"
            )
        ]

    def __str__(self) -> str:
        return f"{self.metric} = {self.value:g}"


class EvidenceWaiver(models.Model):
    """A kind of evidence that an approver lets a review go without, with the reason. Made by `reviews.waiving`."""

    review = models.ForeignKey("reviews.Review", on_delete=models.CASCADE, related_name="waivers")
    kind = models.CharField(_("kind"), max_length=20, choices=EvidenceKind)
    reason = models.TextField(_("reason"), max_length=5_000)
    waived_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    waived_at = models.DateTimeField(_("waived"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("waived evidence")
        verbose_name_plural = _("waived evidence")
        constraints = [
            models.UniqueConstraint(fields=["review", "kind"], name="reviews_evidencewaiver_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="reviews_evidencewaiver_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.review_id}: {self.kind}"
