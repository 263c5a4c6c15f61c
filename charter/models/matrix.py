from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from charter.models.parts import RoleMention, VersionPart
from charter.words import Letter
from teams.fields import KeyField


class Stage(VersionPart):
    """A lifecycle stage: a row of the matrix."""

    key = KeyField(_("key"))
    name = models.CharField(_("name"), max_length=500)
    outcome = models.TextField(_("outcome"), blank=True)

    class Meta(VersionPart.Meta):
        verbose_name = _("stage")
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="charter_stage_key_once")]

    def __str__(self) -> str:
        return self.name


class Column(VersionPart, RoleMention):
    """A role of the matrix. It may stand there before it has a letter; only letters are part of the document."""

    class Meta(VersionPart.Meta):
        verbose_name = _("role of the matrix")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "role"], condition=Q(role_team__isnull=True), name="charter_column_own_role_once"
            ),
            models.UniqueConstraint(
                fields=["version", "role", "role_team"],
                condition=Q(role_team__isnull=False),
                name="charter_column_other_role_once",
            ),
        ]

    def __str__(self) -> str:
        return self.ref


class Cell(models.Model):
    """A letter of the matrix. An empty cell has no row."""

    stage = models.ForeignKey("charter.Stage", on_delete=models.CASCADE, related_name="cells")
    column = models.ForeignKey("charter.Column", on_delete=models.CASCADE, related_name="cells")
    letter = models.CharField(_("letter"), max_length=2, choices=Letter)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(_("changed"), null=True)

    class Meta:
        verbose_name = _("cell")
        constraints = [
            models.UniqueConstraint(fields=["stage", "column"], name="charter_cell_once"),
            models.CheckConstraint(condition=Q(letter__in=Letter.values), name="charter_cell_known_letter"),
        ]

    def __str__(self) -> str:
        return f"{self.stage_id} × {self.column_id}: {self.letter}"
