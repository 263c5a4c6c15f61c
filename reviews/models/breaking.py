from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class GlassBreak(models.Model):
    """A release before the decision, for which two people answer: one asks with a reason, another confirms.

    Made by `reviews.breaking`; it marks the review for ever.
    """

    review = models.OneToOneField("reviews.Review", on_delete=models.CASCADE, related_name="glass_break")
    reason = models.TextField(_("reason"), max_length=5_000)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("release by break-glass")
        verbose_name_plural = _("releases by break-glass")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="reviews_glassbreak_has_reason"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | (Q(confirmed_by__isnull=False, confirmed_at__isnull=False) & ~Q(confirmed_by=F("asked_by"))),
                name="reviews_glassbreak_takes_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review_id}: break-glass"

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None
