from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Comment(models.Model):
    """What somebody said about a review outside of a vote; an answer hangs on the comment that began the thread."""

    review = models.ForeignKey("reviews.Review", on_delete=models.CASCADE, related_name="comments")
    answers = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.TextField(_("comment"), max_length=5_000)
    mentioned = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    written_at = models.DateTimeField(_("written"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("comment")
        constraints = [models.CheckConstraint(condition=~Q(body=""), name="reviews_comment_says_something")]

    def __str__(self) -> str:
        return f"{self.author_id} on {self.review_id}"
