"""What is kept but never shown: sealed with a key that follows from SECRET_KEY.

Whoever has the database alone reads nothing. While SECRET_KEY changes, SECRET_KEY_FALLBACKS still opens what an earlier
one sealed; without it those addresses and secrets are lost, and have to be entered again.
"""

import base64
from collections.abc import Sequence
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext_lazy as _

PURPOSE = b"remit: what channels keep secret"


class SealBroken(Exception):
    """It was sealed under another SECRET_KEY. `message` is a sentence for people."""

    message = _("SECRET_KEY has changed since this was entered; enter it again.")


def seal(text: str) -> str:
    """Text as it may be stored."""
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text again. Raises SealBroken."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SealBroken from None


def _box() -> MultiFernet:
    return _box_of((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=4)
def _box_of(keys: Sequence[str]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    return base64.urlsafe_b64encode(HKDF(SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode()))
