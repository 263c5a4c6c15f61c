from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Occasion(models.Model):
    """Something that falls due for somebody. Made by `reminders.occasions`.

    `key` is unique: `schedule:local-date`, or `source:id:kind`. `url` is the one place where it is dealt with.
    `sequence` counts how often it moved (RFC 5545 SEQUENCE). It concerns the people in `for_people`; where `for_team`
    is set, also everyone who holds a seat in the team when the moment comes. `next_step_at` is all that the sweep
    looks at: empty once the ladder is climbed. `went_overdue_at` says that the kind's `on_overdue` has been called.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    key = models.CharField(_("key"), max_length=240, unique=True)
    kind = models.CharField(_("kind"), max_length=40)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    schedule = models.ForeignKey(
        "reminders.Schedule", null=True, blank=True, on_delete=models.SET_NULL, related_name="occasions"
    )
    team = models.ForeignKey("teams.Team", null=True, blank=True, on_delete=models.CASCADE, related_name="occasions")
    for_team = models.BooleanField(_("for the whole team"), default=False)
    title = models.CharField(_("title"), max_length=300)
    url = models.CharField(_("where"), max_length=300)
    subject = models.JSONField(_("subject"), default=dict)
    due_at = models.DateTimeField(_("due"))
    timezone = models.CharField(_("time zone"), max_length=64, default="UTC")
    sequence = models.PositiveIntegerField(default=0)
    next_step_at = models.DateTimeField(_("next step of the ladder"), null=True, blank=True)
    went_overdue_at = models.DateTimeField(_("went overdue"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    people = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="reminders.OccasionPerson", related_name="occasions"
    )

    class Meta:
        ordering = ["due_at", "id"]
        verbose_name = _("occasion")
        verbose_name_plural = _("occasions")
        indexes = [
            models.Index(fields=["next_step_at"], condition=Q(state="open"), name="reminders_occasion_next_step"),
            models.Index(fields=["due_at"], condition=Q(state="open"), name="reminders_occasion_open_due"),
            models.Index(fields=["team", "due_at"], name="reminders_occasion_team_due"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="reminders_occasion_closed_has_moment",
            )
        ]

    def __str__(self) -> str:
        return self.title


class OccasionPerson(models.Model):
    """For whom an occasion falls due, and why, in a sentence ("You facilitate.")."""

    occasion = models.ForeignKey("reminders.Occasion", on_delete=models.CASCADE, related_name="for_people")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="due_for")
    why = models.CharField(_("why"), max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["occasion", "person"], name="reminders_occasion_person_once")]

    def __str__(self) -> str:
        return f"{self.person}: {self.occasion}"
