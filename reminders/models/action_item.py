from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class ActionItem(models.Model):
    """Something that somebody promised by a date. Moved on by `reminders.action_items.acts`.

    `promised_on` is the first date and never changes; `due_on` is the one that holds now. `closed_on` is the day on
    which it was done or dropped where its team is: the promise was kept if that is not after `promised_on`. Where it
    came from is a word of a list, and a reference and an address in the terms of whoever made it.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("done")
        DROPPED = "dropped", _("dropped")

    class Source(models.TextChoices):
        BY_HAND = "by-hand", _("by hand")
        RETROSPECTIVE = "retrospective", _("retrospective")
        REVIEW = "review", _("model-change review")
        PIR = "pir", _("post-implementation review")
        INCIDENT = "incident", _("incident")

    title = models.CharField(_("title"), max_length=200)
    team = models.ForeignKey(
        "teams.Team", verbose_name=_("team"), on_delete=models.CASCADE, related_name="action_items"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("owner"), on_delete=models.PROTECT, related_name="action_items"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    promised_on = models.DateField(_("first promised for"))
    due_on = models.DateField(_("due"))
    source = models.CharField(_("source"), max_length=20, choices=Source, default=Source.BY_HAND)
    reference = models.CharField(_("reference"), max_length=120, blank=True)
    url = models.CharField(_("link"), max_length=300, blank=True)
    drop_reason = models.CharField(_("why it was dropped"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("promised"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    class Meta:
        ordering = ["due_on", "id"]
        verbose_name = _("action item")
        verbose_name_plural = _("action items")
        indexes = [
            models.Index(fields=["due_on", "id"], condition=Q(state="open"), name="reminders_action_open_due"),
            models.Index(fields=["team", "promised_on"], name="reminders_action_promised"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True, closed_on__isnull=True)
                | (~Q(state="open") & Q(closed_at__isnull=False, closed_on__isnull=False)),
                name="reminders_action_closed_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="dropped") | ~Q(drop_reason=""), name="reminders_action_dropped_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("reminders:action", args=[self.pk])


class CarryOver(models.Model):
    """An action item was given another date, and why."""

    item = models.ForeignKey("reminders.ActionItem", on_delete=models.CASCADE, related_name="carry_overs")
    before_on = models.DateField(_("from"))
    after_on = models.DateField(_("to"))
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"))

    class Meta:
        ordering = ["at", "id"]
        verbose_name = _("carry-over")
        verbose_name_plural = _("carry-overs")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="reminders_carry_over_has_reason"),
            models.CheckConstraint(
                condition=~Q(before_on=models.F("after_on")), name="reminders_carry_over_changes_the_date"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.before_on} to {self.after_on}"
