"""How the portal uses django-allauth."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignup(DefaultAccountAdapter):
    """Accounts are opened by the system administrator, not by signing up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
