"""What the frame of every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext


def frame(request: HttpRequest) -> dict[str, Any]:
    """Settings that templates show; no query."""
    return {
        "example_data": settings.EXAMPLE_DATA,
        # The default issuer has an English name; any other is shown as it was set.
        "issuer_name": gettext(settings.ISSUER_NAME),
        "issuer_contact": settings.ISSUER_CONTACT,
        "debug": settings.DEBUG,
    }
