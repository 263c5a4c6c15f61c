"""Who calls the API: `Authorization: Bearer rmt_…`."""

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from teams.models import Person
from teams.tokens import person_of_token


class BearerTokenAuthentication(BaseAuthentication):
    """A token of `teams.tokens`. Revoked, unknown or a leaver's: 401 with a challenge."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[Person, None] | None:
        scheme, _space, text = get_authorization_header(request).partition(b" ")
        if scheme.lower() != self.keyword.lower().encode():
            return None
        try:
            person = person_of_token(text.strip().decode("ascii"), now=timezone.now())
        except UnicodeDecodeError:
            person = None
        if person is None or not person.is_active:
            raise AuthenticationFailed(_("This token is unknown, revoked, or of somebody who left."))
        return person, None

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class BearerTokenScheme(OpenApiAuthenticationExtension):
    """How the API's description names it."""

    target_class = "teams.authentication.BearerTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token of your profile page: rmt_…"}
