from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from teams.fields import TimeZoneField


class Schedule(models.Model):
    """What makes occasions ahead of time: a cadence in local time. Set by `reminders.scheduling`.

    `key` is `charter:{team}:{ritual}`, or names another source. `subject` is what the kind's handler reads to find
    the people and the texts again (ids and keys only). `url` is where its occasions are dealt with.
    """

    key = models.CharField(_("key"), max_length=200, unique=True)
    kind = models.CharField(_("kind of occasion"), max_length=40)
    team = models.ForeignKey(
        "teams.Team", verbose_name=_("team"), null=True, blank=True, on_delete=models.CASCADE, related_name="schedules"
    )
    title = models.CharField(_("title"), max_length=300)
    url = models.CharField(_("where"), max_length=300)
    cadence = models.CharField(_("cadence"), max_length=500, help_text=_("RFC 5545 RRULE"))
    starts_on = models.DateField(_("from"))
    at = models.TimeField(_("local time"))
    timezone = TimeZoneField()
    subject = models.JSONField(_("subject"), default=dict)
    is_active = models.BooleanField(_("active"), default=True)
    made_until = models.DateTimeField(_("occasions made until"), null=True, blank=True)

    class Meta:
        ordering = ["key"]
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        indexes = [models.Index(fields=["made_until"], condition=Q(is_active=True), name="reminders_schedule_behind")]

    def __str__(self) -> str:
        return self.title
