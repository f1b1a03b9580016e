"""A material that arrives in pieces (static/js/materials.js): announce it, send each piece, finish.

Answers are JSON. 422: refused, with `sentences`; 409: what was sent does not fit what stands there,
begin anew; 507: no room, try again later."""

import uuid

from django.http import Http404, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from evaluation import permissions, queries
from evaluation.actions import stamping, uploading
from evaluation.actions.files import StorageFull
from evaluation.edition import edition_of
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.models import Evaluation, Upload
from evaluation.views.applicant_draft import Draft
from evaluation.views.applicant_materials import uuid_of
from evaluation.views.material_slots import Slots
from evaluation.views.refusals import case_view
from portal.accounts.requests import SignedInRequest


@case_view
@require_POST
def upload_begin(request: SignedInRequest, number: str, slot: int) -> HttpResponse:
    """Announce a file; the answer says which pieces are here already, each with its SHA-256."""
    evaluation = queries.case_for(request.user, number)
    if slot not in [material.number for material in edition_of(evaluation).materials]:
        raise Http404
    try:
        upload = uploading.begin(
            request.user,
            evaluation,
            slot,
            name=request.POST.get("name", "")[:1000],
            size=_number(request.POST.get("size", "")),
            modified=_number(request.POST.get("modified", "")),
            replaces=uuid_of(request.POST.get("replaces", "")),
        )
    except Refused as refusal:
        return _refused(refusal)
    address = [number, upload.pk]
    return JsonResponse(
        {
            "piece_size": upload.piece_size,
            "pieces": {str(piece.number): piece.sha256 for piece in upload.pieces.all()},
            "piece_url": reverse("evaluation:upload_piece", args=[*address, 0])[:-2],
            "finish_url": reverse("evaluation:upload_finish", args=address),
            "give_up_url": reverse("evaluation:upload_give_up", args=address),
        }
    )


@case_view
@require_POST
def upload_piece(
    request: SignedInRequest, number: str, upload_id: uuid.UUID, piece: int
) -> HttpResponse:
    """Keep one piece: the body of the request, as it is."""
    evaluation, upload = _upload(request, number, upload_id)
    try:
        body = request.body
    except UnreadablePostError:  # the connection broke; nobody hears the answer
        return JsonResponse({"sentences": []}, status=422)
    try:
        uploading.put_piece(request.user, evaluation, upload, piece, body)
    except Refused as refusal:
        return _refused(refusal)
    return JsonResponse({})


@case_view
@require_POST
def upload_finish(request: SignedInRequest, number: str, upload_id: uuid.UUID) -> HttpResponse:
    """All pieces are here: check the file and lay it in its slot. The answer brings what changed
    on the page."""
    evaluation, upload = _upload(request, number, upload_id)
    try:
        file = uploading.finish(request.user, evaluation, upload)
        stamping.read_version(request.user, evaluation, file)
    except Refused as refusal:
        return _refused(refusal)
    draft = Draft(evaluation)
    context = {
        **draft.context("materials"),
        "each": Slots(draft).one(draft.edition.material(upload.slot)),
    }
    return JsonResponse(
        {
            "said": _("已上传，SHA-256 %(hash)s…") % {"hash": file.sha256[:12]},
            "parts": render_to_string("evaluation/applicant/material_parts.html", context, request),
        }
    )


@case_view
@require_POST
def upload_give_up(request: SignedInRequest, number: str, upload_id: uuid.UUID) -> HttpResponse:
    """Forget what has arrived of a file."""
    _evaluation, upload = _upload(request, number, upload_id)
    uploading.give_up(upload)
    return redirect(f"{reverse('evaluation:materials', args=[number])}#slot-{upload.slot}")


def _upload(
    request: SignedInRequest, number: str, upload_id: uuid.UUID
) -> tuple[Evaluation, Upload]:
    evaluation = queries.case_for(request.user, number)
    permissions.check_edit(request.user, evaluation)
    return evaluation, get_object_or_404(evaluation.uploads, pk=upload_id)


def _refused(refusal: Refused) -> HttpResponse:
    if isinstance(refusal, NotAllowed):
        raise refusal
    status = 422
    if isinstance(refusal, StorageFull):
        status = 507
    elif isinstance(refusal, uploading.Damaged | WrongState):
        status = 409
    answer = {"sentences": [str(sentence) for sentence in refusal.sentences]}
    return JsonResponse(answer, status=status)


def _number(text: str) -> int:
    """A whole number of at most 15 digits; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else 0
