"""预览: the pages of a PDF and pictures, as pictures of our own making."""

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from evaluation import queries
from evaluation.documents import previewing
from evaluation.views.evidence import file_row
from evaluation.views.refusals import case_view
from portal.accounts.requests import SignedInRequest

PAGES_AT_A_TIME = 20


@case_view
@require_safe
def file_preview(request: SignedInRequest, number: str, file_id: uuid.UUID) -> HttpResponse:
    """Look at a file without downloading it."""
    evaluation = queries.case_for(request.user, number)
    kept = get_object_or_404(queries.files_for(request.user, evaluation), pk=file_id)
    problem, count = "", 0
    try:
        count = previewing.page_count(kept)
    except previewing.CannotShow as reason:
        problem = str(reason)
    shown = Paginator(range(1, count + 1), PAGES_AT_A_TIME).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "evaluation": evaluation,
        "file": file_row(evaluation, kept),
        "problem": problem,
        "count": count,
        "page": shown,
        "leaves": [
            (leaf, reverse("evaluation:file_page", args=[number, kept.pk, leaf])) for leaf in shown
        ],
    }
    return render(request, "evaluation/file_preview.html", context)


@case_view
@require_safe
def file_page(request: SignedInRequest, number: str, file_id: uuid.UUID, leaf: int) -> HttpResponse:
    """One page as a picture. It can do nothing: a picture, sniffed for nothing else, in a sandbox."""
    evaluation = queries.case_for(request.user, number)
    kept = get_object_or_404(queries.files_for(request.user, evaluation), pk=file_id)
    try:
        made = previewing.page_jpeg(kept, leaf)
    except previewing.CannotShow as reason:
        raise Http404(str(reason)) from reason
    response = HttpResponse(made, content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'self'"
    return response
