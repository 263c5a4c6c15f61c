"""Charters over HTTP: JSON and YAML in and out, under the limits of `charter.parsing`."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer, JSONRenderer

from charter.document import Document
from charter.parsing import MAX_BYTES, Source, Unparsable, read_json, read_yaml
from charter.rendering import dump_yaml, to_yaml

YAML = "application/yaml"


class JsonSourceParser(BaseParser):
    """The body as a source, with duplicate keys, depth and size refused."""

    media_type = "application/json"

    def parse(  # type: ignore[override]  # what the views of this package read
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Source:
        try:
            return read_json(stream.read(MAX_BYTES + 1))
        except Unparsable as refused:
            raise ParseError(refused.message) from None


class YamlSourceParser(BaseParser):
    """The body as a source that knows the line of everything."""

    media_type = YAML

    def parse(  # type: ignore[override]  # what the views of this package read
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Source:
        try:
            return read_yaml(stream.read(MAX_BYTES + 1))
        except Unparsable as refused:
            raise ParseError(refused.message) from None


class DocumentJsonRenderer(JSONRenderer):
    """A document as its canonical bytes: what the digest is taken of. Everything else as JSON."""

    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        if isinstance(data, Document):
            return data.canonical
        rendered: bytes = super().render(data, accepted_media_type, renderer_context)
        return rendered


class DocumentYamlRenderer(BaseRenderer):
    """A document as it is kept in Git."""

    media_type = YAML
    format = "yaml"
    charset = "utf-8"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return (to_yaml(data) if isinstance(data, Document) else dump_yaml(data)).encode()
