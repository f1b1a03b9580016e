"""How the portal uses django-allauth."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from portal.accounts import duties


class ClosedSignup(DefaultAccountAdapter):
    """Accounts are opened by the system administrator, not by signing up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign in, and note whether something has to be done first."""
        super().login(request, user)
        if duties.duty_of(user):
            request.session[duties.FLAG] = True

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failures count by name and address together: by name alone, whoever knows the name
        could lock its owner out."""
        by_name = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{by_name}:{self.get_client_ip(request)}"


class SecondFactor(DefaultMFAAdapter):
    """Whose role needs the second factor cannot turn it off."""

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not (
            authenticator.type == Authenticator.Type.TOTP
            and duties.needs_second_factor(authenticator.user)
        )
