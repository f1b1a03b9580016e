"""What programs that read the public pages are told: where they may go, and what there is."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from evaluation import queries_public
from portal.site import guides

# The pages that anybody may find by a search engine; a notice names people's organisations only
# while it is published, and is listed as long as it is there.
LISTED = (
    "site:home",
    "site:about",
    "site:indicators",
    "site:steps",
    "site:readings",
    "site:self_test",
    "site:notices",
    "site:register",
    "site:verify",
    "site:misuse",
    "site:guides",
    "accounts:register",
    "dataaccess:docs",
    "dataaccess:edge",
)
# Below these lies more that is public: notices, certificates, guides, files.
OPEN = ("/static/", "/help/", "/notices/", "/verify/")
MOST_LISTED = 10_000  # of each kind; a sitemap may hold 50 000


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Public pages, and nothing else: the nearer rule holds, so the start page is closed off by $."""
    home, *others = map(reverse, LISTED)
    lines = [
        "User-agent: *",
        f"Allow: {home}$",
        *(f"Allow: {path}" for path in dict.fromkeys([*others, *OPEN])),
        "Disallow: /self-test/score/",
        "Disallow: /",
        f"Sitemap: {settings.PUBLIC_URL}{reverse('site:sitemap')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page, notice and certificate."""
    paths = [
        *map(reverse, LISTED),
        *(reverse("site:guide", args=[reader]) for reader in guides.READERS),
        *_numbered("site:notice", queries_public.notice_rows()),
        *_numbered("site:certificate", queries_public.register()),
    ]
    context = {"addresses": [settings.PUBLIC_URL + path for path in paths]}
    return render(request, "site/sitemap.xml", context, content_type="application/xml")


def _numbered(name: str, rows: object) -> list[str]:
    numbers = rows.order_by("number").values_list("number", flat=True)[:MOST_LISTED]  # type: ignore[attr-defined]
    return [reverse(name, args=[number]) for number in numbers]
