from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reviews.words import VoteWord


class Vote(models.Model):
    """What a named person answered in a round, bound to the digest of what was seen. Cast by `reviews.voting`.

    `on_behalf_of` is the absent person whose deputy the voter was: both names stay on record.
    Voting again in the same round adds a vote; the newest of a person counts. Votes of earlier rounds are kept.
    """

    review = models.ForeignKey("reviews.Review", on_delete=models.CASCADE, related_name="votes")
    round = models.PositiveIntegerField(_("round"))
    voter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="votes")
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    vote = models.CharField(_("vote"), max_length=16, choices=VoteWord)
    digest = models.CharField(_("digest"), max_length=71)
    comment = models.TextField(_("comment"), max_length=5_000, blank=True)
    cast_at = models.DateTimeField(_("cast"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("vote")
        constraints = [
            models.CheckConstraint(
                condition=Q(vote__in=["approve", "abstain"]) | ~Q(comment=""), name="reviews_vote_no_has_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.voter}: {self.vote}"
