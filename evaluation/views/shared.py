"""Pages that every signed-in reader has: the desk, the list of cases, the case, its downloads."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from evaluation import permissions, queries, steps
from evaluation.edition import current_edition, edition_of
from evaluation.models import CATEGORIES, CaseFile, Document, Evaluation
from evaluation.timeline import timeline
from evaluation.views.refusals import case_view
from portal.accounts.models import Role

PAGE_SIZE = 25
# Administrators have no cases; their desk is elsewhere.
DESKS = {
    Role.SYSTEM_ADMIN: "accounts:people",
    Role.SECURITY_ADMIN: "accounts:people",
    Role.AUDIT_ADMIN: "site:audit",
}


@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """待办: what waits for me, the longest first, and what I was asked."""
    if request.user.role in DESKS:
        return redirect(DESKS[request.user.role])
    waiting = queries.waiting_for(request.user)
    shown = list(waiting[: PAGE_SIZE * 2])
    context = {
        "waiting": shown,
        "waiting_count": waiting.count() if len(shown) == PAGE_SIZE * 2 else len(shown),
        "invitations": list(queries.invitations_for(request.user)),
        "recent": list(
            queries.cases_for(request.user)
            .exclude(pk__in=[case.pk for case in shown])
            .order_by("-state_since")[:10]
        ),
    }
    return render(request, "evaluation/desk.html", context)


@login_required
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """案卷: every case the reader may see, filtered and searched."""
    if request.user.role in DESKS:
        raise Http404
    found = queries.cases_for(request.user)
    text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    if text:
        found = found.filter(
            Q(number__icontains=text)
            | Q(organisation__name__icontains=text)
            | Q(organisation__credit_code__iexact=text)
            | Q(base__name__icontains=text)
            | Q(place__icontains=text)
        )
    step = request.GET.get("step", "")
    if step in {str(s.number) for s in steps.STEPS}:
        found = found.filter(
            state__in=[code for code, state in steps.STATES.items() if state.step == int(step)]
        )
    category = request.GET.get("category", "")
    if category in CATEGORIES:
        found = found.filter(category=category)
    context = {
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "q": text,
        "step": step,
        "category": category,
        "steps": steps.STEPS,
        "edition": current_edition(),
        "filters": request.GET,
    }
    return render(request, "evaluation/cases.html", context)


@case_view
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One case: the seven steps, what is awaited, what the reader may do next, its papers."""
    evaluation = queries.case_for(request.user, number)
    return render(request, "evaluation/case.html", case_context(request, evaluation))


def case_context(request: HttpRequest, evaluation: Evaluation) -> dict[str, Any]:
    """What the head of every page of a case shows."""
    return {
        "evaluation": evaluation,
        "category": edition_of(evaluation).category(evaluation.category),
        "timeline": timeline(evaluation, request.user),
        "moves": [
            move
            for move in steps.moves_from(evaluation.state)
            if permissions.can_move(request.user, evaluation, move.code)
        ],
        "declaration": queries.current_declaration(evaluation),
        "documents": list(queries.documents_for(request.user, evaluation)),
        "files": list(queries.files_for(request.user, evaluation)),
        "can_edit": permissions.can_edit(request.user, evaluation),
        "can_record_site": permissions.can_record_site(request.user, evaluation),
        "published": queries.is_published(evaluation),
        "last_reason": evaluation.transitions.exclude(reason="").order_by("-at").first(),
    }


@case_view
@require_safe
def file(request: HttpRequest, number: str, file_id: uuid.UUID) -> HttpResponse:
    """Download an uploaded file: always as an attachment."""
    evaluation = queries.case_for(request.user, number)
    kept = get_object_or_404(queries.files_for(request.user, evaluation), pk=file_id)
    return attachment(kept, kept.name, kept.content_type)


@case_view
@require_safe
def document(request: HttpRequest, number: str, document_id: uuid.UUID) -> HttpResponse:
    """Download a document, or go back to the case while it is being made."""
    evaluation = queries.case_for(request.user, number)
    made = get_object_or_404(queries.documents_for(request.user, evaluation), pk=document_id)
    if not made.ready:
        return redirect("evaluation:case", number)
    return attachment(made, f"{made.title}-{evaluation.number}.pdf", "application/pdf")


@case_view
@require_safe
def document_row(request: HttpRequest, number: str, document_id: uuid.UUID) -> HttpResponse:
    """One document's row of the list, asked for again by the page until it is rendered."""
    evaluation = queries.case_for(request.user, number)
    made = get_object_or_404(queries.documents_for(request.user, evaluation), pk=document_id)
    return render(
        request, "evaluation/document_row.html", {"document": made, "evaluation": evaluation}
    )


def attachment(kept: CaseFile | Document, name: str, content_type: str) -> FileResponse:
    """The bytes of a stored file, never shown inside the portal's own pages."""
    response = FileResponse(
        kept.stored.open("rb"), as_attachment=True, filename=name, content_type=content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
