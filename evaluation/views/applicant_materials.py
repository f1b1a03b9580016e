"""The ten slots of Table 1, and what is still missing before the application can be submitted."""

import uuid
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from evaluation import permissions, queries, uploads
from evaluation.actions import application
from evaluation.completeness import Gap
from evaluation.correction import Defect, defects_under_correction
from evaluation.edition import edition_of, reader_language
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.models import Evaluation
from evaluation.rulebook import FormTable, in_language
from evaluation.rulebook.shapes import Material
from evaluation.views.applicant_draft import Draft, file_rows, place_of, prefilled
from evaluation.views.applicant_submission import sealed
from evaluation.views.refusals import case_view
from portal.accounts.requests import SignedInRequest

ACCEPT = ",".join(e for group in uploads.MATERIALS.values() for e in group)


@case_view
@require_safe
def materials(request: SignedInRequest, number: str) -> HttpResponse:
    """上传材料: the slots with what each proves, its files, and its defect of the last review."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_edit(request.user, evaluation)
    return _page(request, evaluation)


@case_view
@require_POST
def material_add(request: SignedInRequest, number: str, slot: int) -> HttpResponse:
    """Put one or more files into a slot. Each is kept or refused by itself, with its reason."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_edit(request.user, evaluation)
    if slot not in [material.number for material in edition_of(evaluation).materials]:
        raise Http404
    kept, refusals = 0, []
    for upload in request.FILES.getlist("file"):
        try:
            application.add_material(request.user, evaluation, slot, upload)
        except (NotAllowed, WrongState):
            raise
        except Refused as refusal:
            refusals += [str(sentence) for sentence in refusal.sentences]
        else:
            kept += 1
    if not kept and not refusals:
        refusals.append(_("请先选择要上传的文件。"))
    if kept:
        done = ngettext(
            "已上传 %(count)d 个文件到材料%(slot)d。",
            "已上传 %(count)d 个文件到材料%(slot)d。",
            kept,
        )
        messages.success(request, done % {"count": kept, "slot": slot})
    if refusals:
        return _page(request, evaluation, {slot: refusals})
    return redirect(f"{reverse('evaluation:materials', args=[number])}#slot-{slot}")


@case_view
@require_POST
def material_remove(request: SignedInRequest, number: str, file_id: uuid.UUID) -> HttpResponse:
    """Take a file out of its slot."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_edit(request.user, evaluation)
    file = queries.draft_materials(evaluation).filter(pk=file_id).first()
    if file is None:
        raise Http404
    application.remove_material(request.user, evaluation, file_id)
    messages.success(
        request,
        _("已从材料%(slot)s移除“%(name)s”。") % {"slot": file.slot, "name": file.name},
    )
    return redirect(f"{reverse('evaluation:materials', args=[number])}#slot-{file.slot}")


def _page(
    request: SignedInRequest, evaluation: Evaluation, refusals: dict[int, list[str]] | None = None
) -> HttpResponse:
    draft = Draft(evaluation)
    refused = refusals or {}
    defects = open_defects(draft)
    closed = evaluation.state == "correction"  # all but the slots of the notice
    context = {
        **draft.context("materials"),
        "slots": [
            {
                "shown": _slot(
                    draft,
                    material,
                    defects.get(material.number),
                    may_change=not closed or material.number in defects,
                ),
                "material": material,
                "upload_url": reverse(
                    "evaluation:material_add", args=[evaluation.number, material.number]
                )
                if not closed or material.number in defects
                else "",
                "hint": _hint(material),
                "refusals": refused.get(material.number, []),
            }
            for material in draft.edition.materials
        ],
        "accept": ACCEPT,
        "defects": len(defects),
        "number_of_slots": len(draft.edition.materials),
    }
    return render(
        request, "evaluation/applicant/materials.html", context, status=422 if refused else 200
    )


def open_defects(draft: Draft) -> dict[int, Defect]:
    """While a correction is asked for: the defect of each slot that was not accepted."""
    found = defects_under_correction(draft.evaluation)
    return {defect.slot: defect for defect in found if defect.slot is not None}


def _slot(
    draft: Draft, material: Material, defect: Defect | None, *, may_change: bool = True
) -> dict[str, Any]:
    language = reader_language()
    files = draft.files.get(material.number, [])
    if defect and (not defect.changed or not files):
        state, label = "not_met", _("需补正")
    elif defect:
        state, label = "attention", _("已更换文件，待重新提交")
    elif files:
        count = len(files)
        state = "met"
        label = ngettext("已上传 %(count)d 个文件", "已上传 %(count)d 个文件", count) % {
            "count": count
        }
    elif material.required:
        state, label = "incomplete", _("尚未上传")
    else:
        state, label = "waiting", _("选交")
    return {
        "number": material.number,
        "name": in_language(material, "name", language),
        "proves": [
            in_language(indicator, "name", language)
            for indicator in draft.edition.proved_by(material.number)
        ],
        "state": state,
        "state_label": label,
        "defect": defect.reason if defect else "",
        "files": file_rows(draft.evaluation, files, remove=may_change),
    }


def _hint(material: Material) -> str:
    periods = {
        "three_years": _("应覆盖近三年。"),
        "twelve_months": _("应覆盖连续一年（十二个月）。"),
        "none": "",
    }
    accepted = _("%(types)s，可多选，单个文件不超过 %(limit)s。") % {
        "types": uploads.names_of(uploads.MATERIALS),
        "limit": filesizeformat(settings.UPLOAD_MAX_BYTES),
    }
    return periods[material.period] + accepted


# 检查并提交


@case_view
@require_safe
def completeness(request: SignedInRequest, number: str) -> HttpResponse:
    """检查并提交: everything that is missing, each with the way to it; then the button."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_edit(request.user, evaluation)
    draft = Draft(evaluation)
    corrections = defects_under_correction(evaluation)
    defects = {defect.slot: defect for defect in corrections if defect.slot is not None}

    def linked(table: FormTable) -> list[tuple[Gap, str]]:
        never_saved = not draft.saved[table.key].version if table.key in draft.saved else True
        offered = prefilled(draft, table) if never_saved else {}
        return [
            (
                replace(
                    gap,
                    message=_("%(message)s（已先行填入，核对后保存本表）")
                    % {"message": gap.message},
                )
                if gap.field in offered
                else gap,
                place_of(gap, number),
            )
            for gap in draft.table_gaps(table.key)
        ]

    context = {
        **draft.context("completeness"),
        **sealed(evaluation, draft.tables),
        "tables": [
            {
                "table": table,
                "state": draft.table_state(table.key),
                "url": reverse("evaluation:form_table", args=[number, table.key]),
                "gaps": linked(table),
            }
            for table in draft.edition.form
        ],
        "slots": [
            {
                "material": material,
                "state": _slot(draft, material, defects.get(material.number)),
                "url": f"{reverse('evaluation:materials', args=[number])}#slot-{material.number}",
            }
            for material in draft.edition.materials
        ],
        "blocking": len(draft.blocking),
        "advice": sum(not gap.blocks for gap in draft.gaps),
        "defects": corrections,
        "unsettled": sum(not defect.settled for defect in corrections),
        "returned": queries.last_answer(evaluation) if evaluation.state == "returned" else None,
        "move": "resubmit" if evaluation.state == "correction" else "submit",
    }
    return render(request, "evaluation/applicant/completeness.html", context)
