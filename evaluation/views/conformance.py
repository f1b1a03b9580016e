"""Filing the record of a conformance run as proof for the four items of 8.4."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dataaccess import queries as reporting
from evaluation import permissions, queries
from evaluation.actions import application
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.models import Evaluation
from portal.accounts.requests import SignedInRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def file_record(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Choose the application to which the record is added, among its other materials (10)."""
    user: Any = request.user
    run = get_object_or_404(
        reporting.runs_for(user).filter(passed=True, rendered_at__isnull=False), pk=pk
    )
    cases = [case for case in queries.cases_for(user) if permissions.can_edit(user, case)]
    status = 200
    if request.method == "POST":
        case = next((case for case in cases if case.number == request.POST.get("case")), None)
        if case is None:
            messages.error(request, _("请选择一份可以修改的申报。"))
            status = 422
        elif _filed(request, case, run):
            return redirect("evaluation:materials", case.number)
        else:
            status = 422
    context = {"run": run, "cases": cases}
    return render(request, "evaluation/applicant/file_record.html", context, status=status)


def _filed(request: SignedInRequest, case: Evaluation, run: Any) -> bool:
    user: Any = request.user
    try:
        application.file_conformance_record(user, case, run)
    except (NotAllowed, Refused, WrongState) as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, _("测试记录已作为证明材料加入材料10。"))
    return True
