"""关于平台: who answers for it, on what ground, and where else to turn."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evaluation.edition import current_edition


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Issuer, standard, what is public and what is not, contact."""
    return render(request, "site/about.html", {"edition": current_edition()})
