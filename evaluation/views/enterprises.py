"""产业链上下游企业名单: a page of the list as a table to edit, and the list from and to Excel."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import permissions, queries, uploads
from evaluation.actions import enterprises, imports
from evaluation.actions.enterprises import Line, Saved
from evaluation.edition import edition_of, reader_language
from evaluation.enterprises.rows import FIELD, TABLE, identity, list_field, list_sheet
from evaluation.errors import NotAllowed, Refused
from evaluation.forms.enterprises import lines_of, sent_lines, table_html
from evaluation.forms.imports import ImportForm, TakeForm
from evaluation.models import Enterprise, EnterpriseImport, Evaluation, ImportState
from evaluation.rulebook import in_language
from evaluation.sheets import workbook
from evaluation.sheets.rows import sort_out
from evaluation.views.applicant_draft import ENTERPRISES_A_PAGE, Draft
from evaluation.views.imports import preview, taken, workbook_response
from evaluation.views.refusals import add_to_form, case_view
from portal.accounts.requests import SignedInRequest

BLANK_ROWS = 3
MORE_ROWS = 10  # that one press adds without scripts
MOST_NEW_ROWS = 1000  # that one save may add; more come by Excel
SHOWN_FAULTS = 200  # the workbook of faulty rows has them all


@case_view
@require_http_methods(["GET", "POST"])
def enterprise_list(request: SignedInRequest, number: str) -> HttpResponse:
    """One page of the list. Saving keeps what can be kept and shows the rest beside its cells."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_edit(request.user, evaluation)
    if request.method == "POST":
        sent = sent_lines(request.POST)
        saved = enterprises.save_lines(request.user, evaluation, sent.lines, sent.removed)
        if saved.added or saved.changed or saved.removed:
            messages.success(request, _told(saved))
        if not saved.lines:
            more = {"rows": "more"} if "add_row" in request.POST else {}
            return redirect(_here(request, number, **more))
        gone = {pk for pk, _version in sent.removed}
        kept_out = [line for line in saved.lines if line.pk in gone]
        for place, line in enumerate(kept_out, start=1):
            line.index = sent.most + place
        return _page(request, evaluation, [*sent.lines, *kept_out], saved)
    return _page(request, evaluation)


def _told(saved: Saved) -> str:
    parts = [
        _("新增%(count)s家") % {"count": saved.added} if saved.added else "",
        _("修改%(count)s家") % {"count": saved.changed} if saved.changed else "",
        _("移除%(count)s家") % {"count": saved.removed} if saved.removed else "",
    ]
    done = _("、").join(part for part in parts if part)
    return _("已保存：%(done)s。") % {"done": done}


def _here(request: SignedInRequest, number: str, **more: str) -> str:
    query = {key: request.GET[key] for key in ("q", "page", "show") if request.GET.get(key)} | more
    address = reverse("evaluation:enterprises", args=[number])
    return f"{address}?{urlencode(query)}" if query else address


def _found(evaluation: Evaluation, text: str, show: str) -> QuerySet[Enterprise]:
    rows = evaluation.enterprises.select_related("saved_by")
    if text:
        rows = rows.filter(
            Q(name__icontains=text)
            | Q(credit_code__icontains=text)
            | Q(field__icontains=text)
            | Q(document__icontains=text)
        )
    return rows.filter(credit_code="") if show == "uncoded" else rows


def _page(
    request: SignedInRequest,
    evaluation: Evaluation,
    sent: list[Line] | None = None,
    saved: Saved | None = None,
) -> HttpResponse:
    draft = Draft(evaluation)
    asked = list_field(draft.edition)
    text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    show = "uncoded" if request.GET.get("show") == "uncoded" else ""
    page = Paginator(_found(evaluation, text, show), ENTERPRISES_A_PAGE).get_page(
        request.GET.get("page")
    )
    lines = sent if sent is not None else lines_of(page.object_list)
    language = reader_language()
    labels = {column.key: in_language(column, "label", language) for column in asked.columns}
    total = len(draft.enterprises)
    blank = 0 if page.has_next() else BLANK_ROWS
    if request.GET.get("rows") == "more":
        blank = MORE_ROWS
    context = {
        **draft.context(TABLE),
        **table_html(asked, lines, page.start_index() - 1 if page else 0, blank),
        "asked": asked,
        "page": page,
        "total": total,
        "room": min((asked.max_rows or 0) - total, MOST_NEW_ROWS) + len(lines),
        "q": text,
        "chips": [
            {"label": _("全部"), "url": f"?{urlencode({'q': text})}", "current": not show},
            {
                "label": _("未填信用代码"),
                "url": f"?{urlencode({'q': text, 'show': 'uncoded'})}",
                "current": show == "uncoded",
            },
        ],
        "here": _here(request, evaluation.number),
        "count": draft.declared.derivation("enterprise_count"),
        "refused": [
            (
                line,
                labels.get(key, ""),
                message,
                f"#id_{FIELD}-{line.index}{'-' + key if key else ''}",
            )
            for line in (saved.lines if saved else [])
            for key, message in line.errors.items()
        ],
        "conflicts": [line for line in (saved.lines if saved else []) if line.theirs],
    }
    return render(
        request,
        "evaluation/applicant/enterprises.html",
        context,
        status=422 if saved and saved.lines else 200,
    )


# Excel


@case_view
@require_safe
def enterprise_template(request: SignedInRequest, number: str) -> HttpResponse:
    """The Excel template, empty."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_edit(request.user, evaluation)
    made = workbook.template(list_sheet(edition_of(evaluation)))
    return workbook_response(made, _("企业名单模板.xlsx"))


@case_view
@require_safe
def enterprise_export(request: SignedInRequest, number: str) -> HttpResponse:
    """The draft's list as a workbook."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_edit(request.user, evaluation)
    made = workbook.export(list_sheet(edition_of(evaluation)), queries.enterprise_rows(evaluation))
    return workbook_response(made, _("企业名单-%(case)s.xlsx") % {"case": evaluation.number})


@case_view
@require_safe
def declared_enterprises(request: SignedInRequest, number: str, version: int) -> HttpResponse:
    """The list of a submitted version as a workbook, for whoever may read the version."""
    evaluation = queries.case_for(request.user, number)
    frozen = get_object_or_404(evaluation.declarations, number=version)
    rows = frozen.tables.get(TABLE, {}).get(FIELD) or []
    made = workbook.export(list_sheet(edition_of(evaluation)), rows)
    name = _("企业名单-%(case)s-第%(version)s版.xlsx")
    return workbook_response(made, name % {"case": evaluation.number, "version": version})


@case_view
@require_http_methods(["GET", "POST"])
def enterprise_import(request: SignedInRequest, number: str) -> HttpResponse:
    """导入Excel: hand in a file; it is read, shown, and taken in only when confirmed."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_edit(request.user, evaluation)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = ImportForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                begun = enterprises.start_import(
                    request.user, evaluation, form.cleaned_data["file"]
                )
            except NotAllowed:
                raise
            except Refused as refusal:
                add_to_form(form, refusal)
            else:
                return redirect("evaluation:enterprise_import_one", number, begun.pk)
    draft = Draft(evaluation)
    context = {
        **draft.context(TABLE),
        "form": form,
        "asked": list_field(draft.edition),
        "accept": uploads.DOCUMENTS[uploads.XLSX][0],
        "earlier": list(
            evaluation.enterprise_imports.select_related("uploaded_by").defer("rows")[:10]
        ),
    }
    return render(
        request,
        "evaluation/applicant/enterprise_import.html",
        context,
        status=422 if form.errors else 200,
    )


@case_view
@require_http_methods(["GET", "POST"])
def enterprise_import_one(
    request: SignedInRequest, number: str, import_id: uuid.UUID
) -> HttpResponse:
    """One import: how far it is read, then what it holds, then the decision."""
    evaluation, begun = _import(request, number, import_id)
    form = TakeForm()
    if request.method == "POST":
        if "drop" in request.POST:
            enterprises.drop_import(request.user, evaluation, begun.pk)
            messages.success(request, _("已放弃导入，名单没有改动。"))
            return redirect("evaluation:enterprises", number)
        form = TakeForm(request.POST)
        if form.is_valid():
            try:
                done = enterprises.take_import(
                    request.user, evaluation, begun.pk, form.cleaned_data["duplicates"]
                )
            except NotAllowed:
                raise
            except Refused as refusal:
                add_to_form(form, refusal)
            else:
                messages.success(request, taken(done))
                if done.outcome["faulty"]:
                    return redirect("evaluation:enterprise_import_one", number, begun.pk)
                return redirect("evaluation:enterprises", number)
    draft = Draft(evaluation)
    context = {
        **draft.context(TABLE),
        "begun": begun,
        "form": form,
        **(_preview(draft, begun) if begun.rows else {}),
    }
    return render(
        request,
        "evaluation/applicant/enterprise_import_one.html",
        context,
        status=422 if form.errors else 200,
    )


@case_view
@require_safe
def enterprise_import_state(
    request: SignedInRequest, number: str, import_id: uuid.UUID
) -> HttpResponse:
    """How far the reading is, asked for again by the page; the whole page once it is over."""
    _evaluation, begun = _import(request, number, import_id)
    response = render(request, "evaluation/applicant/import_progress.html", {"begun": begun})
    if begun.state != ImportState.READING:
        response["HX-Refresh"] = "true"
    return response


@case_view
@require_safe
def enterprise_faulty(request: SignedInRequest, number: str, import_id: uuid.UUID) -> HttpResponse:
    """The rows of an import that could not be taken in, with comments in the wrong cells."""
    evaluation, begun = _import(request, number, import_id)
    rows = [row for row in imports.rows_of(begun) if row.errors]
    if not rows:
        raise Http404
    made = workbook.faulty(list_sheet(edition_of(evaluation)), rows)
    return workbook_response(made, _("待改正的企业-%(case)s.xlsx") % {"case": evaluation.number})


def _import(
    request: SignedInRequest, number: str, import_id: uuid.UUID
) -> tuple[Evaluation, EnterpriseImport]:
    evaluation = queries.case_for(request.user, number)
    permissions.check_edit(request.user, evaluation)
    return evaluation, get_object_or_404(evaluation.enterprise_imports, pk=import_id)


def _preview(draft: Draft, begun: EnterpriseImport) -> dict[str, Any]:
    listed = {identity(each): place for place, each in enumerate(draft.enterprises, start=1)}
    if begun.state == ImportState.TAKEN:  # now they are all on the list
        listed = {}
    found = sort_out(imports.rows_of(begun), listed, identity)
    return preview(
        list_sheet(draft.edition),
        found,
        who=lambda row: (row.get("name", ""), row.get("credit_code", "")),
        where=lambda place: _("名单第 %(place)s 行") % {"place": place},
    )
