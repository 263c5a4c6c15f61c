"""Text → tree → document, with the line of everything, and with a reason for what is refused.

YAML is read as YAML 1.2 core (dates are strings, `yes` is a string) from the parser's events, so that aliases,
anchors, tags, duplicate keys, depth and size are refused before anything is built from them.
"""

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar

import yaml
from pydantic import ValidationError

from charter.document import Document, Part, pointer_part
from ledger.errors import Invalid

P = TypeVar("P", bound=Part)

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
LONGEST_INTEGER = 20
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")

_NULL = re.compile(r"^(?:null|Null|NULL|~|)$")
_TRUE = re.compile(r"^(?:true|True|TRUE)$")
_FALSE = re.compile(r"^(?:false|False|FALSE)$")
_INTEGER = re.compile(r"^[-+]?[0-9]+$")
_OCTAL_OR_HEX = re.compile(r"^0(?:o[0-7]+|x[0-9a-fA-F]+)$")
_FLOAT = re.compile(r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that cannot be accepted, at a JSON pointer; `line` and `column` count from 1, 0 = not known."""

    pointer: str
    detail: str
    line: int = 0
    column: int = 0

    @property
    def where(self) -> str:
        return f"line {self.line}, column {self.column}: " if self.line else ""

    def __str__(self) -> str:
        return f"{self.where}{self.pointer or '/'}: {self.detail}"


class Unreadable(Invalid):
    """The text is no acceptable document. Nothing was stored."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__([(problem.pointer, f"{problem.where}{problem.detail}") for problem in problems])
        self.problems = problems


class Unparsable(Unreadable):
    """The text is not even YAML or JSON, or no text at all. Answered with 400."""


@dataclass(frozen=True)
class Source:
    """A tree of plain values and where each of its nodes stands: pointer → (line, column)."""

    tree: Any
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def place(self, pointer: str) -> tuple[int, int]:
        """Line and column of a pointer, or of its nearest ancestor that is in the text."""
        while pointer not in self.places:
            if not pointer:
                return 0, 0
            pointer = pointer.rpartition("/")[0]
        return self.places[pointer]

    def problem(self, pointer: str, detail: str) -> Problem:
        return Problem(pointer, detail, *self.place(pointer))


def read_yaml(data: bytes | str, *, max_bytes: int = MAX_BYTES) -> Source:
    """Read one YAML 1.2 document of plain values. Raises Unreadable."""
    reader = _YamlReader(_decoded(data, max_bytes))
    return Source(reader.read(), reader.places)


def read_json(data: bytes | str) -> Source:
    """Read JSON under the same limits. Raises Unreadable."""
    text = _decoded(data, MAX_BYTES)
    try:
        tree = json.loads(text, object_pairs_hook=_object_without_duplicates, parse_constant=_refuse_constant)
    except json.JSONDecodeError as failure:
        raise Unparsable([Problem("", failure.msg, failure.lineno, failure.colno)]) from None
    except RecursionError:
        raise Unreadable([Problem("", f"nested deeper than {MAX_DEPTH}")]) from None
    except ValueError as failure:
        raise Unreadable([Problem("", str(failure))]) from None
    _refuse_deep_and_hidden(tree, "", 1)
    return Source(tree)


def read_document(source: Source) -> Document:
    """Validate a tree as a charter document. Raises Unreadable with one problem for each fault."""
    if isinstance(source.tree, dict) and "remit" not in source.tree:
        raise Unreadable([source.problem("/remit", "is missing: a charter begins with remit: 1")])
    return read_part(Document, source)


def read_part(kind: type[P], source: Source) -> P:
    """Validate a tree as a kind of document. Raises Unreadable with one problem for each fault."""
    try:
        text = json.dumps(source.tree)
    except (TypeError, ValueError):
        raise Unreadable([Problem("", "is no document of plain values")]) from None
    try:
        return kind.model_validate_json(text, by_alias=True, by_name=False)
    except ValidationError as failure:
        problems = [
            source.problem(_pointer(error["loc"], source.tree), _detail(error))
            for error in failure.errors(include_url=False)
        ]
        raise Unreadable(problems) from None


def _decoded(data: bytes | str, max_bytes: int) -> str:
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if len(raw) > max_bytes:
        raise Unreadable([Problem("", f"is larger than {max_bytes:,} bytes")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        line = raw.count(b"\n", 0, failure.start) + 1
        raise Unparsable([Problem("", "is not UTF-8", line, 1)]) from None


def hidden_character(text: str) -> str | None:
    """The name of a character that a reader would not see: NUL and other controls, bidirectional overrides."""
    if text.isascii() and text.isprintable():
        return None
    for character in text:
        if character in BIDI_CONTROLS:
            return unicodedata.name(character, f"U+{ord(character):04X}").lower()
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\t\r":
            return f"control character U+{ord(character):04X}"
    return None


def _object_without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ValueError(f"the key {key} stands twice")
            seen.add(key)
    return tree


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _refuse_deep_and_hidden(tree: Any, pointer: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Unreadable([Problem(pointer, f"nested deeper than {MAX_DEPTH}")])
    if isinstance(tree, str):
        if hidden := hidden_character(tree):
            raise Unreadable([Problem(pointer, f"contains a hidden character ({hidden})")])
    elif isinstance(tree, float):
        if not math.isfinite(tree):
            raise Unreadable([Problem(pointer, "is no finite number")])
    elif isinstance(tree, dict):
        for key, value in tree.items():
            _refuse_deep_and_hidden(key, pointer, depth)
            _refuse_deep_and_hidden(value, f"{pointer}/{pointer_part(key)}", depth + 1)
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            _refuse_deep_and_hidden(value, f"{pointer}/{index}", depth + 1)


class _YamlReader:
    """Builds plain values from parser events and remembers where each stands."""

    def __init__(self, text: str) -> None:
        self._events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.places: dict[str, tuple[int, int]] = {}

    def read(self) -> Any:
        try:
            self._next(yaml.StreamStartEvent)
            event = next(self._events)
            if isinstance(event, yaml.StreamEndEvent):
                raise Unparsable([Problem("", "is empty")])
            tree = self._value(next(self._events), "", 1)
            self._next(yaml.DocumentEndEvent)
            following = next(self._events)
            if not isinstance(following, yaml.StreamEndEvent):
                self._refuse("", "holds more than one document", following)
        except yaml.YAMLError as failure:
            mark = getattr(failure, "problem_mark", None)
            what = getattr(failure, "problem", None) or str(failure)
            line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
            raise Unparsable([Problem("", f"is not YAML: {what}", line, column)]) from None
        return tree

    def _next(self, kind: type[yaml.Event]) -> yaml.Event:
        event = next(self._events)
        if not isinstance(event, kind):
            self._refuse("", "is not YAML", event)
        return event

    def _refuse(self, pointer: str, detail: str, event: yaml.Event) -> NoReturn:
        raise Unreadable([Problem(pointer, detail, *_place_of(event))])

    def _value(self, event: yaml.Event, pointer: str, depth: int) -> Any:
        if isinstance(event, yaml.AliasEvent):
            self._refuse(pointer, "aliases are not accepted: write the value out", event)
        if getattr(event, "anchor", None):
            self._refuse(pointer, "anchors are not accepted", event)
        if getattr(event, "tag", None):
            self._refuse(pointer, "tags are not accepted", event)
        if depth > MAX_DEPTH:
            self._refuse(pointer, f"nested deeper than {MAX_DEPTH}", event)
        self.places.setdefault(pointer, _place_of(event))
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, pointer)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(item := next(self._events), yaml.SequenceEndEvent):
                items.append(self._value(item, f"{pointer}/{len(items)}", depth + 1))
            return items
        tree: dict[str, Any] = {}
        while not isinstance(key_event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(key_event, yaml.ScalarEvent):
                self._refuse(pointer, "a key is a word, not a list or a mapping", key_event)
            key = key_event.value
            self._refuse_hidden(key, pointer, key_event)
            if key in tree:
                self._refuse(pointer, f"the key {key} stands twice", key_event)
            below = f"{pointer}/{pointer_part(key)}"
            self.places[below] = _place_of(key_event)
            tree[key] = self._value(next(self._events), below, depth + 1)
        return tree

    def _refuse_hidden(self, text: str, pointer: str, event: yaml.Event) -> None:
        if hidden := hidden_character(text):
            self._refuse(pointer, f"contains a hidden character ({hidden})", event)

    def _scalar(self, event: yaml.ScalarEvent, pointer: str) -> Any:
        self._refuse_hidden(event.value, pointer, event)
        return event.value if event.style else _plain_value(event.value)


def _place_of(event: yaml.Event) -> tuple[int, int]:
    """Line and column of an event, from 1."""
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (0, 0)


def _plain_value(text: str) -> Any:
    """What an unquoted scalar means in the core schema of YAML 1.2."""
    if _NULL.match(text):
        return None
    if _TRUE.match(text):
        return True
    if _FALSE.match(text):
        return False
    if _INTEGER.match(text) and len(text) <= LONGEST_INTEGER:
        return int(text)
    if _OCTAL_OR_HEX.match(text):
        return int(text, 0)
    if _FLOAT.match(text) and math.isfinite(value := float(text)):
        return value
    return text


def reads_as_text(text: str) -> bool:
    """Whether an unquoted scalar of this text is read as that text."""
    return isinstance(_plain_value(text), str)


def _pointer(loc: tuple[int | str, ...], tree: Any) -> str:
    """The JSON pointer of a validation error; names of union branches are no part of the tree and are passed over."""
    pointer, here = "", tree
    for part in loc:
        if part == "[key]":
            continue
        if isinstance(here, list):
            if isinstance(part, int) and part < len(here):
                here = here[part]
            else:
                continue
        elif isinstance(here, dict):
            here = here.get(str(part))
        else:
            continue
        pointer += f"/{pointer_part(str(part))}"
    return pointer


_DETAILS = {
    "extra_forbidden": "is not a key that belongs here",
    "missing": "is missing",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "mapping_type": "must be a mapping",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "model_attributes_type": "must be a mapping",
    "finite_number": "must be a finite number",
}


def _detail(error: Mapping[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind in _DETAILS:
        return _DETAILS[kind]
    if kind in {"enum", "literal_error"}:
        return f"must be {context['expected']}"
    if kind == "string_pattern_mismatch":
        shown = str(error["input"])[:60]
        return f"{shown!r} is not written as expected here"
    if kind == "string_too_long":
        return f"is longer than {context['max_length']:,} characters"
    return str(error["msg"])
