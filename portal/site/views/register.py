"""名录: the register of certified bases, on the page and as files."""

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dataaccess import regions
from dataaccess.cells import csv_lines
from evaluation import queries_public
from evaluation.edition import current_edition, reader_language
from evaluation.models import CATEGORIES, Certificate, CertificateState
from evaluation.rulebook import in_language
from portal.site.certificates import STANDINGS
from portal.site.province_tiles import tiles

PAGE_SIZE = 20


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Search and filters above the certificates, the newest first."""
    filters = register_filters(request)
    language = reader_language()
    page = Paginator(found(filters), PAGE_SIZE).get_page(request.GET.get("page"))
    names = dict(regions.province_choices(language))
    context = {
        "page": page,
        "filters": filters,
        "filtered": any(filters.values()),
        "categories": current_edition().categories,
        "category_names": category_names(language),
        "provinces": names,
        "states": [(state, STANDINGS[state].label) for state in CertificateState.values],
        "standings": STANDINGS,
        "tiles": tiles(names, queries_public.standing_by_province(), filters["province"], language),
    }
    return render(request, "site/register.html", context)


@require_safe
def register_csv(request: HttpRequest) -> HttpResponse:
    """The found certificates for a spreadsheet."""
    head = [
        _("证书编号"), _("名称"), _("英文名称"), _("持有单位"), _("基地"), _("申报类别"),
        _("所在省份"), _("认定日期"), _("状态"), _("下次年审日期"), _("查验网址"),
    ]  # fmt: skip
    lines = csv_lines(head, _cells(request, reader_language()))
    response = HttpResponse("".join(lines), content_type="text/csv; charset=utf-8")
    return _named(response, "csv")


@require_safe
def register_json(request: HttpRequest) -> HttpResponse:
    """The found certificates for programs; states by their codes."""
    language = reader_language()
    certificates = [
        {
            "number": certificate.number,
            "name": certificate.name,
            "name_en": certificate.name_en,
            "holder": certificate.holder,
            "base": certificate.base.name,
            "category": certificate.category,
            "province": certificate.province,
            "province_name": regions.province_name(certificate.province, language),
            "certified_on": certificate.certified_on,
            "state": certificate.state,
            "next_review_on": certificate.next_review_on,
            "url": _verification(request, certificate),
        }
        for certificate in queries_public.with_next_review(found(register_filters(request)))
    ]
    answer = JsonResponse({"certificates": certificates}, json_dumps_params={"ensure_ascii": False})
    return _named(answer, "json")


def _named(response: HttpResponse, ending: str) -> HttpResponse:
    """A download under the day's name; a program reads it as before."""
    name = f"register-{timezone.localdate():%Y%m%d}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _verification(request: HttpRequest, certificate: Certificate) -> str:
    return request.build_absolute_uri(reverse("site:certificate", args=[certificate.number]))


def register_filters(request: HttpRequest) -> dict[str, str]:
    """What was asked for; a value that does not exist asks for nothing."""
    given = {name: request.GET.get(name, "").strip() for name in ("category", "province", "state")}
    known = {
        "category": given["category"] in CATEGORIES,
        "province": regions.is_province(given["province"]),
        "state": given["state"] in CertificateState.values,
    }
    text = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    return {"text": text, **{name: given[name] if known[name] else "" for name in given}}


def found(filters: dict[str, str]) -> QuerySet[Certificate]:
    return queries_public.search(queries_public.register(), **filters)


def category_names(language: str) -> dict[str, str]:
    return {c.code: in_language(c, "name", language) for c in current_edition().categories}


def _cells(request: HttpRequest, language: str) -> Iterator[list[Any]]:
    categories = category_names(language)
    certificates = queries_public.with_next_review(found(register_filters(request)))
    for certificate in certificates.iterator(chunk_size=500):
        yield [
            certificate.number,
            certificate.name,
            certificate.name_en,
            certificate.holder,
            certificate.base.name,
            categories[certificate.category],
            regions.province_name(certificate.province, language),
            certificate.certified_on.isoformat(),
            STANDINGS[certificate.state].label,
            certificate.next_review_on.isoformat() if certificate.next_review_on else "",
            _verification(request, certificate),
        ]
