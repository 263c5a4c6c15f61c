from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Charter(models.Model):
    """What a team has agreed, over all its versions. A row a team; its lock orders the acts on the versions.

    `signing_share` and `silence_days` say when a version counts as agreed (`charter.signing.is_agreed`); they are set
    by `charter.terms`, and never while a version is out for signature.
    """

    team = models.OneToOneField("teams.Team", verbose_name=_("team"), on_delete=models.PROTECT, related_name="charter")
    signing_share = models.PositiveSmallIntegerField(
        _("share of the signers, in percent"),
        default=100,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("100 means that all who are asked must sign."),
    )
    silence_days = models.PositiveSmallIntegerField(
        _("days after which silence is consent"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
        help_text=_("Left empty, silence never counts. At least one person signs in any case."),
    )

    class Meta:
        ordering = ["team__name"]
        verbose_name = _("charter")
        verbose_name_plural = _("charters")
        constraints = [
            models.CheckConstraint(
                condition=Q(signing_share__gte=1, signing_share__lte=100), name="charter_charter_share_1_to_100"
            ),
            models.CheckConstraint(
                condition=Q(silence_days__isnull=True) | Q(silence_days__gte=1, silence_days__lte=90),
                name="charter_charter_silence_1_to_90",
            ),
        ]

    def __str__(self) -> str:
        return f"Charter of {self.team}"

    def get_absolute_url(self) -> str:
        return reverse("charter:charter", args=[self.team.key])
