"""Reading the files of the demonstration."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from charter.document import Document
from charter.parsing import Source, read_document, read_yaml
from portal.demo.calendar import DemoCalendar

HERE = Path(__file__).parent


def read_tree(name: str) -> Any:
    """The plain values of a file."""
    return read_yaml((HERE / name).read_bytes()).tree


def read_charter_of(
    team: str,
    calendar: DemoCalendar,
    *,
    without: Sequence[str] = (),
    changes: Mapping[str, Any] | None = None,
) -> Document:
    """The charter of a team; `without` leaves parts out, `changes` maps JSON pointers to other values."""
    tree = deepcopy(read_tree(f"charters/{team}.yaml"))
    for part in without:
        del tree[part]
    for pointer, value in (changes or {}).items():
        _set(tree, pointer, value)
    return read_document(Source(calendar.in_tree(tree)))


def _set(tree: Any, pointer: str, value: Any) -> None:
    *way, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    for part in way:
        tree = tree[int(part)] if isinstance(tree, list) else tree[part]
    tree[int(last) if isinstance(tree, list) else last] = value
