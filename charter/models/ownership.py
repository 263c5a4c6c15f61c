from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Ownership(models.Model):
    """Somebody accountable is asked "still yours?", and what they said. Moved by `charter.evergreen`.

    A row a question: one runs at a time for each person of a charter. `stages` are the keys of what they answered for
    when they were asked. A question whose person is no longer accountable is `over`.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        YES = "yes", _("still theirs")
        NO = "no", _("no longer theirs")
        SILENT = "silent", _("did not answer")
        OVER = "over", _("no longer asked")

    charter = models.ForeignKey("charter.Charter", on_delete=models.CASCADE, related_name="ownerships")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    stages = models.JSONField(_("stages"), default=list)
    due_at = models.DateTimeField(_("asked for"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        ordering = ["due_at", "id"]
        verbose_name = _("question about ownership")
        verbose_name_plural = _("questions about ownership")
        constraints = [
            models.UniqueConstraint(
                fields=["charter", "person"],
                condition=Q(state__in=["asked", "no", "silent"]),
                name="charter_ownership_one_question",
            )
        ]

    def __str__(self) -> str:
        return f"the question whether {self.person} still answers in {self.charter.team}"
