"""异议 from the public: the form beside a notice, the receipt, and the state for who holds it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from evaluation.actions import objections as actions
from evaluation.errors import Refused
from evaluation.forms.objections import PublicObjectionForm, StateForm, given
from evaluation.models import Objection
from evaluation.queries import takes_objections
from evaluation.terms import postal_address
from evaluation.views.refusals import add_to_form
from portal.accounts.views.guards import too_often
from portal.site.views.notices import notice_or_404

# How long the receipt can be opened again in the same browser.
RECEIPT_SECONDS = 1800
RECEIPT = "objection_receipt"


@never_cache
@require_http_methods(["GET", "POST"])
def object_to(request: HttpRequest, number: str) -> HttpResponse:
    """提出异议 to one notice, while its period is open."""
    publication = notice_or_404(number)
    takes = takes_objections(publication.evaluation, publication)
    form = PublicObjectionForm()
    limited = request.method == "POST" and too_often(request)
    if limited:
        form = PublicObjectionForm(initial=request.POST.dict())
    elif request.method == "POST":
        form = PublicObjectionForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                made, secret = actions.lodge(publication, given(form), form.attached)
            except Refused as refusal:
                add_to_form(form, refusal)
            else:
                request.session[RECEIPT] = [made.number, secret, timezone.now().isoformat()]
                return redirect("site:objection_received")
    context = {
        "notice": publication,
        "takes": takes,
        "form": form,
        "limited": limited,
        "postal_address": postal_address(),
    }
    status = 429 if limited else 422 if form.errors else 200
    return render(request, "site/objection.html", context, status=status)


@never_cache
@require_safe
def received(request: HttpRequest) -> HttpResponse:
    """The receipt: number and code, shown for half an hour in the browser that lodged it."""
    number, secret, at = request.session.get(RECEIPT) or ("", "", "")
    lodged_at = parse_datetime(at) if at else None
    if lodged_at is None or (timezone.now() - lodged_at).total_seconds() > RECEIPT_SECONDS:
        request.session.pop(RECEIPT, None)
        raise Http404
    objection = Objection.objects.select_related("publication__evaluation__base").get(number=number)
    shown = "-".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return render(
        request, "site/objection_received.html", {"objection": objection, "secret": shown}
    )


@never_cache
@require_http_methods(["GET", "POST"])
def objection_state(request: HttpRequest) -> HttpResponse:
    """How far an objection is, for who has its number and code. Nothing stands in the address."""
    form, found = StateForm(), None
    limited = request.method == "POST" and too_often(request)
    if limited:
        form = StateForm(initial=request.POST.dict())
    elif request.method == "POST":
        form = StateForm(request.POST)
        if form.is_valid():
            found = actions.opened_by(form.cleaned_data["number"], form.cleaned_data["secret"])
    missing = form.is_bound and form.is_valid() and found is None
    context = {
        "form": form,
        "objection": found,
        "missing": missing,
        "limited": limited,
        "begun": found is not None and found.steps.exists(),
    }
    status = 429 if limited else 422 if form.errors or missing else 200
    return render(request, "site/objection_state.html", context, status=status)
