"""补正: the deficiency notice as one list, with the way to each entry and the answer to it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from evaluation import permissions, queries
from evaluation.actions import review
from evaluation.correction import SEALED_FORM, defects_under_correction, slot_label
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.forms.review import AnswersForm
from evaluation.models import Kind
from evaluation.views.applicant_draft import Draft, place_of_defect
from evaluation.views.refusals import add_to_form, case_view
from portal.accounts.requests import SignedInRequest


@case_view
@require_http_methods(["GET", "POST"])
def correction(request: SignedInRequest, number: str) -> HttpResponse:
    """Show every defect with its state; keep the answers."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_edit(request.user, evaluation)
    permissions.check_state(evaluation, "correction", user=request.user)
    defects = defects_under_correction(evaluation)
    form = AnswersForm(request.POST or None, defects=defects)
    if request.method == "POST" and form.is_valid():
        try:
            review.answer_defects(request.user, evaluation, form.cleaned_data)
        except (NotAllowed, WrongState):
            raise
        except Refused as refusal:
            add_to_form(form, refusal)
        else:
            messages.success(request, _("补正说明已保存。"))
            if "next" in request.POST:
                return redirect("evaluation:completeness", number)
            return redirect("evaluation:correction", number)
    notice = evaluation.documents.filter(kind=Kind.DEFICIENCY_NOTICE).last()
    draft = Draft(evaluation)
    context = {
        **draft.context("correction"),
        "defects": [(each, place_of_defect(draft, each), form[each.key]) for each in defects],
        "form": form,
        "open": sum(not each.settled for each in defects),
        "notice": notice,
        # Not found wanting itself; the form that is sealed there is.
        "resealing": draft.resealing,
        "sealed_label": slot_label(draft.edition, SEALED_FORM),
    }
    return render(
        request,
        "evaluation/applicant/correction.html",
        context,
        status=422 if form.errors else 200,
    )
