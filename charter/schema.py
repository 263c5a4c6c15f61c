"""The published JSON Schema of a charter, made from the very classes that validate one."""

from functools import lru_cache
from typing import Any

from charter.document import Document

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@lru_cache(maxsize=1)
def charter_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of `remit: 1`."""
    schema = Document.model_json_schema(by_alias=True)
    return {
        "$schema": DIALECT,
        "$id": "/schemas/charter-v1.json",
        **schema,
        "title": "Remit charter",
        "required": ["remit", "team"],
    }
