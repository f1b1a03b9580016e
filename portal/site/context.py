"""What the frame of every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext

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
        "issuer_contact": settings.ISSUER_CONTACT,
        "debug": settings.DEBUG,
        "theme": _theme(request),
        "unread_notifications": SimpleLazyObject(lambda: _unread(request)),
    }


def _theme(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""


def _unread(request: HttpRequest) -> int:
    return unread_count(request.user) if request.user.is_authenticated else 0
