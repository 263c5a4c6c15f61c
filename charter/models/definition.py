from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from charter.models.final import FinalRow
from teams.fields import KeyField, NameField

LONGEST_TEXT = 10_000


class DefinitionText(models.Model):
    """What a definition says: the same fields where it stands today and in each of its versions."""

    class Direction(models.TextChoices):
        HIGHER = "higher", _("higher is better")
        LOWER = "lower", _("lower is better")
        NEITHER = "neither", _("neither")

    name = NameField(_("name"))
    meaning = models.TextField(_("meaning"), validators=[MaxLengthValidator(LONGEST_TEXT)])
    formula = models.TextField(_("formula"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)])
    unit = NameField(_("unit"), max_length=60, blank=True)
    direction = models.CharField(_("direction"), max_length=10, choices=Direction, default=Direction.NEITHER)
    source = NameField(_("source"), max_length=500, blank=True)

    class Meta:
        abstract = True


TEXT_FIELDS = ("name", "meaning", "formula", "unit", "direction", "source")


class Definition(DefinitionText):
    """The organisation's meaning of a metric or term, as it stands today. Changed by `charter.definitions`.

    `number` is that of the version which says the same.
    """

    key = KeyField(_("key"), unique=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="definitions_owned",
    )
    number = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("definition")
        verbose_name_plural = _("definitions")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("charter:definition", args=[self.key])


class DefinitionVersion(DefinitionText, FinalRow):
    """What a definition said from a moment on; without `written_by`, Remit brought it along."""

    definition = models.ForeignKey("charter.Definition", on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(_("written"))

    class Meta:
        ordering = ["-number"]
        verbose_name = _("version of a definition")
        verbose_name_plural = _("versions of definitions")
        constraints = [
            models.UniqueConstraint(fields=["definition", "number"], name="charter_definitionversion_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.number}"
