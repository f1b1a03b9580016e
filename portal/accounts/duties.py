"""What somebody has to do after signing in before anything else: change a password that ran out,
turn the second factor on where the role needs it."""

from collections.abc import Callable

from allauth.mfa.adapter import get_adapter as second_factor
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from portal.accounts import passwords
from portal.accounts.models import User
from portal.ledger import runtime

GetResponse = Callable[[HttpRequest], HttpResponse]
# Kept in the session from signing in until everything is done.
FLAG = "duties"
PASSWORD, SECOND_FACTOR = "account_change_password", "mfa_activate_totp"
ALLOWED = {
    PASSWORD,
    SECOND_FACTOR,
    "account_logout",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_index",
    "mfa_generate_recovery_codes",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "set_language",
    "healthz",
}


def duty_of(user: User) -> str:
    """The page on which the next duty is done; empty where there is none."""
    if passwords.is_expired(user):
        return PASSWORD
    if needs_second_factor(user) and not second_factor().is_mfa_enabled(user):
        return SECOND_FACTOR
    return ""


def needs_second_factor(user: User) -> bool:
    return user.role in runtime.read("totp_roles")


class DutiesFirst:
    """Middleware: leads whoever has a duty to its page. Only sessions that began with one are
    looked at, so that no other request asks the database for it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated or FLAG not in request.session:
            return self.get_response(request)
        duty = duty_of(request.user)
        if not duty:
            del request.session[FLAG]
        elif not _is_allowed(request.path_info):
            words = {
                PASSWORD: _("您的密码已过期，请先修改密码。"),
                SECOND_FACTOR: _("您的角色须启用两步验证，请先启用。"),
            }
            messages.warning(request, words[duty])
            return redirect(reverse(duty))
        return self.get_response(request)


def _is_allowed(path: str) -> bool:
    try:
        return resolve(path).view_name in ALLOWED
    except Resolver404:
        return True
