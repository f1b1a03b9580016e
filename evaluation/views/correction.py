"""补正: the deficiency notice as one list, with the way to each entry and the answer to it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from evaluation import permissions, queries
from evaluation.actions import review
from evaluation.correction import Defect, defects_under_correction
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.forms.review import AnswersForm
from evaluation.models import Evaluation, Kind
from evaluation.views.applicant_draft import Draft
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
    context = {
        **Draft(evaluation).context("correction"),
        "defects": [(each, _place(evaluation, each), form[each.key]) for each in defects],
        "form": form,
        "open": sum(not each.settled for each in defects),
        "notice": notice,
    }
    return render(
        request,
        "evaluation/applicant/correction.html",
        context,
        status=422 if form.errors else 200,
    )


def _place(evaluation: Evaluation, defect: Defect) -> str:
    """Where a defect is put right."""
    if defect.field is None:
        return f"{reverse('evaluation:materials', args=[evaluation.number])}#slot-{defect.slot}"
    table, field = defect.field
    return f"{reverse('evaluation:form_table', args=[evaluation.number, table])}#id_{field}"
