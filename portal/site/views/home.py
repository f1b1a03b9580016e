"""The start page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from evaluation import queries_public
from evaluation.edition import current_edition
from portal.site.certificates import STANDINGS

SHOWN = 5


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this certification is, where to go, and how the register stands today."""
    today = timezone.localdate()
    context = {
        "edition": current_edition(),
        "register": queries_public.register_figures(),
        "open_count": queries_public.notice_counts(today)["open"],
        "notices": queries_public.open_on(queries_public.notice_rows(), today)[:SHOWN],
        "certificates": queries_public.register()[:SHOWN],
        "standings": STANDINGS,
    }
    return render(request, "site/home.html", context)
