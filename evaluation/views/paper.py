"""纸质材料: which sealed papers of Table 1 have come. The secretariat notes it; the applicant reads."""

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from evaluation import permissions, queries, terms
from evaluation.actions import paper as actions
from evaluation.edition import edition_of, reader_language
from evaluation.errors import NotAllowed, Refused
from evaluation.forms.paper import PaperForm
from evaluation.models import PaperReceipt
from evaluation.rulebook import in_language
from evaluation.steps import Actor
from evaluation.views.refusals import add_to_form, case_view
from portal.accounts.requests import SignedInRequest


@case_view
@require_http_methods(["GET", "POST"])
def paper(request: SignedInRequest, number: str) -> HttpResponse:
    """Show what has come; the secretariat adds to it."""
    evaluation = queries.case_for(request.user, number)
    if not permissions.is_member(request.user, evaluation):
        permissions.check_staff(request.user)
    if evaluation.submitted_at is None:
        raise Http404  # there is nothing to send yet
    edition = edition_of(evaluation)
    may_note = permissions.is_actor(request.user, evaluation, Actor.SECRETARIAT)
    form = PaperForm(edition=edition) if may_note else None
    if request.method == "POST":
        permissions.check_actor(request.user, evaluation, Actor.SECRETARIAT)
        form = PaperForm(request.POST, edition=edition)
        if form.is_valid():
            try:
                noted = actions.note_paper(
                    request.user,
                    evaluation,
                    form.cleaned_data["slots"],
                    form.cleaned_data["received_on"],
                    form.cleaned_data["remark"],
                )
            except NotAllowed:
                raise
            except Refused as refusal:
                add_to_form(form, refusal)
            else:
                done = ngettext(
                    "已登记 %(count)d 项纸质材料。", "已登记 %(count)d 项纸质材料。", len(noted)
                )
                messages.success(request, done % {"count": len(noted)})
                return redirect("evaluation:paper", number)
    papers: dict[int, list[PaperReceipt]] = defaultdict(list)
    for receipt in queries.papers_received(evaluation):
        papers[receipt.slot].append(receipt)
    required = [material for material in edition.materials if material.required]
    context: dict[str, Any] = {
        "evaluation": evaluation,
        "slots": [
            {
                "material": material,
                "form": in_language(material, "form", reader_language()),
                "papers": papers[material.number],
            }
            for material in edition.materials
        ],
        "received": sum(bool(papers[material.number]) for material in required),
        "required": len(required),
        "postal_address": terms.postal_address(),
        "form": form,
        "may_note": may_note,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "evaluation/paper.html", context, status=status)


@case_view
@require_POST
def withdraw_paper(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    """Take back a note that was a slip of the pen."""
    evaluation = queries.case_for(request.user, number)
    get_object_or_404(queries.papers_received(evaluation), pk=pk)
    actions.withdraw_paper(request.user, evaluation, pk)
    messages.success(request, _("已撤销登记。"))
    return redirect("evaluation:paper", number)
