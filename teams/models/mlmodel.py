from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from teams.fields import KeyField, NameField


class MLModel(models.Model):
    """An ML system: owned by a team, one person accountable for its whole life. Changed by `teams.registering`.

    Risk tier 1 is the highest, 3 the lowest. A system that nobody is accountable for is a hole, not an error:
    real inventories have them.
    """

    class Stage(models.TextChoices):
        BUILDING = "building", _("being built")
        PILOT = "pilot", _("pilot")
        RUNNING = "running", _("in production")
        RETIRED = "retired", _("retired")

    key = KeyField(_("key"), unique=True)
    name = NameField(_("name"), max_length=300)
    team = models.ForeignKey("teams.Team", verbose_name=_("team"), on_delete=models.PROTECT, related_name="models")
    accountable = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("accountable person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="models_accountable_for",
        help_text=_("Answers for the model's whole life: training, deployment, monitoring, retraining, retirement"),
    )
    tier = models.PositiveSmallIntegerField(
        _("risk tier"), default=3, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    stage = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.RUNNING)
    registry = models.CharField(_("registry link"), max_length=500, blank=True)
    description = models.TextField(_("what it does"), blank=True)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("model")
        verbose_name_plural = _("models")
        constraints = [
            models.CheckConstraint(condition=models.Q(tier__gte=1, tier__lte=3), name="teams_mlmodel_tier_1_to_3")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("portal:model", args=[self.key])
