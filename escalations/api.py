"""The escalation matrix for machines."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from escalations.matrix import rows_of
from escalations.reading import load_agreed
from escalations.serializers import MatrixPageSerializer, MatrixQuerySerializer
from ledger.errors import Invalid

Rows = list[dict[str, object]]


class EscalationMatrix(APIView):
    """Who is reached, for every team × path × severity × level × call, at a moment."""

    @extend_schema(operation_id="escalation_matrix", parameters=[MatrixQuerySerializer], responses=MatrixPageSerializer)
    def get(self, request: Request) -> Response:
        """The rows of the teams by name, cut into pages that hold whole teams."""
        query = MatrixQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked: dict[str, Any] = query.validated_data
        now = timezone.now()
        agreed = load_agreed(asked.get("at", now), now=now)
        if (team := asked.get("team")) and team not in agreed.organisation.teams:
            raise Invalid([("/team", _("there is no team %(team)s") % {"team": team})])
        matrix = agreed.matrix(team=team, below=False, trigger=asked.get("trigger"), severity=asked.get("severity"))
        pages = _pages([(lines.team.key, list(rows_of(lines))) for lines in matrix], asked["page_size"])
        cursor = asked.get("cursor")
        here = next((index for index, (start, _rows) in enumerate(pages) if start == cursor), None)
        if cursor and here is None:
            raise Invalid([("/cursor", _("no page starts there any more"))])
        here = here or 0
        return Response(
            {
                "next": _address(request, pages, here + 1),
                "previous": _address(request, pages, here - 1),
                "results": pages[here][1] if pages else [],
            }
        )


def _pages(teams: Sequence[tuple[str, Rows]], size: int) -> list[tuple[str, Rows]]:
    """Pages of at least `size` rows, each with the key of the team that it starts with."""
    pages: list[tuple[str, Rows]] = []
    for team, rows in teams:
        if not pages or len(pages[-1][1]) >= size:
            pages.append((team, []))
        pages[-1][1].extend(rows)
    return pages


def _address(request: Request, pages: Sequence[tuple[str, Rows]], index: int) -> str | None:
    if not 0 <= index < len(pages):
        return None
    here = request.build_absolute_uri()
    return remove_query_param(here, "cursor") if index == 0 else replace_query_param(here, "cursor", pages[index][0])
