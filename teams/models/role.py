from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from teams.fields import KeyField, NameField


class Discipline(models.TextChoices):
    BUSINESS = "business", _("business")
    PRODUCT = "product", _("product")
    DATA = "data", _("data")
    SCIENCE = "science", _("science")
    ENGINEERING = "engineering", _("engineering")
    OPERATIONS = "operations", _("operations")
    GOVERNANCE = "governance", _("governance")


class Role(models.Model):
    """An entry of the organisation's role catalogue. Changed by `teams.catalogue`."""

    key = KeyField(_("key"), unique=True)
    name = NameField(_("name"))
    discipline = models.CharField(_("discipline"), max_length=20, choices=Discipline)
    description = models.TextField(_("description"), blank=True)
    skills = models.JSONField(_("skills"), default=list, blank=True)
    tools = models.JSONField(_("tools"), default=list, blank=True)
    position = models.PositiveIntegerField(_("position"), default=100, help_text=_("Where it stands in a matrix"))

    class Meta:
        ordering = ["position", "name", "id"]
        verbose_name = _("role")
        verbose_name_plural = _("roles")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("teams:roles") + f"#{self.key}"
