"""The tag library that every template has without loading it (TEMPLATES builtins: `config.components`)."""

from collections.abc import Collection

from django.template import Library

register = Library()


class UnknownNameError(ValueError):
    """A component was asked for a kind, a state or a tone that nobody has drawn: a mistake in the page."""

    def __init__(self, what: str, name: object, known: Collection[str]) -> None:
        super().__init__(f"unknown {what} {name!r}; known are {', '.join(sorted(known))}")


def one_of(what: str, name: str, known: Collection[str]) -> str:
    """The name itself as a plain string, if it is among the known ones.

    Enum members become their value here, so that a TextChoices member does for a word.
    """
    plain = str(name)
    if plain not in known:
        raise UnknownNameError(what, name, known)
    return plain
