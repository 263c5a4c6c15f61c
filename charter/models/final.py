"""Rows that are written once."""

from typing import Any, NoReturn

from django.db import models


class RowIsFinal(TypeError):
    """Somebody tried to change or delete what was written once and for all."""


class FinalRow(models.Model):
    """Written once, then only read; a database trigger refuses change as well."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise RowIsFinal(f"a {self._meta.verbose_name} is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RowIsFinal(f"a {self._meta.verbose_name} is never deleted")
