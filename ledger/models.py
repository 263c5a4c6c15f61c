"""The record of every act: append-only, ids and changes only, no names and no free text (DESIGN.md §9)."""

from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _


class EntryIsFinal(TypeError):
    """Somebody tried to change or delete a ledger entry."""


class Entry(models.Model):
    """One act. Written by `ledger.record.record_act` and by nothing else; a database trigger refuses change as well.

    The actor is an id without a foreign key, so that a person can be erased and the record still stands.
    """

    at = models.DateTimeField(_("when"), db_index=True)
    actor_id = models.BigIntegerField(_("actor"), null=True, db_index=True)
    key = models.CharField(_("act"), max_length=80, db_index=True)
    object_type = models.CharField(_("object type"), max_length=60)
    object_id = models.CharField(_("object"), max_length=40)
    change = models.JSONField(_("change"), default=dict)
    digest = models.CharField(_("digest"), max_length=71)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        indexes = [models.Index(fields=["object_type", "object_id", "id"], name="ledger_entry_object")]

    def __str__(self) -> str:
        return f"{self.pk} {self.key} {self.object_type}:{self.object_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise EntryIsFinal("a ledger entry is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise EntryIsFinal("a ledger entry is never deleted")
