from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Seat(models.Model):
    """A person holding a role in a team from a date until a date, or open. Changed by `teams.seating`.

    `until` is the last day on which the seat is held. The primary is unique a team and role at any date; of the
    seats without an end the database holds that itself, of the others `teams.seating` does under the team's lock.
    """

    class Kind(models.TextChoices):
        PRIMARY = "primary", _("primary")
        DEPUTY = "deputy", _("deputy")
        MEMBER = "member", _("member")

    team = models.ForeignKey("teams.Team", verbose_name=_("team"), on_delete=models.CASCADE, related_name="seats")
    role = models.ForeignKey("teams.Role", verbose_name=_("role"), on_delete=models.PROTECT, related_name="seats")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="seats"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.MEMBER)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ["team", "role__position", "-kind", "since", "id"]
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="teams_seat_ends_after_it_starts"
            ),
            models.UniqueConstraint(
                fields=["team", "role"],
                condition=Q(kind="primary", until__isnull=True),
                name="teams_seat_one_open_primary",
            ),
            models.UniqueConstraint(
                fields=["team", "role", "person", "since"], name="teams_seat_once_a_person_and_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.role} ({self.kind}), {self.team}"
