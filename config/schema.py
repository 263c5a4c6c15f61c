"""How the API describes itself: every operation names the problems that it may answer with."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

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
    401: "Not signed in",
    403: "Not allowed",
    404: "Unknown, or not visible",
    429: "Too many requests",
}
WRITE_PROBLEMS = {
    400: "Cannot be parsed",
    409: "Not in this state",
    412: "Stale",
    415: "Media type not supported",
    422: "Invalid",
    428: "If-Match missing",
}


class ProblemAutoSchema(AutoSchema):
    """Adds the problem responses, so that no operation has to repeat them."""

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        problems = READ_PROBLEMS if self.method in {"GET", "HEAD"} else READ_PROBLEMS | WRITE_PROBLEMS
        for status, description in problems.items():
            bodies.setdefault(str(status), self._problem_response(description))
        return dict(sorted(bodies.items()))

    def _problem_response(self, description: str) -> dict[str, Any]:
        content = {"application/problem+json": {"schema": PROBLEM_SCHEMA}}
        return {"description": description, "content": content}
