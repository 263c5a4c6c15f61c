"""How the API describes itself: every operation names the problems that it may answer with."""

from http import HTTPStatus
from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "An error (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "state": {"type": "string", "description": "With 409: the state that the object is in."},
        "errors": {
            "type": "array",
            "description": "With 422: what is wrong, and where.",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}

READ_PROBLEMS = {
    400: "Cannot be parsed",
    401: "Not signed in",
    403: "Not allowed",
    404: "Unknown, or not visible",
    406: "Not available in the media types asked for",
    422: "Invalid",
    429: "Too many requests",
}
WRITE_PROBLEMS = {
    409: "Not in this state",
    412: "Stale",
    415: "Media type not supported",
    428: "If-Match missing",
}


IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="The same key with the same body is done once and answered alike; with another body it is refused.",
)


class ProblemAutoSchema(AutoSchema):
    """Adds the problem responses and the Idempotency-Key, so that no operation has to repeat them."""

    def get_override_parameters(self) -> list[Any]:
        is_idempotent = self.method == "POST" and getattr(self.view, "is_idempotent", False)
        return [*super().get_override_parameters(), *([IDEMPOTENCY_KEY] if is_idempotent else [])]

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        problem = ResolvedComponent("Problem", ResolvedComponent.SCHEMA, PROBLEM_SCHEMA, "Problem")
        self.registry.register_on_missing(problem)
        problems = READ_PROBLEMS if self.method in {"GET", "HEAD"} else READ_PROBLEMS | WRITE_PROBLEMS
        for status, description in problems.items():
            bodies.setdefault(str(status), {"description": description})
        content = {"application/problem+json": {"schema": problem.ref}}
        for answered, body in bodies.items():
            if int(answered) >= HTTPStatus.BAD_REQUEST:
                body.setdefault("content", content)
        return dict(sorted(bodies.items()))
