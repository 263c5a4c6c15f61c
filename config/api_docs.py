"""/api/docs/: the API as a page to read, made from the same schema that machines get at /api/schema/."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """A parameter of a call, or a member of its body."""

    name: str
    place: str
    kind: str
    is_required: bool
    description: str


@dataclass(frozen=True)
class Call:
    """One call of the API."""

    anchor: str
    method: str
    path: str
    description: str
    fields: list[Field]
    answers: list[tuple[str, str]]


@login_not_required
@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """Everybody may read it, as the schema."""
    groups = grouped_calls()
    context = {"groups": groups, "answer": answer(sum(len(calls) for calls in groups.values()))}
    return render(request, "config/api_docs.html", context)


def answer(count: int) -> SafeString:
    """How many calls there are, and what opens them."""
    calls = ngettext("%(count)d call", "%(count)d calls", count) % {"count": count}
    return format_html("By <strong>{}</strong> over JSON, each opened by the bearer token of a person.", calls)


@cache
def grouped_calls() -> dict[str, list[Call]]:
    """The calls by the first part of their path; the same as long as the process runs."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    groups: dict[str, list[Call]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            tag = operation.get("tags", ["other"])[0]
            groups.setdefault(tag, []).append(_call(schema, path, method, operation))
    return groups


def _call(schema: Schema, path: str, method: str, operation: Schema) -> Call:
    return Call(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        description=operation.get("summary") or operation.get("description", ""),
        fields=[*_parameters(schema, operation), *_members(schema, operation)],
        answers=[(status, response["description"] or "Done") for status, response in operation["responses"].items()],
    )


def _parameters(schema: Schema, operation: Schema) -> Iterator[Field]:
    for parameter in operation.get("parameters", []):
        yield Field(
            name=parameter["name"],
            place=parameter["in"],
            kind=_kind(schema, parameter.get("schema", {})),
            is_required=parameter.get("required", False),
            description=parameter.get("description", ""),
        )


def _members(schema: Schema, operation: Schema) -> Iterator[Field]:
    """The members of the body, where it is an object."""
    contents: dict[str, Schema] = operation.get("requestBody", {}).get("content", {})
    body = next((_resolved(schema, content["schema"]) for content in contents.values()), {})
    for name, member in body.get("properties", {}).items():
        yield Field(
            name=name,
            place="body",
            kind=_kind(schema, member),
            is_required=name in body.get("required", []),
            description=member.get("description", ""),
        )


def _resolved(schema: Schema, part: Schema) -> Schema:
    """What a reference refers to."""
    if reference := part.get("$ref"):
        target: Any = schema
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]
        return _resolved(schema, target)
    return part


def _kind(schema: Schema, part: Schema) -> str:
    """What a value is, in a few words."""
    part = _resolved(schema, part)
    if words := part.get("enum"):
        return " | ".join(str(word) for word in words if word)
    for either in ("oneOf", "anyOf", "allOf"):
        if options := part.get(either):
            kinds = dict.fromkeys(_kind(schema, option) for option in options)
            return " | ".join(kind for kind in kinds if kind)
    if part.get("type") == "array":
        return f"list of {_kind(schema, part.get('items', {}))}"
    return str(part.get("format") or part.get("type") or "any")
