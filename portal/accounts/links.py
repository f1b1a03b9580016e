"""Signed links that are mailed. What stands in them says nothing to whoever intercepts it, and
only the portal can make one; whether one still opens anything, its row says."""

from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.urls import reverse

from portal.accounts.models import Invitation, Registration, User

# The token stands in the query, which is not logged.
PARAMETER = "t"
SENT_SECONDS = 3600


def reset_link(user: User) -> str:
    """Where a person chooses a new password: good for one change, and not for long."""
    # allauth's forms need the apps, which are not loaded yet when this module is.
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str

    about = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return settings.PUBLIC_URL + reverse("account_reset_password_from_key", kwargs=about)


def invitation_link(invitation: Invitation) -> str:
    return _link("accounts:invitation", [invitation.pk, invitation.sent], "invitation")


def confirmation_link(registration: Registration) -> str:
    return _link("accounts:register_confirm", registration.pk, "confirmation")


def status_link(registration: Registration) -> str:
    return settings.PUBLIC_URL + status_path(registration)


def status_path(registration: Registration) -> str:
    return _path("accounts:register_status", registration.pk, "status")


def confirmed_by(token: str) -> Registration | None:
    return _registration(token, "confirmation")


def watched_by(token: str) -> Registration | None:
    """The registration whose state the holder of this link may read."""
    return _registration(token, "status")


def invited_by(token: str) -> Invitation | None:
    """The invitation of this link, if it is its latest one; it may have run out."""
    found = _read(token, "invitation")
    if not isinstance(found, list) or len(found) != 2:
        return None
    return (
        Invitation.objects.filter(pk=found[0], sent=found[1]).select_related("organisation").first()
    )


def kept_token(pk: str) -> str:
    """Lets a form that was refused name the scan it has handed in already."""
    return signing.dumps(pk, salt="accounts.kept")


def kept_by(token: str) -> str | None:
    found = _read(token, "kept", max_age=24 * 3600)
    return found if isinstance(found, str) else None


def sent_token(address: str) -> str:
    """Lets the browser that has sent a form show where the mail went."""
    return signing.dumps(address, salt="accounts.sent")


def sent_to(token: str) -> str | None:
    found = _read(token, "sent", max_age=SENT_SECONDS)
    return found if isinstance(found, str) else None


def _registration(token: str, purpose: str) -> Registration | None:
    pk = _read(token, purpose)
    return Registration.objects.filter(pk=pk).first() if isinstance(pk, int) else None


def _path(name: str, value: object, purpose: str) -> str:
    token = signing.dumps(value, salt=f"accounts.{purpose}")
    return f"{reverse(name)}?{urlencode({PARAMETER: token})}"


def _link(name: str, value: object, purpose: str) -> str:
    return settings.PUBLIC_URL + _path(name, value, purpose)


def _read(token: str, purpose: str, max_age: int | None = None) -> object:
    try:
        return signing.loads(token, salt=f"accounts.{purpose}", max_age=max_age)
    except signing.BadSignature:
        return None
