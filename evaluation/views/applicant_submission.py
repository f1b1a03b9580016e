"""From the draft to the receipt: the paper that is sealed and scanned, and the confirmation."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from evaluation import permissions, queries
from evaluation.actions import stamping
from evaluation.edition import edition_of
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.models import Evaluation, Kind
from evaluation.rulebook.certificates import certificate_name
from evaluation.views.applicant_draft import Draft
from evaluation.views.applicant_materials import materials_page
from evaluation.views.material_slots import RefusedCode
from evaluation.views.refusals import case_view
from evaluation.views.sealed import sealed
from evaluation.views.waiting import waiting
from portal.accounts.requests import SignedInRequest


def before_submission(evaluation: Evaluation) -> dict[str, Any]:
    """What the applicant should have before the eyes when pressing 提交申报."""
    edition = edition_of(evaluation)
    last = queries.current_declaration(evaluation)
    return {
        **sealed(evaluation),
        "category": edition.category(evaluation.category),
        "certificate_name": certificate_name(edition, evaluation.category, evaluation.place),
        "next_version": last.number + 1 if last else 1,
        "files": queries.draft_materials(evaluation).count(),
    }


@case_view
@require_safe
def stamp_form(request: SignedInRequest, number: str) -> HttpResponse:
    """打印盖章: the PDF of the form as it stands, and which version the scan shows."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_edit(request.user, evaluation)
    return _stamp_page(request, evaluation)


def _stamp_page(
    request: SignedInRequest, evaluation: Evaluation, refused: RefusedCode | None = None
) -> HttpResponse:
    draft = Draft(evaluation)
    prints = list(stamping.prints(evaluation))
    context = {
        **draft.context("stamp_form"),
        **sealed(evaluation, draft.tables),
        "blocking": [gap for gap in draft.blocking if gap.slot is None],
        "prints": prints,
        "refused_code": refused,
    }
    context["current"] = next(
        (each for each in prints if each.version_code == context["form_code"]), None
    )
    context["outdated"] = [each for each in prints if each != context["current"]]
    status = 422 if refused else 200
    return render(request, "evaluation/applicant/stamp_form.html", context, status=status)


@case_view
@require_POST
def print_form(request: SignedInRequest, number: str) -> HttpResponse:
    """生成盖章稿."""
    evaluation = queries.case_for(request.user, number)
    stamping.print_form(request.user, evaluation)
    return redirect("evaluation:stamp_form", number)


@case_view
@require_POST
def state_version(request: SignedInRequest, number: str, file_id: uuid.UUID) -> HttpResponse:
    """Say which printed version a scan shows: on the page 打印盖章 or in the scan's slot."""
    evaluation = queries.case_for(request.user, number)
    file = get_object_or_404(queries.draft_materials(evaluation), pk=file_id, slot=stamping.SLOT)
    typed = request.POST.get("code", "")[:40]
    in_slot = request.POST.get("back") == "materials"
    try:
        stamping.state_version(request.user, evaluation, file, typed)
    except (NotAllowed, WrongState):
        raise
    except Refused as refusal:
        refused = RefusedCode(file.pk, typed, [str(sentence) for sentence in refusal.sentences])
        page = materials_page if in_slot else _stamp_page
        return page(request, evaluation, refused=refused)
    messages.success(request, _("已记下扫描件“%(name)s”的版本码。") % {"name": file.name})
    page_name = "materials" if in_slot else "stamp_form"
    return redirect(f"{reverse(f'evaluation:{page_name}', args=[number])}#scan-{file.pk}")


@case_view
@require_safe
def submitted(request: SignedInRequest, number: str, version: int) -> HttpResponse:
    """已提交: what was received, the receipt, what comes next, and the way back."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_member(request.user, evaluation)
    declaration = get_object_or_404(
        evaluation.declarations.select_related("submitted_by"), number=version
    )
    documents = queries.documents_for(request.user, evaluation).filter(
        kind__in=[Kind.APPLICATION, Kind.RECEIPT], ordered_at__gte=declaration.submitted_at
    )
    later = evaluation.declarations.filter(number=version + 1).first()
    if later is not None:
        documents = documents.filter(ordered_at__lt=later.submitted_at)
    context: dict[str, Any] = {
        "evaluation": evaluation,
        "category": edition_of(evaluation).category(evaluation.category),
        "declaration": declaration,
        "documents": documents,
        "stamp": stamping.stamp_of(declaration),
        "may_recall": permissions.can_move(request.user, evaluation, "recall"),
        **waiting(request.user, evaluation),
    }
    return render(request, "evaluation/applicant/submitted.html", context)
