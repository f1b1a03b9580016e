"""材料合订本: ordering it, how far it is, and the download."""

import uuid
from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from evaluation import queries
from evaluation.actions import volumes
from evaluation.models import Declaration, Evaluation, Volume
from evaluation.views.refusals import case_view
from evaluation.views.shared import attachment
from portal.accounts.requests import SignedInRequest


@case_view
@require_POST
def order_draft_volume(request: SignedInRequest, number: str) -> HttpResponse:
    """Have the draft's materials bound as they are now."""
    evaluation = queries.case_for(request.user, number)
    volumes.order_volume(request.user, evaluation)
    return redirect(f"{reverse('evaluation:materials', args=[number])}#volume")


@case_view
@require_POST
def order_volume(request: SignedInRequest, number: str, version: int) -> HttpResponse:
    """Have the materials of a submitted version bound, for whoever may read the version."""
    evaluation = queries.case_for(request.user, number)
    frozen = get_object_or_404(evaluation.declarations, number=version)
    volumes.order_volume(request.user, evaluation, frozen)
    return redirect(f"{reverse('evaluation:declaration', args=[number, version])}#volume")


@case_view
@require_safe
def volume(
    request: SignedInRequest, number: str, volume_id: uuid.UUID
) -> HttpResponse | FileResponse:
    """Download a volume, or go back to the case while it is being made."""
    evaluation = queries.case_for(request.user, number)
    made = get_object_or_404(queries.volumes_for(request.user, evaluation), pk=volume_id)
    if not made.ready:
        return redirect("evaluation:case", number)
    version = (
        _("第%(number)s版") % {"number": made.declaration.number} if made.declaration else _("草稿")
    )
    name = _("申报材料合订本-%(case)s-%(version)s.pdf") % {"case": number, "version": version}
    return attachment(made, name, "application/pdf")


@case_view
@require_safe
def volume_row(request: SignedInRequest, number: str, volume_id: uuid.UUID) -> HttpResponse:
    """How far a volume is, asked for again by the page until it is made."""
    evaluation = queries.case_for(request.user, number)
    made = get_object_or_404(queries.volumes_for(request.user, evaluation), pk=volume_id)
    context = volume_context(request, evaluation, made.declaration, volume=made)
    return render(request, "evaluation/volume_row.html", context)


def volume_context(
    request: SignedInRequest,
    evaluation: Evaluation,
    declaration: Declaration | None,
    *,
    volume: Volume | None = None,
) -> dict[str, Any]:
    """What templates/evaluation/volume_row.html shows. Two queries."""
    if volume is None:
        volume = (
            queries.volumes_for(request.user, evaluation).filter(declaration=declaration).first()
        )
    files = volumes.files_of(evaluation, declaration)
    order_url = (
        reverse("evaluation:order_volume", args=[evaluation.number, declaration.number])
        if declaration
        else reverse("evaluation:order_draft_volume", args=[evaluation.number])
    )
    return {
        "evaluation": evaluation,
        "volume": volume,
        "volume_files": len(files),
        "volume_outdated": volume is not None and volume.code != volumes.code_of(files),
        "volume_order_url": order_url,
    }
