"""Act keys and the sentence that tells each; a package registers its own in AppConfig.ready.

A sentence is a format string over `actor` and `object`, as in "{actor} submitted {object}".
"""

from collections.abc import Mapping

from django.utils.functional import Promise

_sentences: dict[str, str | Promise] = {}


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
