"""名称滥用举报: the secretariat's list and the handling of one report."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluation.actions import erasure
from evaluation.actions import misuse as actions
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.forms.misuse import CloseForm, NoteForm
from evaluation.models import MisuseFile, MisuseReport, MisuseState
from evaluation.views.refusals import add_to_form, led_back, show
from evaluation.views.shared import attachment
from portal.accounts.models import Role
from portal.accounts.requests import SignedInRequest
from portal.ledger import audit

PAGE_SIZE = 25


def _here(pk: int, *_args: Any, **_kwargs: Any) -> str:
    return reverse("evaluation:misuse_report", args=[pk])


def _list(*_args: Any, **_kwargs: Any) -> str:
    return reverse("evaluation:misuse_reports")


def _only_for_the_secretariat(request: SignedInRequest) -> None:
    """For everybody else there is no such page: it says who reported."""
    if request.user.role != Role.SECRETARIAT:
        raise Http404


@led_back(_list)
@require_safe
def misuse_reports(request: SignedInRequest) -> HttpResponse:
    """What came in, what is being looked into, what is closed."""
    _only_for_the_secretariat(request)
    found = MisuseReport.objects.select_related("handler").defer("content", "answer")
    text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    if text:
        found = found.filter(
            Q(receipt__icontains=text)
            | Q(about__icontains=text)
            | Q(content__icontains=text)
            | Q(unknown_number__icontains=text)
        )
    state = request.GET.get("state", "open")
    if state in MisuseState.values:
        found = found.filter(state=state)
    elif state != "all":
        state, found = "open", found.exclude(state=MisuseState.CLOSED)
    chips = [
        {
            "label": label,
            "url": "?" + urlencode({"state": key, **({"q": text} if text else {})}),
            "current": key == state,
        }
        for key, label in (("open", _("待办理")), *MisuseState.choices, ("all", _("全部")))
    ]
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "chips": chips, "q": text, "state": state}
    return render(request, "evaluation/after/misuse_reports.html", context)


@led_back(_here)
@require_http_methods(["GET", "POST"])
def misuse_report(request: SignedInRequest, pk: int) -> HttpResponse:
    """One report; take it on, put down what was found, close it with an answer."""
    _only_for_the_secretariat(request)
    found = get_object_or_404(
        MisuseReport.objects.select_related("handler", "closed_by", "certificate"), pk=pk
    )
    noting = request.method == "POST" and "note" in request.POST
    closing = request.method == "POST" and "close" in request.POST
    note = NoteForm(request.POST if noting else None)
    close = CloseForm(request.POST if closing else None)
    if request.method == "POST":
        done = _handled(request, found, note if noting else None, close if closing else None)
        if done is not None:
            return done
    context = {
        "report": found,
        "files": [
            {
                "name": file.name,
                "url": reverse("evaluation:misuse_file", args=[found.pk, file.pk]),
                "size": file.size,
                "sha256": file.sha256,
            }
            for file in found.files.all()
        ],
        "notes": found.notes.select_related("written_by"),
        "note": note,
        "close": close,
        "can_erase": erasure.can_be_erased(found),
        "handling": found.state == MisuseState.HANDLING,
    }
    status = 422 if note.errors or close.errors else 200
    return render(request, "evaluation/after/misuse_report.html", context, status=status)


def _handled(
    request: SignedInRequest, found: MisuseReport, note: NoteForm | None, close: CloseForm | None
) -> HttpResponse | None:
    """Do what the pressed button says; None where the page has to say why not."""
    form = note or close
    if form is not None and not form.is_valid():
        return None
    try:
        if note is not None:
            actions.write_note(request.user, found, note.cleaned_data["text"])
            messages.success(request, _("已保存核查记录。"))
        elif close is not None:
            said = close.cleaned_data
            actions.close(request.user, found, outcome=said["outcome"], answer=said["answer"])
            messages.success(request, _("举报已办结，答复可凭回执编号查看。"))
        else:
            actions.take_on(request.user, found)
            messages.success(request, _("已开始核查。"))
    except (NotAllowed, WrongState):
        raise
    except Refused as refusal:
        if form is None:
            raise
        add_to_form(form, refusal)
        return None
    return redirect("evaluation:misuse_report", found.pk)


@led_back(_here)
@require_POST
def erase_reporter(request: SignedInRequest, pk: int) -> HttpResponse:
    """清除联系方式 of a report that was closed long ago."""
    _only_for_the_secretariat(request)
    found = get_object_or_404(MisuseReport, pk=pk)
    try:
        erasure.erase_reporter(request.user, found, request.POST.get("reason", "")[:1000])
    except NotAllowed:
        raise
    except Refused as refusal:
        show(request, refusal)
    else:
        messages.success(request, _("已清除举报人的联系方式。"))
    return redirect("evaluation:misuse_report", pk)


@led_back(_here)
@require_safe
def misuse_file(request: SignedInRequest, pk: int, file_id: uuid.UUID) -> FileResponse:
    """Download what came with a report, always as an attachment. Who read it is kept."""
    _only_for_the_secretariat(request)
    found = get_object_or_404(MisuseFile, report_id=pk, pk=file_id)
    with transaction.atomic():
        audit.record(request.user, "misuse.read_file", f"misuse:{pk}", sha256=found.sha256)
    return attachment(found, found.name, found.content_type)
