from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Round(models.Model):
    """What a round was asked about, word for word: the content whose digest its votes name.

    Kept when the round begins, so that every vote can be held against what the voter saw, also years later.
    """

    review = models.ForeignKey("reviews.Review", on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveIntegerField(_("round"))
    digest = models.CharField(_("digest"), max_length=71)
    content = models.JSONField(_("content"))
    begun_at = models.DateTimeField(_("begun"))

    class Meta:
        ordering = ["number"]
        verbose_name = _("round")
        constraints = [models.UniqueConstraint(fields=["review", "number"], name="reviews_round_once")]

    def __str__(self) -> str:
        return f"{self.review_id}, round {self.number}"


class ReviewLook(models.Model):
    """What a person saw of a review when they last looked, and before that: what has changed since is told first.

    `content` is what stood at the last look, `earlier_content` what stood at the look before it changed.
    """

    review = models.ForeignKey("reviews.Review", on_delete=models.CASCADE, related_name="looks")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(_("digest"), max_length=71)
    content = models.JSONField(_("content"))
    looked_at = models.DateTimeField(_("looked"))
    earlier_content = models.JSONField(_("content before"), null=True, blank=True)
    earlier_at = models.DateTimeField(_("looked before"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("look at a review")
        verbose_name_plural = _("looks at reviews")
        constraints = [models.UniqueConstraint(fields=["review", "person"], name="reviews_reviewlook_once")]

    def __str__(self) -> str:
        return f"{self.person_id} looked at {self.review_id}"
