"""What every answer tells the browser, whoever asked and whatever came out."""

from django.http import HttpResponse


def missing(response: HttpResponse, signed_in: bool) -> list[str]:
    """The protections an answer lacks."""
    faults = []
    if response.get("X-Content-Type-Options") != "nosniff":
        faults.append("nosniff")
    if response.get("Referrer-Policy") is None:
        faults.append("referrer")
    policy = response.get("Content-Security-Policy", "")
    if "default-src" not in policy:
        faults.append("no policy")
    if "frame-ancestors" not in policy and response.get("X-Frame-Options") != "DENY":
        faults.append("frames")
    if "unsafe-inline" in policy or "unsafe-eval" in policy:
        faults.append("unsafe policy")
    stored = "no-store" not in response.get("Cache-Control", "")
    if signed_in and stored and _is_private(response):
        faults.append("may be stored")
    return faults


def _is_private(response: HttpResponse) -> bool:
    """A service worker's script is everybody's."""
    script = response.get("Content-Type", "").startswith("text/javascript")
    return response.status_code == 200 and not script
