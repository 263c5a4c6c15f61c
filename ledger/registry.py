"""What packages tell the ledger about themselves in AppConfig.ready: act keys with their sentences, and who sees what.

A sentence is a format string over `actor` and `object`, as in "{actor} submitted {object}".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

_sentences: dict[str, str | Promise] = {}
_reserved: dict[str, "Reserved"] = {}


@dataclass(frozen=True)
class Reserved:
    """Objects that not everybody sees: those that a reader does, and what the others are called to them."""

    visible_to: Callable[[Any], QuerySet[Any]]
    otherwise: str | Promise


class UnknownAct(LookupError):
    """A key that no package registered: a typing error in the code, never bad input."""


def register_acts(sentences: Mapping[str, str | Promise]) -> None:
    """Register act keys ("reviews.review.submitted") with the sentence that tells them."""
    _sentences.update(sentences)


def sentence_of(key: str) -> str:
    """The sentence of an act key. Raises UnknownAct."""
    try:
        return str(_sentences[key])
    except KeyError:
        raise UnknownAct(key) from None


def all_sentences() -> Mapping[str, str]:
    """Every act key with its sentence."""
    return {key: str(sentence) for key, sentence in _sentences.items()}


def reserve(object_type: str, reserved: Reserved) -> None:
    """From now on the ledger shows objects of a type ("reviews.review") only to whom they are visible."""
    _reserved[object_type] = reserved


def reserved_of(object_type: str) -> Reserved | None:
    """Who sees objects of a type; None where everybody does."""
    return _reserved.get(object_type)
