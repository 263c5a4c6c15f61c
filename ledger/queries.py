"""Reading the ledger."""

from django.db import models

from ledger.models import Entry


def entries_about(obj: models.Model) -> models.QuerySet[Entry]:
    """Every act on one object, newest first."""
    return Entry.objects.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk))
