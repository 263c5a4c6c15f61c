from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from charter.words import VersionState


class Version(models.Model):
    """One version of a charter. Its content stands in rows (stages, cells, rights …) while it is a draft.

    Proposing or realigning freezes it: `document` then holds the canonical document and `digest` its SHA-256, and
    neither they nor the rows change again (a database trigger holds that too). An edit during signature returns it
    to a draft and clears both. States are moved by `charter.drafting`, `charter.ratification`, `charter.realignment`.
    """

    charter = models.ForeignKey("charter.Charter", on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=12, choices=VersionState, default=VersionState.DRAFT)
    purpose = models.TextField(_("purpose"), blank=True)
    north_star = models.CharField(_("north star"), max_length=500, blank=True)
    north_star_target = models.CharField(_("target"), max_length=500, blank=True)
    north_star_by = models.DateField(_("by"), null=True, blank=True)
    pir_after = models.CharField(_("post-implementation review after"), max_length=24, blank=True)
    document = models.JSONField(_("document"), null=True, blank=True, editable=False)
    digest = models.CharField(_("digest"), max_length=71, blank=True, editable=False)
    based_on = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="successors")
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    drafted_at = models.DateTimeField(_("drafted"))
    edited_at = models.DateTimeField(_("last edited"))
    proposed_at = models.DateTimeField(_("proposed"), null=True, blank=True)
    in_force_from = models.DateTimeField(_("in force from"), null=True, blank=True)
    in_force_until = models.DateTimeField(_("in force until"), null=True, blank=True)
    interim_until = models.DateTimeField(_("interim until"), null=True, blank=True)
    interim_reason = models.TextField(_("reason for realigning"), blank=True)

    class Meta:
        ordering = ["charter", "-number"]
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = [
            models.UniqueConstraint(fields=["charter", "number"], name="charter_version_number_once"),
            models.UniqueConstraint(
                fields=["charter"],
                condition=Q(state__in=[VersionState.DRAFT, VersionState.PROPOSED]),
                name="charter_version_one_open_draft",
            ),
            models.UniqueConstraint(
                fields=["charter"], condition=Q(state=VersionState.RATIFIED), name="charter_version_one_ratified"
            ),
            models.UniqueConstraint(
                fields=["charter"], condition=Q(state=VersionState.INTERIM), name="charter_version_one_interim"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[VersionState.DRAFT, VersionState.WITHDRAWN]) | ~Q(digest=""),
                name="charter_version_frozen_has_digest",
            ),
            models.CheckConstraint(
                condition=~Q(state=VersionState.INTERIM) | Q(interim_until__isnull=False),
                name="charter_version_interim_has_end",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of the charter of {self.charter.team}"

    def get_absolute_url(self) -> str:
        return reverse("charter:version", args=[self.charter.team.key, self.number])

    @property
    def is_open(self) -> bool:
        """A draft or a proposal: what the editor opens."""
        return self.state in (VersionState.DRAFT, VersionState.PROPOSED)
