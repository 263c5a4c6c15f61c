"""A document as YAML: the form that is kept in Git. Reading it back gives the same document, to the byte."""

from typing import Any

import yaml

from charter.document import Document
from charter.parsing import reads_as_text


class _Dumper(yaml.SafeDumper):
    """Quotes every text that a reader of YAML 1.2 core would not read as text again."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002
        """Indent the entries of a list below its key; the signature is PyYAML's."""
        super().increase_indent(flow, indentless=False)


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    if "\n" in text:
        style = "|" if not any(line != line.rstrip() for line in text.split("\n")) else '"'
    elif not reads_as_text(text):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def to_yaml(document: Document) -> str:
    """The document as YAML, in the order of DESIGN.md §5."""
    return dump_yaml(document.as_json())


def dump_yaml(tree: dict[str, Any]) -> str:
    """Plain values as YAML 1.2 core, keys in their order."""
    return yaml.dump(tree, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
