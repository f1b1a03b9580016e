"""搜索."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.site import search as found
from portal.site import words


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What is found of each kind; without a query, what can be looked for."""
    query = words.clean(request.GET.get("q", ""))
    groups, wider = found.search(request.user, query), ""
    if not groups:
        groups, wider = found.search_wider(request.user, query)
    context = {
        "q": query,
        "groups": groups,
        "wider": wider,
        "looked_for": wider or query,
        "too_short": words.too_short(query),
        "searched": found.can_be_searched(request.user),
    }
    return render(request, "site/search.html", context)
