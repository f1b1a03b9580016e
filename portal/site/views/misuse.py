"""举报名称滥用 (10.3): a form for anybody, its receipt, and how the report stands."""

from allauth.core import ratelimit
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import queries_public
from evaluation.actions import misuse as actions
from evaluation.edition import current_edition
from evaluation.errors import Refused
from evaluation.forms.misuse import MisuseForm
from evaluation.models import MisuseReport

CLAUSES = ("10.3.1", "10.3.2")


@require_http_methods(["GET", "POST"])
def misuse(request: HttpRequest) -> HttpResponse:
    """The form. Sent well, it leads to its receipt; sent too often, what was typed is kept."""
    limited = request.method == "POST" and not ratelimit.consume(request, action="public_form")
    number = request.GET.get("number", "")[:100]
    named = queries_public.certificate_of(number) if number else None
    about = f"{named.base.name}（{named.holder}）"[:200] if named else ""
    form = MisuseForm(initial={"number": number, "about": about})
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
    edition = current_edition()
    context = {
        "form": form,
        "limited": limited,
        "clauses": [edition.clause(id_) for id_ in CLAUSES],
    }
    status = 429 if limited else 422 if form.errors else 200
    return render(request, "site/misuse.html", context, status=status)


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """From a typed receipt number to its page."""
    receipt = "".join(request.GET.get("receipt", "").split()).upper()[:24]
    if not receipt or "/" in receipt:
        return redirect("site:misuse")
    return redirect("site:misuse_receipt", receipt)


@never_cache
@require_safe
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """回执: how the report stands, and its answer; nothing of what was reported, nor by whom."""
    found = MisuseReport.objects.filter(receipt=number).first()
    if found is None:
        raise Http404
    return render(request, "site/misuse_receipt.html", {"report": found})
