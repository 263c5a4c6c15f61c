from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """One message to one person, or to one endpoint of a team, about one occasion. Moved on by `reminders.delivery`.

    `key` is unique: `occasion:recipient:channel:step`, where `endpoint-{id}` stands for the recipient of a webhook or
    chat. The inbox's notice is written as sent in the transaction that
    makes it: it is the exactly-once copy. Every other notice is claimed with a lease and a fencing token, marked
    `on_wire` in a commit of its own before the send, and `sent` in another after it (DESIGN.md §9).

    `fence` is the token of the worker that holds the lease: whoever lost the lease cannot move the notice any more.
    `doubts` counts how often it was left on the wire without an answer: after the first it is sent again, marked as a
    possible repeat; after the second it is parked as in doubt.

    A digest is a notice without an occasion: one e-mail about all the notices that it `covers`. Those are not claimed
    any more, and become sent in the commit that says so of the digest (docs/decisions/0012-digests.md). `for_digest`
    says that the person wants this one there; others are joined only when many are due at once.
    """

    class State(models.TextChoices):
        DUE = "due", _("due")
        LEASED = "leased", _("leased")
        ON_WIRE = "on_wire", _("on the wire")
        SENT = "sent", _("sent")
        RETRY = "retry", _("to be retried")
        FAILED = "failed", _("failed")
        IN_DOUBT = "in_doubt", _("in doubt")

    class Failure(models.TextChoices):
        """Why a notice failed. Withdrawn is nobody's fault: when its turn came, nobody waited for it any more."""

        WITHDRAWN = "withdrawn", _("no longer needed")
        REFUSED = "refused", _("refused for good")
        EXHAUSTED = "exhausted", _("tried too often")

    class Channel(models.TextChoices):
        INBOX = "inbox", _("inbox")
        EMAIL = "email", _("e-mail")
        WEBHOOK = "webhook", _("webhook")
        CHAT = "chat", _("chat")

    key = models.CharField(_("key"), max_length=120, unique=True)
    occasion = models.ForeignKey(
        "reminders.Occasion", null=True, blank=True, on_delete=models.CASCADE, related_name="notices"
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="notices"
    )
    endpoint = models.ForeignKey(
        "reminders.Endpoint", null=True, blank=True, on_delete=models.CASCADE, related_name="notices"
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    step = models.CharField(_("step of the ladder"), max_length=20)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DUE)
    for_digest = models.BooleanField(_("for the daily digest"), default=False)
    covered_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="covers")
    urgency = models.PositiveSmallIntegerField(_("urgency"), default=5, help_text=_("0 goes first"))
    due_at = models.DateTimeField(_("due"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    doubts = models.PositiveSmallIntegerField(_("times in doubt"), default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveBigIntegerField(default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    failure_kind = models.CharField(_("why it failed"), max_length=10, choices=Failure, blank=True)
    failure = models.CharField(_("what went wrong"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("made"))

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            models.Index(
                fields=["urgency", "due_at", "id"],
                condition=Q(state__in=["due", "retry"], covered_by__isnull=True),
                name="reminders_notice_claimable",
            ),
            models.Index(
                fields=["leased_until"], condition=Q(state__in=["leased", "on_wire"]), name="reminders_notice_leased"
            ),
            models.Index(
                fields=["recipient", "-created_at"], condition=Q(channel="inbox"), name="reminders_notice_inbox"
            ),
            models.Index(
                fields=["recipient"],
                condition=Q(channel="inbox", read_at__isnull=True),
                name="reminders_notice_unread",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["leased", "on_wire"]) | Q(leased_until__isnull=False),
                name="reminders_notice_lease_has_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="reminders_notice_sent_has_moment"
            ),
            models.CheckConstraint(
                condition=Q(recipient__isnull=False, endpoint__isnull=True, channel__in=["inbox", "email"])
                | Q(recipient__isnull=True, endpoint__isnull=False, channel__in=["webhook", "chat"]),
                name="reminders_notice_person_or_endpoint",
            ),
            models.CheckConstraint(
                condition=Q(occasion__isnull=False) | Q(step__startswith="digest:"),
                name="reminders_notice_digest_or_occasion",
            ),
        ]

    def __str__(self) -> str:
        return self.key
