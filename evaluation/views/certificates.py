"""A certificate after step 7: its register, its reviews, and changes of its state by two persons."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import permissions_after as may
from evaluation import queries, queries_after
from evaluation.actions import standing
from evaluation.edition import edition_of, reader_language
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.forms.annual_review import ChangeForm, DecisionForm
from evaluation.models import Certificate, Proposal
from evaluation.rulebook import in_language
from evaluation.steps_after import CHANGES, changes_from
from evaluation.views.refusals import add_to_form, led_back
from portal.accounts.requests import SignedInRequest


def _certificate(number: str, *_args: Any, **_kwargs: Any) -> str:
    return reverse("evaluation:certificate", args=[number])


def _desk(*_args: Any, **_kwargs: Any) -> str:
    return reverse("evaluation:desk")


@led_back(_desk)
@require_safe
def certificate(request: SignedInRequest, number: str) -> HttpResponse:
    """What the register says, the reviews of the certificate, and what may be proposed."""
    found = queries_after.certificate_for(request.user, number)
    staff = request.user.role in queries.STAFF
    context = {
        "certificate": found,
        "kind": KINDS[found.state],
        "kinds": KINDS,
        "entries": list(
            found.entries.select_related("document", "made_by").order_by("-made_at", "-pk")
        ),
        "reviews": list(found.reviews.order_by("due_on")),
        "proposals": list(
            found.proposals.select_related("proposed_by", "decided_by").order_by("-proposed_at")
        )
        if staff
        else [],
        "changes": [
            change
            for change in changes_from(found.state)
            if may.can_change(request.user, found, change.code)
        ],
        "known_changes": CHANGES,
        "staff": staff,
    }
    return render(request, "evaluation/after/certificate.html", context)


@led_back(_certificate)
@require_http_methods(["GET", "POST"])
def propose_change(request: SignedInRequest, number: str, code: str) -> HttpResponse:
    """提请 a change: the grounds and the reason as the register will say them."""
    found = queries_after.certificate_for(request.user, number)
    if code not in CHANGES:
        raise Http404
    change = CHANGES[code]
    may.check_change(request.user, found, change)
    form = ChangeForm(
        request.POST if request.method == "POST" else None, grounds=_clauses(found, change.grounds)
    )
    if request.method == "POST" and form.is_valid():
        try:
            standing.propose(request.user, found, code, **form.cleaned_data)
        except (NotAllowed, WrongState):
            raise
        except Refused as refusal:
            add_to_form(form, refusal)
        else:
            messages.success(request, _("已提请，由审批人审批。审批前名录不变。"))
            return redirect("evaluation:certificate", number)
    context = {"certificate": found, "change": change, "form": form}
    return render(
        request, "evaluation/after/propose.html", context, status=422 if form.errors else 200
    )


def _clauses(certificate: Certificate, ids: tuple[str, ...]) -> list[tuple[str, str]]:
    edition, language = edition_of(certificate.evaluation), reader_language()
    return [(id_, f"{id_} {in_language(edition.clause(id_), 'text', language)}") for id_ in ids]


@led_back(_desk)
@require_http_methods(["GET", "POST"])
def proposal(request: SignedInRequest, pk: int) -> HttpResponse:
    """What was proposed, and the decision of the second person."""
    if request.user.role not in queries.STAFF:
        raise Http404
    found = get_object_or_404(
        Proposal.objects.select_related(
            "certificate__evaluation__organisation",
            "certificate__base",
            "proposed_by",
            "decided_by",
        ),
        pk=pk,
    )
    deciding = may.can_decide(request.user, found)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        may.check_decide(request.user, found)
        if form.is_valid():
            try:
                _decide(request, found, form)
            except (NotAllowed, WrongState):
                raise
            except Refused as refusal:
                add_to_form(form, refusal)
            else:
                return redirect("evaluation:certificate", found.certificate.number)
    context = {
        "proposal": found,
        "certificate": found.certificate,
        "change": CHANGES[found.change],
        "clauses": _clauses(found.certificate, tuple(found.grounds)),
        "deciding": deciding,
        "form": form,
        "kind": KINDS[found.certificate.state],
    }
    return render(
        request, "evaluation/after/proposal.html", context, status=422 if form.errors else 200
    )


def _decide(request: SignedInRequest, found: Proposal, form: DecisionForm) -> None:
    if form.cleaned_data["decision"] == "approve":
        standing.approve(request.user, found)
        messages.success(request, _("已批准，名录已更新，有关各方将收到通知。"))
    else:
        standing.decline(request.user, found, form.cleaned_data["reason"])
        messages.success(request, _("已不予批准，名录不变。"))


# How a certificate's state is shown.
KINDS = {
    "valid": "met",
    "rectification": "attention",
    "suspended": "attention",
    "revoked": "not_met",
    "superseded": "neutral",
}
