from typing import Any

from django.conf import settings
from django.core.validators import MaxLengthValidator, RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from charter.models.final import FinalRow
from teams.fields import KeyField, NameField

LONGEST_TEXT = 20_000
REFERENCE_PATTERN = r"^MCR-[0-9]{6,15}$"


def _text(label: Any, *, blank: bool = True) -> models.TextField:
    return models.TextField(label, blank=blank, validators=[MaxLengthValidator(LONGEST_TEXT)])


class DecisionText(models.Model):
    """What the log says of a decision, in Markdown: the same fields as it reads today and as it read before."""

    title = NameField(_("title"))
    outcome = _text(_("what was decided"), blank=False)
    options = _text(_("options"))
    rationale = _text(_("rationale"))
    dissent = _text(_("dissent"))

    class Meta:
        abstract = True


TEXT_FIELDS = ("title", "outcome", "options", "rationale", "dissent")


class Decision(DecisionText):
    """Something that a team decided. Written by `charter.deciding`; `number` is that of its newest text.

    `right_key` names the decision right of the team's charter under which it was taken; `version` is the charter that
    was in force when it was written down.
    """

    team = models.ForeignKey("teams.Team", verbose_name=_("team"), on_delete=models.PROTECT, related_name="decisions")
    deciders = models.ManyToManyField(settings.AUTH_USER_MODEL, verbose_name=_("who decided"), related_name="decided")
    decided_on = models.DateField(_("decided on"))
    right_key = KeyField(_("decision right"), blank=True)
    version = models.ForeignKey(
        "charter.Version", null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    review_ref = models.CharField(
        _("review"),
        max_length=20,
        blank=True,
        validators=[RegexValidator(REFERENCE_PATTERN, _("Write it as MCR-000123."))],
    )
    revisit_on = models.DateField(_("revisit on"), null=True, blank=True)
    number = models.PositiveIntegerField(_("text"), default=1)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(_("written"))

    class Meta:
        ordering = ["-decided_on", "-id"]
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        indexes = [models.Index(fields=["team", "-decided_on"], name="charter_decision_team")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("charter:decision", args=[self.pk])


class DecisionRevision(DecisionText, FinalRow):
    """What the log said of a decision from a moment on."""

    decision = models.ForeignKey("charter.Decision", on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(_("text"))
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(_("written"))

    class Meta:
        ordering = ["-number"]
        verbose_name = _("text of a decision")
        verbose_name_plural = _("texts of decisions")
        constraints = [
            models.UniqueConstraint(fields=["decision", "number"], name="charter_decisionrevision_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.title}, text {self.number}"
