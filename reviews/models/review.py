from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from charter.words import Kind
from reviews.words import ReviewState, Rollout


class Review(models.Model):
    """A model-change review: a proposed change to a model. Its reference is its id, MCR-000123.

    On submission it stores the charter version, the right that matched (its key) and the people resolved (`driver`,
    `places`); a later change of charter leaves the running round alone. `digest` is what a vote is bound to: the
    SHA-256 of content, expectations, evidence and round, kept current by every act that changes one of them. States
    are moved by `reviews.submitting`, `reviews.voting`, `reviews.releasing`.
    """

    model = models.ForeignKey(
        "teams.MLModel", verbose_name=_("model"), on_delete=models.PROTECT, related_name="reviews"
    )
    version = models.CharField(_("version"), max_length=100)
    kind = models.CharField(_("kind of change"), max_length=20, choices=Kind)
    title = models.CharField(_("title"), max_length=200)
    what = models.TextField(_("what changes"), max_length=20_000)
    why = models.TextField(_("why"), max_length=20_000, blank=True)
    rollout = models.CharField(_("rollout"), max_length=12, choices=Rollout, blank=True)
    rollback_plan = models.TextField(_("rollback plan"), max_length=20_000, blank=True)
    links = models.JSONField(_("links"), default=list, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=ReviewState, default=ReviewState.DRAFT)
    round = models.PositiveIntegerField(_("round"), default=0)
    digest = models.CharField(_("digest"), max_length=71, blank=True, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), on_delete=models.PROTECT, related_name="reviews_written"
    )
    charter_version = models.ForeignKey(
        "charter.Version", null=True, blank=True, on_delete=models.PROTECT, related_name="reviews"
    )
    driver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("driver"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reviews_driven",
    )
    right_key = models.CharField(_("decision right"), max_length=60, blank=True)
    drafted_at = models.DateTimeField(_("drafted"))
    edited_at = models.DateTimeField(_("edited"))
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    decide_by = models.DateTimeField(_("decide by"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    rolled_back_at = models.DateTimeField(_("rolled back"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    reason = models.TextField(_("reason for the last act"), blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("model-change review")
        verbose_name_plural = _("model-change reviews")
        indexes = [
            models.Index(fields=["state", "decide_by"], name="reviews_review_state_due"),
            models.Index(fields=["model", "version"], name="reviews_review_model_version"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn", "expired"])
                | (Q(submitted_at__isnull=False, charter_version__isnull=False) & ~Q(digest="") & ~Q(right_key="")),
                name="reviews_review_submitted_is_bound",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["released", "rolled_back", "reviewed"]) | Q(released_at__isnull=False),
                name="reviews_review_released_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref}: {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("reviews:detail", args=[self.ref])

    @property
    def ref(self) -> str:
        return f"MCR-{self.pk:06d}"


class Contributor(models.Model):
    """Somebody who wrote, edited or attached evidence, and therefore does not vote."""

    class How(models.TextChoices):
        AUTHOR = "author", _("wrote it")
        EDITOR = "editor", _("edited it")
        EVIDENCE = "evidence", _("attached evidence")

    review = models.ForeignKey("reviews.Review", on_delete=models.CASCADE, related_name="contributors")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="contributions")
    how = models.CharField(_("how"), max_length=10, choices=How)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["review", "person", "how"], name="reviews_contributor_once")]

    def __str__(self) -> str:
        return f"{self.person}: {self.how}"
