"""单位事项: what organisations ask of the secretariat, and its answers."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.forms import Form
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import queries
from portal.accounts.actions import help as help_actions
from portal.accounts.actions import members, names, registration
from portal.accounts.errors import Refused
from portal.accounts.forms import AppointForm, RefusalForm, add_refusal
from portal.accounts.models import (
    Evidence,
    HelpRequest,
    Invitation,
    MemberRole,
    NameChange,
    Organisation,
    Outcome,
    Registration,
    Role,
)
from portal.accounts.permissions import READS_EVIDENCE
from portal.accounts.requests import SignedInRequest
from portal.accounts.views.guards import for_roles, status
from portal.ledger import audit

PAGE_SIZE = 50


@dataclass(frozen=True)
class Kind:
    """One kind of request: its rows, and how they are searched."""

    label: Any
    rows: Callable[[], QuerySet[Any]]
    waiting: Callable[[], QuerySet[Any]]
    search: tuple[str, ...]
    refuse: Callable[..., None]


KINDS: dict[str, Kind] = {
    "registration": Kind(
        gettext_lazy("单位登记"),
        lambda: Registration.objects.filter(confirmed_at__isnull=False),
        queries.waiting_registrations,
        ("name__icontains", "credit_code__iexact", "person_name__icontains"),
        registration.refuse,
    ),
    "name": Kind(
        gettext_lazy("单位更名"),
        lambda: NameChange.objects.select_related("organisation", "asked_by"),
        queries.waiting_name_changes,
        ("old_name__icontains", "new_name__icontains", "organisation__credit_code__iexact"),
        names.refuse,
    ),
    "help": Kind(
        gettext_lazy("负责人变更"),
        lambda: HelpRequest.objects.filter(kind=HelpRequest.Kind.OWNER_GONE).select_related(
            "organisation"
        ),
        queries.waiting_help,
        (
            "organisation__name__icontains",
            "organisation__credit_code__iexact",
            "person_name__icontains",
        ),
        help_actions.refuse,
    ),
}


@for_roles(Role.SECRETARIAT)
@require_safe
def admissions(request: SignedInRequest, kind: str = "registration") -> HttpResponse:
    """The queue of one kind: what waits first, the longest first; what was answered on demand."""
    asked = _kind(kind)
    every = request.GET.get("state") == "all"
    rows = asked.rows() if every else asked.rows().filter(outcome=Outcome.OPEN)
    text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    if text:
        found = Q()
        for lookup in asked.search:
            found |= Q(**{lookup: text})
        rows = rows.filter(found)
    if kind == "registration":
        same_code = queries.waiting_registrations().filter(credit_code=OuterRef("credit_code"))
        rows = rows.annotate(has_twin=Exists(same_code.exclude(pk=OuterRef("pk"))))
    rows = rows.order_by("-decided_at", "created_at", "pk") if every else rows
    here = reverse("accounts:admissions", args=[kind])
    context = {
        "kind": kind,
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "q": text,
        "tabs": [
            {
                "label": each.label,
                "url": reverse("accounts:admissions", args=[key]),
                "current": key == kind,
                "count": each.waiting().count(),
            }
            for key, each in KINDS.items()
        ],
        "chips": [
            {"label": _("待办理"), "url": here, "current": not every},
            {"label": _("全部"), "url": f"{here}?state=all", "current": every},
        ],
    }
    return render(request, "accounts/admissions.html", context)


@for_roles(Role.SECRETARIAT)
@require_http_methods(["GET", "POST"])
def admission(request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
    """One request, with what was handed in, and its answer: accepted, or refused with a reason."""
    asked = _kind(kind)
    row = get_object_or_404(asked.rows().select_related("decided_by"), pk=pk)
    refusing = request.method == "POST" and "refuse" in request.POST
    accepting = request.method == "POST" and not refusing
    refusal = RefusalForm(request.POST if refusing else None, prefix="refusal")
    appointment = _appointment(request, row, accepting) if kind == "help" else None
    try:
        if refusing and refusal.is_valid():
            asked.refuse(request.user, row, refusal.cleaned_data["reason"])
            messages.success(request, _("已退回，申请人将收到邮件。"))
            return redirect("accounts:admissions", kind)
        if accepting and (appointment is None or appointment.is_valid()):
            _accept(request, row, appointment)
            return redirect("accounts:admissions", kind)
    except Refused as fault:
        if appointment is not None and accepting:
            add_refusal(appointment, fault)
        else:
            messages.error(request, str(fault))
            return redirect("accounts:admission", kind, pk)
    context = {
        "kind": kind,
        "label": asked.label,
        "row": row,
        "refusal": refusal,
        "appointment": appointment,
        **_known(row),
    }
    failed = refusal if refusing else appointment
    return render(
        request, "accounts/admission.html", context, status=status(failed) if failed else 200
    )


def _appointment(request: SignedInRequest, row: HelpRequest, sent: bool) -> AppointForm:
    return AppointForm(
        request.POST if sent else None,
        owners=queries.owners(row.organisation_id),
        initial={"name": row.person_name, "email": row.email},
    )


def _accept(request: SignedInRequest, row: Model, appointment: Form | None) -> None:
    if isinstance(row, Registration):
        registration.accept(request.user, row)
        messages.success(
            request,
            _("已激活“%(name)s”，邀请链接已寄给其负责人。") % {"name": row.name},
        )
    elif isinstance(row, NameChange):
        names.accept(request.user, row)
        messages.success(request, _("已更名为“%(name)s”。") % {"name": row.new_name})
    elif isinstance(row, HelpRequest) and appointment is not None:
        asked = appointment.cleaned_data
        help_actions.appoint(
            request.user,
            row,
            name=asked["name"],
            email=asked["email"],
            reason=asked["reason"],
            leaving=list(asked["leaving"]),
        )
        messages.success(request, _("邀请链接已寄给新负责人。"))


@for_roles(Role.SECRETARIAT)
@require_POST
def resend(request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
    """Mail a new owner's invitation again: nobody else of the organisation could."""
    row = get_object_or_404(_kind(kind).rows(), pk=pk)
    invitation = _invitation(row)
    if invitation is None:
        raise Http404
    try:
        members.resend(request.user, invitation)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("邀请邮件已重新寄出，之前的链接已失效。"))
    return redirect("accounts:admission", kind, pk)


def _invitation(row: Any) -> Invitation | None:
    """The owner's invitation that the secretariat's answer led to and nobody accepted yet."""
    if row.outcome != Outcome.ACCEPTED or isinstance(row, NameChange):
        return None
    return (
        queries.open_invitations(row.organisation_id)
        .filter(member_role=MemberRole.OWNER, invited_by__role=Role.SECRETARIAT)
        .last()
    )


def _known(row: Model) -> dict[str, Any]:
    """What the portal knows already, against which the request is checked."""
    known: dict[str, Any] = {"invitation": _invitation(row)}
    if isinstance(row, HelpRequest):
        known["owners"] = list(queries.owners(row.organisation_id))
    if isinstance(row, Registration):
        code = row.credit_code
        same_code = KINDS["registration"].rows().filter(credit_code=code).exclude(pk=row.pk)
        same_name = Organisation.objects.filter(name=row.name).exclude(credit_code=code)
        known |= {
            "registered": Organisation.objects.filter(credit_code=code).first(),
            "others": list(same_code[:10]),
            "same_name": list(same_name[:10]),
        }
    return known


@for_roles(*READS_EVIDENCE)
@require_safe
def evidence(request: SignedInRequest, pk: uuid.UUID) -> FileResponse:
    """Download a scan, always as an attachment. Who read it is kept."""
    found = get_object_or_404(Evidence, pk=pk)
    with transaction.atomic():
        audit.record(request.user, "accounts.read_evidence", f"evidence:{found.pk}")
    answer = FileResponse(
        found.stored.open("rb"),
        as_attachment=True,
        filename=found.name,
        content_type=found.content_type,
    )
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _kind(kind: str) -> Kind:
    if kind not in KINDS:
        raise Http404
    return KINDS[kind]
