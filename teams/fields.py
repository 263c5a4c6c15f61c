"""Fields and validators that several models of this package share."""

import zoneinfo
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

KEY_PATTERN = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
KEY_LENGTH = 60

RESERVED_KEYS = ("new",)  # /teams/new/ is the page of a team that does not exist yet

validate_key = RegexValidator(KEY_PATTERN, _("Use lower case letters, digits and hyphens, as in fraud-detection."))


class KeyField(models.CharField):
    """A key of DESIGN.md §5: lower case, digits, hyphens, at most 60 characters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", KEY_LENGTH)
        super().__init__(*args, **kwargs)
        self.validators = [validate_key, MaxLengthValidator(self.max_length or KEY_LENGTH)]


@lru_cache(maxsize=1)
def known_timezones() -> frozenset[str]:
    """The names of the IANA database; reading them takes milliseconds, so once a process.

    Some machines keep files beside them that name no place.
    """
    return frozenset(zoneinfo.available_timezones()) - {"Factory", "localtime", "posixrules"}


def validate_timezone(name: str) -> None:
    """Accept the names of the IANA database only."""
    if name not in known_timezones():
        raise ValidationError(_("%(name)s is no time zone of the IANA database."), params={"name": name})


# Characters that begin a line, or turn the direction of all that follows, so that a name reads as another one.
TURNING = frozenset("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def validate_single_line(text: str) -> None:
    """Names reach mail headers and file names: control characters have no place in them."""
    if any(ord(character) < 32 or ord(character) == 127 or character in TURNING for character in text):
        raise ValidationError(_("Write it on one line, without control characters."))


class NameField(models.CharField):
    """A name on one line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 200)
        super().__init__(*args, **kwargs)
        self.validators = [*self.default_validators, validate_single_line, MaxLengthValidator(self.max_length or 200)]


class TimeZoneField(models.CharField):
    """The name of an IANA time zone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 64)
        kwargs.setdefault("default", "UTC")
        super().__init__(*args, **kwargs)
        self.validators = [validate_timezone]
