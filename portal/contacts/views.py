"""The button that shows masked contact data in full."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from portal.contacts import reveal


@login_required
@require_POST
@never_cache
def show(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """In the place of the masked ones; without scripts on a page of its own."""
    found = reveal.reveal(request.user, kind, pk)
    if found is None:
        raise Http404
    context: dict[str, Any] = {"contacts": found, "inline": "inline" in request.POST}
    part = request.headers.get("HX-Request") == "true"
    return render(request, f"contacts/{'shown' if part else 'page'}.html", context)
