"""How django-allauth treats people here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Strangers cannot sign up: an admin adds people."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
