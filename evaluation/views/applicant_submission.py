"""From the draft to the receipt: the paper that is sealed and scanned, and the confirmation."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from evaluation import permissions, queries
from evaluation.actions import application, stamping
from evaluation.edition import edition_of
from evaluation.errors import NotAllowed, Refused
from evaluation.models import Evaluation, Kind
from evaluation.rulebook.certificates import certificate_name
from evaluation.views.applicant_draft import Draft
from evaluation.views.refusals import case_view, show
from evaluation.views.waiting import waiting
from portal.accounts.requests import SignedInRequest


def sealed(evaluation: Evaluation, tables: dict[str, Any] | None = None) -> dict[str, Any]:
    """How the sealed paper stands to the draft: the draft's code, the scans, same or other."""
    code = application.form_code(
        evaluation, application.tables_of(evaluation) if tables is None else tables
    )
    scans = stamping.scans(evaluation, code)
    return {"form_code": code, "scans": scans, "stamp": stamping.standing(scans)}


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
    draft = Draft(evaluation)
    prints = list(stamping.prints(evaluation))
    context = {
        **draft.context("stamp_form"),
        **sealed(evaluation, draft.tables),
        "blocking": [gap for gap in draft.blocking if gap.slot is None],
        "prints": prints,
    }
    context["current"] = next(
        (each for each in prints if each.version_code == context["form_code"]), None
    )
    context["outdated"] = [each for each in prints if each != context["current"]]
    return render(request, "evaluation/applicant/stamp_form.html", context)


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
    """Say which printed version a scan shows."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_edit(request.user, evaluation)
    file = get_object_or_404(queries.draft_materials(evaluation), pk=file_id, slot=stamping.SLOT)
    try:
        stamping.state_version(request.user, evaluation, file, request.POST.get("code", "")[:40])
    except NotAllowed:
        raise
    except Refused as refusal:
        show(request, refusal)
    else:
        messages.success(request, _("已记下扫描件“%(name)s”的版本码。") % {"name": file.name})
    return redirect("evaluation:stamp_form", number)


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
