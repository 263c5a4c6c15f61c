"""How far a long step has come: a bar that moves on a terminal, a line now and then elsewhere."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

LINE_EVERY = 1_000
BAR_EVERY = 50
WIDTH = 30

T = TypeVar("T")


class Stream(Protocol):
    def write(self, text: str, /) -> object: ...
    def flush(self) -> object: ...
    def isatty(self) -> bool: ...


class Progress:
    """Tells on a stream how far each step is."""

    def __init__(self, stream: Stream | None = None) -> None:
        self._stream: Stream = stream or sys.stderr
        self._is_terminal = self._stream.isatty()

    def over(self, items: Sequence[T], what: str) -> Iterator[T]:
        """The items, one by one, telling how far it is."""
        every = BAR_EVERY if self._is_terminal else LINE_EVERY
        for done, item in enumerate(items, start=1):
            yield item
            if done % every == 0 or (done == len(items) and done > every):
                self._tell(done, len(items), what)
        if self._is_terminal and len(items) >= every:
            self._stream.write("\n")

    def _tell(self, done: int, total: int, what: str) -> None:
        if self._is_terminal:
            filled = WIDTH * done // total
            self._stream.write(f"\r{what}  {'█' * filled}{'░' * (WIDTH - filled)}  {done:,} of {total:,}")
        else:
            self._stream.write(f"{what}: {done:,} of {total:,}\n")
        self._stream.flush()


class Silent(Progress):
    """Tells nothing."""

    def over(self, items: Iterable[T], what: str) -> Iterator[T]:
        yield from items
