"""The pool from and to Excel."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import uploads
from evaluation.actions import pool_import as actions
from evaluation.errors import Refused
from evaluation.forms.imports import ImportForm, TakeForm
from evaluation.models import Assignment, Expert, ExpertImport, ImportState
from evaluation.pool.sheet import MOST_EXPERTS, pool_sheet, row_of
from evaluation.sheets import workbook
from evaluation.views.imports import preview, taken, workbook_response
from evaluation.views.pool import for_the_secretariat, told_state
from evaluation.views.refusals import add_to_form
from portal.accounts.requests import SignedInRequest
from portal.contacts.reveal import note_export


@for_the_secretariat
@require_safe
def template(request: SignedInRequest) -> HttpResponse:
    """The Excel template, empty."""
    return workbook_response(workbook.template(pool_sheet()), _("专家名单模板.xlsx"))


@for_the_secretariat
@require_safe
def export(request: SignedInRequest) -> HttpResponse:
    """Everyone who has not retired, and on a sheet of its own what they served in; the first can be
    changed and taken in again."""
    records = (
        Expert.objects.filter(retired_at__isnull=True)
        .select_related("user")
        .prefetch_related("field_rows", "ties", "absences")
        .order_by("user__name", "pk")
    )
    rows = [row_of(record) for record in records]
    note_export(request.user, "pool", len(rows))
    made = workbook.export(pool_sheet(), rows, beside=[_history([r.user_id for r in records])])
    return workbook_response(made, _("专家名单.xlsx"))


def _history(experts: list[int]) -> workbook.Table:
    """Every evaluation that these experts were asked to."""
    served = (
        Assignment.objects.filter(expert__in=experts)
        .select_related("expert", "evaluation__organisation")
        .order_by("expert__name", "-assigned_at")
    )
    head = (
        _("姓名"),
        _("邮箱地址"),
        _("案卷号"),
        _("申报单位"),
        _("承担工作"),
        _("邀请"),
        _("状态"),
    )
    return workbook.Table(
        _("参加评估的记录"),
        head,
        [
            (
                each.expert.name,
                each.expert.email,
                each.evaluation.number,
                each.evaluation.organisation.name,
                str(each.get_duty_display()),
                str(timezone.localdate(each.assigned_at)),
                told_state(each)[1],
            )
            for each in served
        ],
    )


@for_the_secretariat
@require_http_methods(["GET", "POST"])
def start(request: SignedInRequest) -> HttpResponse:
    """导入Excel: hand in a file; it is read, shown, and taken in only when confirmed."""
    form = ImportForm()
    if request.method == "POST":
        form = ImportForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                begun = actions.start(request.user, form.cleaned_data["file"])
            except Refused as refusal:
                add_to_form(form, refusal)
            else:
                return redirect("evaluation:pool_import_one", begun.pk)
    context = {
        "form": form,
        "accept": uploads.DOCUMENTS[uploads.XLSX][0],
        "most": MOST_EXPERTS,
        "earlier": list(ExpertImport.objects.select_related("uploaded_by").defer("rows")[:10]),
    }
    return render(
        request, "evaluation/pool/import.html", context, status=422 if form.errors else 200
    )


@for_the_secretariat
@require_http_methods(["GET", "POST"])
def one(request: SignedInRequest, import_id: uuid.UUID) -> HttpResponse:
    """One import: how far it is read, then what it holds, then the decision."""
    begun = get_object_or_404(ExpertImport.objects.select_related("uploaded_by"), pk=import_id)
    form = TakeForm()
    if request.method == "POST":
        if "drop" in request.POST:
            actions.drop(request.user, begun.pk)
            messages.success(request, _("已放弃导入，专家库没有改动。"))
            return redirect("evaluation:pool")
        form = TakeForm(request.POST)
        if form.is_valid():
            try:
                done = actions.take(request.user, begun.pk, form.cleaned_data["duplicates"])
            except Refused as refusal:
                add_to_form(form, refusal)
            else:
                messages.success(request, taken(done))
                if done.outcome["faulty"]:
                    return redirect("evaluation:pool_import_one", begun.pk)
                return redirect("evaluation:pool")
    context = {"begun": begun, "form": form, **(_preview(begun) if begun.rows else {})}
    return render(
        request, "evaluation/pool/import_one.html", context, status=422 if form.errors else 200
    )


def _preview(begun: ExpertImport) -> dict[str, Any]:
    found = actions.looked_through(begun)
    if begun.state == ImportState.TAKEN:  # now they are all in the pool
        found.new += [row for row, _pk in found.in_list]
        found.in_list = []
    return preview(
        pool_sheet(),
        found,
        who=lambda row: (row.get("name", ""), row.get("email", "")),
        where=lambda place: _("专家库"),
    )


@for_the_secretariat
@require_safe
def state(request: SignedInRequest, import_id: uuid.UUID) -> HttpResponse:
    """How far the reading is, asked for again by the page; the whole page once it is over."""
    begun = get_object_or_404(ExpertImport.objects.defer("rows"), pk=import_id)
    response = render(request, "evaluation/pool/import_progress.html", {"begun": begun})
    if begun.state != ImportState.READING:
        response["HX-Refresh"] = "true"
    return response


@for_the_secretariat
@require_safe
def faulty(request: SignedInRequest, import_id: uuid.UUID) -> HttpResponse:
    """The rows of an import that could not be taken in, with comments in the wrong cells."""
    begun = get_object_or_404(ExpertImport, pk=import_id)
    rows = actions.faulty(begun)
    if not rows:
        raise Http404
    return workbook_response(workbook.faulty(pool_sheet(), rows), _("待改正的专家.xlsx"))
