"""更正公布的内容: proposed by the secretariat, decided by the decision maker, before a withdrawn result
is published anew."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from evaluation import permissions, queries
from evaluation.actions import result_corrections as actions
from evaluation.edition import edition_of, reader_language
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.forms.annual_review import DecisionForm
from evaluation.forms.moves import CorrectionForm
from evaluation.models import Evaluation, ResultCorrection
from evaluation.rulebook.certificates import certificate_name
from evaluation.steps import Actor
from evaluation.views.refusals import add_to_form, case_view
from portal.accounts.requests import SignedInRequest


@case_view
@require_http_methods(["GET", "POST"])
def result_correction(request: SignedInRequest, number: str) -> HttpResponse:
    """Propose a correction, decide on the one that waits, and read what was decided."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_staff(request.user)
    publication = queries.latest_publication(evaluation)
    if publication is None:
        raise Http404
    waiting = actions.open_correction(evaluation)
    decides = permissions.is_actor(request.user, evaluation, Actor.DECIDER)
    facts = actions.standing_facts(evaluation)
    form: Any
    if decides:
        form = DecisionForm(request.POST or None) if waiting else None
        if request.method == "POST" and waiting is None:
            raise WrongState(_("这项更正已经审批。"))
    else:
        form = CorrectionForm(request.POST or None, initial=facts)
    if request.method == "POST" and form.is_valid():
        try:
            said = (
                _decide(request, waiting, form) if decides else _propose(request, evaluation, form)
            )
        except (NotAllowed, WrongState):
            raise
        except Refused as refusal:
            add_to_form(form, refusal)
        else:
            messages.success(request, said)
            return redirect("evaluation:case", number)
    made = evaluation.result_corrections.select_related("proposed_by", "decided_by")
    context = {
        "evaluation": evaluation,
        "publication": publication,
        "form": form if waiting is None or decides else None,
        "open_to_proposals": _correctable(evaluation),
        "decides": decides,
        "same_person": waiting is not None and waiting.proposed_by_id == request.user.pk,
        "corrections": [_shown(evaluation, each) for each in made],
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "evaluation/staff/result_correction.html", context, status=status)


def _correctable(evaluation: Evaluation) -> bool:
    try:
        actions.check_correctable(evaluation)
    except Refused:
        return False
    return True


def _propose(request: SignedInRequest, evaluation: Evaluation, form: CorrectionForm) -> str:
    actions.propose(request.user, evaluation, **form.cleaned_data)
    return _("更正已提请，由审批人审批；批准后再重新公布。")


def _decide(request: SignedInRequest, waiting: ResultCorrection | None, form: DecisionForm) -> str:
    assert waiting is not None, "looked at before"
    if form.cleaned_data["decision"] == "approve":
        actions.approve(request.user, waiting)
        return _("更正已批准。下一步：秘书处重新公布。")
    actions.decline(request.user, waiting, form.cleaned_data["reason"])
    return _("已不予批准，公布的内容不变。")


def _shown(evaluation: Evaluation, made: ResultCorrection) -> dict[str, Any]:
    edition = edition_of(evaluation)
    rows = [
        (_("待评估基地"), made.before["base_name"], made.after["base_name"]),
        (_("申报地区或行业"), made.before["place"], made.after["place"]),
        (
            _("申请的名称"),
            *(
                certificate_name(edition, evaluation.category, facts["place"], reader_language())
                for facts in (made.before, made.after)
            ),
        ),
    ]
    return {"made": made, "rows": rows}
