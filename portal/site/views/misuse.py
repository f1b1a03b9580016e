"""举报名称滥用 (10.3): a form for anybody, its receipt, and how the report stands."""

from typing import Any

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import queries_public
from evaluation.actions import misuse as actions
from evaluation.edition import current_edition
from evaluation.errors import Refused
from evaluation.forms.misuse import MisuseForm
from evaluation.models import MisuseKind, MisuseReport

CLAUSES = ("10.3.1", "10.3.2")


@require_http_methods(["GET", "POST"])
def misuse(request: HttpRequest) -> HttpResponse:
    """The form. Sent well, it leads to its receipt; sent too often, what was typed is kept."""
    limited = request.method == "POST" and not ratelimit.consume(request, action="public_form")
    form = MisuseForm(initial=_known_of(request.GET.get("number", "")[:100]))
    if limited:
        form = MisuseForm(initial=request.POST.dict())
    elif request.method == "POST":
        form = MisuseForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                made = actions.report(**form.to_report())
            except Refused as refusal:
                for sentence in refusal.sentences:
                    form.add_error("attachments", str(sentence))
            else:
                return redirect("site:misuse_receipt", made.receipt)
    status = 429 if limited else 422 if form.errors else 200
    return _page(request, status, form=form, limited=limited)


def _known_of(number: str) -> dict[str, str]:
    """What a number says before anything is typed: whose it is, or that nobody has it."""
    if not number.strip():
        return {}
    named = queries_public.certificate_of(number)
    if named is None:
        return {"number": number, "kind": MisuseKind.FORGED}
    return {"number": number, "about": f"{named.base.name}（{named.holder}）"[:200]}


@never_cache
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """From a typed receipt number to its page; one that does not exist is said where it was
    typed."""
    if "receipt" not in request.GET:
        return redirect("site:misuse")
    typed = request.GET.get("receipt", "").strip()[:100]
    found = _report_of(typed)
    if found is None:
        return _not_found(request, typed)
    return redirect("site:misuse_receipt", found.receipt)


@never_cache
@require_safe
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """回执: how the report stands, and its answer; nothing of what was reported, nor by whom."""
    found = _report_of(number)
    if found is None:
        return _not_found(request, number[:100])
    return render(request, "site/misuse_receipt.html", {"report": found})


def _report_of(typed: str) -> MisuseReport | None:
    number = "".join(typed.replace("\x00", "").split()).upper()
    return MisuseReport.objects.filter(receipt=number).first() if number else None


def _not_found(request: HttpRequest, typed: str) -> HttpResponse:
    fault = _("没有这个回执编号，请对照回执逐位核对。") if typed else _("请填写回执编号。")
    return _page(request, 404 if typed else 422, form=MisuseForm(), sought=typed, fault=fault)


def _page(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    edition = current_edition()
    context["clauses"] = [edition.clause(id_) for id_ in CLAUSES]
    return render(request, "site/misuse.html", context, status=status)
