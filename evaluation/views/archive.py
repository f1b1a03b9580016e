"""归档: the archives of a case, each with how far it is and its hash."""

import uuid

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import permissions, queries
from evaluation.actions import archive as actions
from evaluation.views.refusals import case_view
from portal.accounts.requests import SignedInRequest


@case_view
@require_http_methods(["GET", "POST"])
def archives(request: SignedInRequest, number: str) -> HttpResponse:
    """Show what was archived; a POST orders a new one."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_staff(request.user)
    if request.method == "POST":
        actions.order_archive(request.user, evaluation)
        messages.success(request, _("已开始归档，可以离开本页，稍后再来下载。"))
        return redirect("evaluation:archives", number)
    found = list(evaluation.archives.select_related("ordered_by"))
    context = {
        "evaluation": evaluation,
        "archives": found,
        "under_way": any(each.made_at is None for each in found),
    }
    return render(request, "evaluation/staff/archives.html", context)


@case_view
@require_safe
def archive_row(request: SignedInRequest, number: str, archive_id: uuid.UUID) -> HttpResponse:
    """How far one archive is; the page asks again until it is made."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_staff(request.user)
    found = get_object_or_404(evaluation.archives, pk=archive_id)
    context = {"evaluation": evaluation, "archive": found}
    return render(request, "evaluation/staff/archive_row.html", context)


@case_view
@require_safe
def archive_zip(
    request: SignedInRequest, number: str, archive_id: uuid.UUID
) -> HttpResponse | FileResponse:
    """Download an archive, always as an attachment."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_staff(request.user)
    found = get_object_or_404(evaluation.archives.select_related("evaluation"), pk=archive_id)
    if found.made_at is None:
        return redirect("evaluation:archives", number)
    actions.hand_out(request.user, found)
    response = FileResponse(
        found.stored.open("rb"),
        as_attachment=True,
        filename=f"{evaluation.number}-{timezone.localtime(found.made_at):%Y%m%d}.zip",
        content_type="application/zip",
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
