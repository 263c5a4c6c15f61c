from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reviews.words import Direction


class Expectation(models.Model):
    """What the change should do to a metric, and the value that was actually measured after release."""

    review = models.ForeignKey("reviews.Review", on_delete=models.CASCADE, related_name="expectations")
    position = models.PositiveIntegerField(default=0)
    metric = models.CharField(_("metric"), max_length=120)
    direction = models.CharField(_("direction"), max_length=5, choices=Direction)
    expected = models.FloatField(_("expected"), null=True, blank=True)
    low = models.FloatField(_("low"), null=True, blank=True)
    high = models.FloatField(_("high"), null=True, blank=True)
    by = models.DateField(_("by"), null=True, blank=True)
    actual = models.FloatField(_("actual"), null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("expectation")
        constraints = [
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lte=F("high")),
                name="reviews_expectation_low_to_high",
            )
        ]

    def __str__(self) -> str:
        return self.metric
