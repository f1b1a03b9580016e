"""The ten slots of Table 1, and what is still missing before the application can be submitted."""

import uuid
from dataclasses import replace

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from evaluation import periods, permissions, queries, terms
from evaluation.actions import materials as materials_in
from evaluation.actions import stamping
from evaluation.completeness import Gap
from evaluation.edition import edition_of
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.models import Evaluation, Purpose
from evaluation.rulebook import FormTable
from evaluation.views.applicant_draft import Draft, place_of, place_of_defect, prefilled
from evaluation.views.material_slots import (
    ACCEPT,
    RefusedCode,
    Slots,
    hints,
    shown_slot,
)
from evaluation.views.refusals import case_view
from evaluation.views.sealed import sealed
from evaluation.views.volumes import volume_context
from portal.accounts.requests import SignedInRequest


@case_view
@require_safe
def materials(request: SignedInRequest, number: str) -> HttpResponse:
    """上传材料: the slots with what each proves, its files, and its defect of the last review."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_edit(request.user, evaluation)
    return materials_page(request, evaluation)


@case_view
@require_POST
def material_add(request: SignedInRequest, number: str, slot: int) -> HttpResponse:
    """Put one or more files into a slot. Each is kept or refused by itself, with its reason."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_edit(request.user, evaluation)
    if slot not in [material.number for material in edition_of(evaluation).materials]:
        raise Http404
    kept, refusals = 0, []
    replaces = uuid_of(request.POST.get("replaces", ""))
    for upload in request.FILES.getlist("file"):
        try:
            file = materials_in.add_material(request.user, evaluation, slot, upload, replaces)
            stamping.read_version(request.user, evaluation, file)
        except (NotAllowed, WrongState):
            raise
        except Refused as refusal:
            refusals += [str(sentence) for sentence in refusal.sentences]
        else:
            kept += 1
            replaces = None  # one takes the place; others that came along stand beside it
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
        return materials_page(request, evaluation, {slot: refusals})
    return redirect(f"{reverse('evaluation:materials', args=[number])}#slot-{slot}")


@case_view
@require_POST
def material_remove(request: SignedInRequest, number: str, file_id: uuid.UUID) -> HttpResponse:
    """Take a file out of its slot."""
    evaluation = queries.case_for(request.user, number)
    file = queries.draft_materials(evaluation).filter(pk=file_id).first()
    if file is None:
        raise Http404
    materials_in.remove_material(request.user, evaluation, file_id)
    # Said in the slot itself, with the way back beside it.
    page = reverse("evaluation:materials", args=[number])
    return redirect(f"{page}?removed={file_id}#slot-{file.slot}")


@case_view
@require_POST
def material_restore(request: SignedInRequest, number: str, file_id: uuid.UUID) -> HttpResponse:
    """Put a removed file or an earlier version back into its slot, and say so there. One that is
    back already stays."""
    evaluation = queries.case_for(request.user, number)
    file = get_object_or_404(evaluation.files, pk=file_id, purpose=Purpose.MATERIAL)
    slot = file.slot or 0
    try:
        there = materials_in.restore_material(request.user, evaluation, file_id)
    except (NotAllowed, WrongState):
        raise
    except Refused as refusal:
        return materials_page(
            request, evaluation, {slot: [str(each) for each in refusal.sentences]}
        )
    page = reverse("evaluation:materials", args=[number])
    return redirect(f"{page}?restored={there.pk if there else file_id}#slot-{slot}")


@case_view
@require_POST
def material_period(request: SignedInRequest, number: str, file_id: uuid.UUID) -> HttpResponse:
    """Say which months a file covers."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_edit(request.user, evaluation)
    file = queries.draft_materials(evaluation).filter(pk=file_id).first()
    if file is None:
        raise Http404
    slot = file.slot or 0
    try:
        first, last = periods.read_period(
            request.POST.get("from", ""), request.POST.get("to", ""), timezone.localdate()
        )
        materials_in.set_period(request.user, evaluation, file_id, first, last)
    except (NotAllowed, WrongState):
        raise
    except Refused as refusal:
        sentences = [
            _("“%(name)s”：%(problem)s") % {"name": file.name, "problem": sentence}
            for sentence in refusal.sentences
        ]
        return materials_page(request, evaluation, {slot: sentences}, typed=file_id)
    messages.success(request, _("已保存“%(name)s”覆盖的期间。") % {"name": file.name})
    return redirect(f"{reverse('evaluation:materials', args=[number])}#slot-{slot}")


def uuid_of(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def materials_page(
    request: SignedInRequest,
    evaluation: Evaluation,
    refusals: dict[int, list[str]] | None = None,
    typed: uuid.UUID | None = None,
    refused: RefusedCode | None = None,
) -> HttpResponse:
    """The slots, with what was refused in its place and what was typed there."""
    draft = Draft(evaluation)
    slots = Slots(
        draft,
        removed=request.GET.get("removed", ""),
        restored=request.GET.get("restored", ""),
        refused_code=refused,
    )
    shown = slots.all(refusals)
    for row in (row for slot in shown for row in slot["shown"]["files"]):
        if typed is not None and row.get("pk") == typed:
            row["period_from"] = request.POST.get("from", "")
            row["period_to"] = request.POST.get("to", "")
    context = {
        **draft.context("materials"),
        **hints(),
        **volume_context(request, evaluation, None),
        "slots": shown,
        "accept": ACCEPT,
        "defects": len(slots.defects),
        "postal_address": terms.postal_address(),
        "number_of_slots": len(draft.edition.materials),
        "request_limit": settings.REQUEST_MAX_BYTES,
    }
    return render(
        request,
        "evaluation/applicant/materials.html",
        context,
        status=422 if refusals or refused else 200,
    )


# 检查并提交


@case_view
@require_safe
def completeness(request: SignedInRequest, number: str) -> HttpResponse:
    """检查并提交: everything that is missing, each with the way to it; then the button."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_edit(request.user, evaluation)
    draft = Draft(evaluation)
    defects = {defect.slot: defect for defect in draft.defects if defect.slot is not None}

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
                "correction": draft.table_correction(table.key),
                "url": reverse("evaluation:form_table", args=[number, table.key]),
                "gaps": linked(table),
            }
            for table in draft.edition.form
        ],
        "slots": [
            {
                "material": material,
                "state": shown_slot(draft, material, defects.get(material.number)),
                "coverage": draft.coverage(material),
                "url": f"{reverse('evaluation:materials', args=[number])}#slot-{material.number}",
            }
            for material in draft.edition.materials
        ],
        "blocking": len(draft.blocking),
        "advice": sum(not gap.blocks for gap in draft.gaps),
        "defects": [(defect, place_of_defect(draft, defect)) for defect in draft.defects],
        "unsettled": draft.unsettled,
        "returned": queries.last_answer(evaluation) if evaluation.state == "returned" else None,
        "move": "resubmit" if evaluation.state == "correction" else "submit",
    }
    return render(request, "evaluation/applicant/completeness.html", context)
