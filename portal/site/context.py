"""What the frame of every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext

from portal.notifications.queries import unread_count

# What the reader chose at the foot of the page; without it the page is as the reader's system is.
THEME_COOKIE = "theme"
THEMES = ("light", "dark")


def frame(request: HttpRequest) -> dict[str, Any]:
    """Settings that templates show; no query until the number of unread notifications is shown."""
    return {
        "example_data": settings.EXAMPLE_DATA,
        # The default issuer has an English name; any other is shown as it was set.
        "issuer_name": gettext(settings.ISSUER_NAME),
        "issuer_contact": _contact(),
        "debug": settings.DEBUG,
        "theme": _theme(request),
        "public_url": settings.PUBLIC_URL,
        "opened_on": timezone.localdate(),
        "unread_notifications": SimpleLazyObject(lambda: _unread(request)),
    }


def _contact() -> str:
    if (get_language() or "").startswith("en") and settings.ISSUER_CONTACT_EN:
        return str(settings.ISSUER_CONTACT_EN)
    return str(settings.ISSUER_CONTACT)


def _theme(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""


def _unread(request: HttpRequest) -> int:
    """Known with the reader of a session; asked for where somebody else made the request's user."""
    if not request.user.is_authenticated:
        return 0
    known = getattr(request.user, "unread_notifications", None)
    return unread_count(request.user) if known is None else int(known)
