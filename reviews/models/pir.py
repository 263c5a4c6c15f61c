from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from reviews.words import Topic, Verdict


class PostImplementationReview(models.Model):
    """What became of a change: the verdict and what was learnt. Made by `reviews.releasing.close_review`.

    The actual values stand beside what was expected, in `Expectation.actual`.
    """

    review = models.OneToOneField("reviews.Review", on_delete=models.CASCADE, related_name="pir")
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict)
    lessons = models.TextField(_("lessons"), max_length=20_000, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(_("closed"))

    class Meta:
        ordering = ["-closed_at", "-id"]
        verbose_name = _("post-implementation review")
        verbose_name_plural = _("post-implementation reviews")
        constraints = [
            models.CheckConstraint(condition=models.Q(verdict__in=Verdict.values), name="reviews_pir_known_verdict")
        ]

    def __str__(self) -> str:
        return f"{self.review_id}: {self.verdict}"


class Lesson(models.Model):
    """What was learnt about one part of the work."""

    pir = models.ForeignKey(PostImplementationReview, on_delete=models.CASCADE, related_name="sorted_lessons")
    topic = models.CharField(_("about"), max_length=20, choices=Topic)
    text = models.TextField(_("lesson"), max_length=20_000)

    class Meta:
        ordering = ["id"]
        verbose_name = _("lesson")
        constraints = [models.UniqueConstraint(fields=["pir", "topic"], name="reviews_lesson_once_a_topic")]

    def __str__(self) -> str:
        return f"{self.topic}: {self.text[:60]}"
