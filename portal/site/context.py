"""What the frame of every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """Settings that templates show; no query."""
    return {
        "example_data": settings.EXAMPLE_DATA,
        "issuer_name": settings.ISSUER_NAME,
        "issuer_contact": settings.ISSUER_CONTACT,
        "debug": settings.DEBUG,
    }
