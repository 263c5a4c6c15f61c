from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from teams.fields import KeyField, NameField, TimeZoneField


class Structure(models.TextChoices):
    EMBEDDED = "embedded", _("embedded")
    PLATFORM = "platform", _("platform")
    HUB = "hub", _("hub")
    SPOKE = "spoke", _("spoke")
    CENTRALIZED = "centralized", _("centralized")
    SQUAD = "squad", _("squad")
    HYBRID = "hybrid", _("hybrid")


class Team(models.Model):
    """A team: it has a parent or none, a structure, a lead and one charter. Changed by `teams.founding`."""

    key = KeyField(_("key"), unique=True)
    name = NameField(_("name"))
    parent = models.ForeignKey(
        "self", verbose_name=_("parent"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    structure = models.CharField(_("structure"), max_length=20, choices=Structure, default=Structure.EMBEDDED)
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("lead"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="teams_led",
    )
    timezone = TimeZoneField(_("time zone"))
    holidays = models.CharField(
        _("holiday calendar"),
        max_length=10,
        blank=True,
        help_text=_("Country, or country and region, as in DE or DE-BY"),
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        constraints = [
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="teams_team_not_its_own_parent")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("portal:team", args=[self.key])
