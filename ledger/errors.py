"""What an act may refuse, in terms that a page and the API can both answer.

The API renders these as problem+json (403, 409, 422); a page shows the same sentence beside the field or at the top.
"""

from collections.abc import Sequence


class ActRefused(Exception):
    """An act that did not happen; nothing was stored. `message` is a sentence for the person who tried."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Forbidden(ActRefused):
    """The actor may not do this. Answered with 403."""


class IllegalState(ActRefused):
    """The object is not in a state that allows the act. Answered with 409 and the state it is in."""

    def __init__(self, message: str, *, state: str) -> None:
        super().__init__(message)
        self.state = state


class Stale(IllegalState):
    """The actor acted on content that has changed since. Answered with 409, or 412 where an If-Match named it."""


class Invalid(ActRefused):
    """The input cannot be accepted. Answered with 422.

    `errors` pairs a JSON pointer ("/stages/0/key") or a form field's name with a sentence.
    """

    def __init__(self, errors: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(detail for _, detail in errors))
        self.errors = list(errors)
