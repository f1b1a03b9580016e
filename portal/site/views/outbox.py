"""发件箱: every mail on its way or gone. The secretariat reads it; the system administrator sees
whether it goes, not what it says."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.accounts import outgoing
from portal.accounts.actions import outgoing as actions
from portal.accounts.errors import Refused
from portal.accounts.models import Role
from portal.accounts.requests import SignedInRequest
from portal.accounts.views.guards import for_roles

PAGE_SIZE = 50
HANDLERS = (Role.SECRETARIAT, Role.SYSTEM_ADMIN)


@for_roles(*HANDLERS)
@require_safe
def outbox_page(request: SignedInRequest) -> HttpResponse:
    """The newest first, by state and by recipient or subject."""
    state = request.GET.get("state", "")
    text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    found = outgoing.entries(state, text, by_subject=_reads(request))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": outgoing.rows(page.object_list),
        "q": text,
        "state": state,
        "reads": _reads(request),
        "chips": [
            {"label": label, "url": _query(text, code), "current": state == code}
            for code, label in {"": _("全部"), **outgoing.STATES}.items()
        ],
    }
    return render(request, "administration/outbox.html", context)


@for_roles(*HANDLERS)
@require_safe
def entry(request: SignedInRequest, pk: int) -> HttpResponse:
    """One mail: what it says, its state, and what went wrong."""
    found = get_object_or_404(outgoing.entries(), pk=pk)
    context: dict[str, Any] = {
        "entry": found,
        "to": outgoing.recipient(found),
        "kind": outgoing.kind_label(found),
        "address": outgoing.masked_address(found),
        "reads": _reads(request),
        "protected": found.kind == outgoing.TO_OBJECTORS,
    }
    if _reads(request):
        context["text"] = outgoing.text_of(found)
    return render(request, "administration/outbox_entry.html", context)


@for_roles(*HANDLERS)
@require_POST
def stop(request: SignedInRequest, pk: int) -> HttpResponse:
    """Stop a mail before it goes."""
    found = get_object_or_404(outgoing.entries(), pk=pk)
    try:
        actions.stop(request.user, found)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已中止，这封邮件不会发出。"))
    return redirect("administration:outbox_entry", pk)


@for_roles(*HANDLERS)
@require_POST
def send_again(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send a mail now, or once more."""
    found = get_object_or_404(outgoing.entries(), pk=pk)
    try:
        actions.send_again(request.user, found)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已交付发送，稍后刷新此页可查看结果。"))
    return redirect("administration:outbox_entry", pk)


def _reads(request: SignedInRequest) -> bool:
    return request.user.role == Role.SECRETARIAT


def _query(text: str, state: str) -> str:
    given = {"q": text, "state": state}
    return "?" + urlencode({name: value for name, value in given.items() if value})
