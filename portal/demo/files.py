"""Reading the files of the demonstration."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from charter.document import Document
from charter.parsing import Source, read_document, read_yaml
from config.environment import BASE_DIR
from portal.demo.calendar import DemoCalendar

HERE = Path(__file__).parent
EXAMPLES = BASE_DIR / "docs" / "examples"


def read_tree(name: str) -> Any:
    """The plain values of a file of the demonstration."""
    return _tree_of(HERE / name)


def read_charter_tree(team: str) -> Any:
    """The charter of a team: those without a fault are the examples of the documentation, the telling ones lie here."""
    example = EXAMPLES / f"{team}.yaml"
    return _tree_of(example if example.exists() else HERE / "charters" / f"{team}.yaml")


def _tree_of(file: Path) -> Any:
    return read_yaml(file.read_bytes()).tree


def read_charter_of(
    team: str,
    calendar: DemoCalendar,
    *,
    without: Sequence[str] = (),
    changes: Mapping[str, Any] | None = None,
) -> Document:
    """The charter of a team; `without` leaves parts out, `changes` maps JSON pointers to other values."""
    tree = deepcopy(read_charter_tree(team))
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
