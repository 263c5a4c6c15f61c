from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from teams.fields import NameField, TimeZoneField

WORKING_WEEK = [1, 2, 3, 4, 5]


def default_working_days() -> list[int]:
    """ISO weekdays, Monday = 1."""
    return list(WORKING_WEEK)


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email__iexact=username)


class Person(AbstractBaseUser, PermissionsMixin):
    """A user account; the e-mail address is the login. Changed by `teams.people`."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = NameField(_("name"))
    timezone = TimeZoneField(_("time zone"))
    working_days = models.JSONField(
        _("working days"), default=default_working_days, help_text=_("ISO weekdays, Monday = 1")
    )
    work_starts = models.TimeField(_("working day starts"), default="09:00")
    work_ends = models.TimeField(_("working day ends"), default="17:00")
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("admin"), default=False, help_text=_("Runs this installation."))
    is_auditor = models.BooleanField(_("auditor"), default=False, help_text=_("Reads everything, changes nothing."))
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)

    objects = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="teams_person_email_any_case"),
            models.CheckConstraint(
                condition=models.Q(work_starts__lt=models.F("work_ends")), name="teams_person_works_forward"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_admin(self) -> bool:
        return self.is_active and self.is_staff

    @property
    def initials(self) -> str:
        words = str(self).split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    def get_full_name(self) -> str:
        return str(self)

    def get_absolute_url(self) -> str:
        return reverse("portal:person", args=[self.pk])
