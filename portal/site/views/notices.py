"""公示: the published results and their PDFs."""

from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evaluation import queries_public, reissue
from evaluation.edition import edition_of, reader_language
from evaluation.models import Certificate, Publication
from evaluation.queries import period_is_over, takes_objections
from evaluation.rulebook import in_language
from evaluation.terms import postal_address
from portal.site.certificates import name_applied_for
from portal.site.downloads import attachment

PAGE_SIZE = 20


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """All notices, the newest first; those in their period, or those that ended."""
    today = timezone.localdate()
    counts = queries_public.notice_counts(today)
    totals = {"": counts["open"] + counts["ended"], **counts}
    state = request.GET.get("state", "")
    if state not in totals:
        state = ""
    found = queries_public.notice_rows()
    if state == "open":
        found = queries_public.open_on(found, today)
    elif state == "ended":
        found = queries_public.ended_on(found, today)
    paginator = Paginator(found, PAGE_SIZE)
    paginator.count = totals[state]  # known already: not asked again
    page = paginator.get_page(request.GET.get("page"))
    labels = {"": _("全部"), "open": _("公示中"), "ended": _("已结束")}
    context = {
        "page": page,
        "rows": [(notice, name_applied_for(notice), is_open(notice)) for notice in page],
        "count": totals[state],
        "chips": [
            {
                "label": label,
                "url": f"?state={key}" if key else reverse("site:notices"),
                "current": key == state,
                "count": totals[key],
            }
            for key, label in labels.items()
        ],
    }
    return render(request, "site/notices.html", context)


@require_safe
def notice(request: HttpRequest, number: str) -> HttpResponse:
    """One notice: the result, the name applied for, the period, how to object."""
    publication = notice_or_404(number)
    edition = edition_of(publication.evaluation)
    context = {
        "notice": publication,
        "open": is_open(publication),
        "takes": takes_objections(publication.evaluation, publication),
        "certificate": Certificate.objects.filter(evaluation=publication.evaluation_id).first()
        if publication.withdrawn_at is None
        else None,
        "postal_address": postal_address(),
        "newer": Publication.objects.filter(corrects=publication).first()
        if publication.withdrawn_at
        else None,
        "changes": reissue.published_changes(publication, reader_language()),
        "name": name_applied_for(publication),
        "category": edition.category(publication.evaluation.category),
        "scores": published_scores(publication),
        "edition": edition,
    }
    return render(request, "site/notice.html", context)


@require_safe
def notice_document(request: HttpRequest, number: str) -> HttpResponse:
    """How far the notice's PDF is; the page asks again until it can be downloaded."""
    return render(request, "site/notice_document.html", {"notice": notice_or_404(number)})


@require_safe
def notice_pdf(request: HttpRequest, number: str) -> FileResponse:
    publication = notice_or_404(number)
    document = publication.document
    if document is None or not document.ready:
        raise Http404
    return attachment(document, f"{publication.number}.pdf")


def notice_or_404(number: str) -> Publication:
    return get_object_or_404(queries_public.notices(), number=number.replace("\x00", ""))


def is_open(notice: Publication) -> bool:
    """Whether objections are taken today."""
    return notice.withdrawn_at is None and not period_is_over(notice)


def published_scores(notice: Publication) -> list[dict[str, Any]]:
    """A1, A2, A3 and A as they were computed; nothing of who gave which points."""
    edition, result = edition_of(notice.evaluation), notice.score_run.result
    limits = edition.qualification
    least, above = limits.dimension_minimum, limits.total_above
    language = reader_language()
    rows: list[dict[str, Any]] = []
    for dimension in edition.dimensions:
        points = Decimal(result[dimension.id])
        rows.append(
            {
                "code": dimension.id,
                "name": in_language(dimension, "name", language),
                "points": points,
                "mark": least,
                "passed": points >= least,
            }
        )
    total = Decimal(result["A"])
    rows.append(
        {
            "code": "A",
            "name": _("总得分"),
            "points": total,
            "mark": above,
            "strict": True,
            "passed": total > above,
        }
    )
    return rows
