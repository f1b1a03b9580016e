"""How the portal uses django-allauth."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.accounts import duties, queries
from portal.accounts.actions import sign_in


class ClosedSignup(DefaultAccountAdapter):
    """Accounts are opened by the system administrator, not by signing up."""

    # Which of the two was wrong is not said.
    WRONG = _("用户名（或邮箱地址）或密码不正确。")
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "incorrect_password": _("密码不正确。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign in, and note whether something has to be done first."""
        super().login(request, user)
        sign_in.note_sign_in(user, self.get_client_ip(request))
        if duties.duty_of(user):
            request.session[duties.FLAG] = True

    def logout(self, request: HttpRequest) -> None:
        """Sign out, and keep that it was done."""
        if request.user.is_authenticated:
            sign_in.note_sign_out(request.user, self.get_client_ip(request))
        super().logout(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse after too many failures; the first refusal is kept, not each one of a storm."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            key = self._get_login_attempts_cache_key(request, **credentials)
            sign_in.note_lock_out(credentials, self.get_client_ip(request), key)
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Keep who was tried from where, never the password."""
        sign_in.note_failure(credentials, self.get_client_ip(request))

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """By the outbox, like every other mail; the link is made when the mail is sent."""
        sign_in.send_reset_link(user)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """What else allauth writes: to an address that asked for a new password and has no account."""
        if template_prefix != "account/email/unknown_account":
            raise ValueError(f"no letter for {template_prefix}")
        sign_in.tell_unknown_address(email, get_language() or "")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failures count by person and address together: by person alone, whoever knows the name
        could lock its owner out. A person has a login name and a mail address, and five attempts
        with both."""
        named = sign_in.typed_name(credentials).strip().lower()
        person = queries.user_named(named)
        return f"{person.pk if person else named}:{self.get_client_ip(request)}"


class SecondFactor(DefaultMFAAdapter):
    """Whose role needs the second factor cannot turn it off."""

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not (
            authenticator.type == Authenticator.Type.TOTP
            and duties.needs_second_factor(authenticator.user)
        )
