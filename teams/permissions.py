"""Who may use an API method; the acts ask `teams.rules` again."""

from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from teams.rules import can_change_organisation


class ReadOrAdmin(IsAuthenticated):
    """Everybody who is signed in reads; admins change."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not super().has_permission(request, view):
            return False
        return request.method in SAFE_METHODS or can_change_organisation(request.user)
