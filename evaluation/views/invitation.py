"""An expert's own answer to an invitation, in two steps: whether there is time (nothing of the case
is shown), then 不回避 with the pledge, or 回避 (only the names that a conflict is judged by)."""

import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from evaluation import queries, steps
from evaluation.actions import experts as actions
from evaluation.documents.content.common import filled, text_file
from evaluation.documents.content.pledge import DUTY_NAMES
from evaluation.errors import Refused
from evaluation.forms.experts import DeclineForm, RecusalForm
from evaluation.models import Assignment, Duty
from evaluation.views.refusals import show
from portal.accounts.requests import SignedInRequest


@login_required
@require_http_methods(["GET", "POST"])
def invitation(request: SignedInRequest, pk: int) -> HttpResponse:
    """One invitation. Another expert's, and none at all, are missing alike; after a recusal or a
    release nothing of the case is shown any more."""
    assignment = (
        Assignment.objects.filter(expert_id=request.user.pk)
        .select_related(
            "evaluation__organisation", "evaluation__base", "expert", "draw_round__draw"
        )
        .filter(pk=pk)
        .first()
    )
    if assignment is None:
        raise Http404
    form, decline_form = RecusalForm(), DeclineForm()
    if request.method == "POST":
        answer = request.POST.get("answer")
        if answer == "recuse":
            form = RecusalForm(request.POST)
        if answer == "decline":
            decline_form = DeclineForm(request.POST)
        try:
            if answer == "accept":
                actions.accept(request.user, assignment)
                return redirect("evaluation:invitation", pk)
            if answer == "decline" and decline_form.is_valid():
                actions.decline(request.user, assignment, decline_form.cleaned_data["words"])
                messages.success(request, _("已谢绝邀请，感谢您及时答复。"))
                return redirect("evaluation:desk")
            if assignment.accepted_at is None and answer in ("pledge", "recuse"):
                return redirect("evaluation:invitation", pk)  # the names come first
            if answer == "pledge":
                actions.pledge(request.user, assignment)
                messages.success(request, _("承诺书已签署，案卷已对您开放。"))
                return redirect("evaluation:case", assignment.evaluation.number)
            if answer == "recuse" and form.is_valid():
                actions.recuse(request.user, assignment, form.cleaned_data["reason"])
                messages.success(request, _("已提交回避，感谢您如实告知。"))
                return redirect("evaluation:desk")
        except Refused as refusal:
            show(request, refusal)
            return redirect("evaluation:invitation", pk)
    context = {
        **_shown(assignment),
        "form": form,
        "decline_form": decline_form,
    }
    wrong = form.errors or decline_form.errors
    return render(
        request, "evaluation/expert/invitation.html", context, status=422 if wrong else 200
    )


def _shown(assignment: Assignment) -> dict[str, Any]:
    """What this expert may read of the invitation now, and nothing else."""
    if assignment.recused_at or assignment.released_at:
        return {
            "stage": "gone",
            "recused": assignment.recused_at,
            "released": assignment.released_at,
            "left": assignment.left,
            "answer_by": assignment.answer_by,
        }
    needed = assignment.evaluation.state in steps.ASSIGNABLE[assignment.duty]
    if assignment.pledged_at is None and not needed:
        return {"stage": "over"}
    shown: dict[str, Any] = {"assignment": assignment, "answer_by": assignment.answer_by}
    if assignment.accepted_at is None and assignment.pledged_at is None:
        days = _days(assignment)
        return {
            **shown,
            "stage": "asked",
            "days": days,
            "day_count": (days[1] - days[0]).days + 1 if days else 0,
        }
    return {
        **shown,
        "stage": "pledged" if assignment.pledged_at else "accepted",
        "evaluation": assignment.evaluation,
        "pledge": _pledge_text(assignment),
    }


def _days(assignment: Assignment) -> tuple[datetime.date, ...]:
    """The days of the work: those of the plan that the applicant has, or of the draw. They tell
    nothing of whose base it is; the province might, where it has one applicant only."""
    plan = queries.visit_plan(assignment.evaluation) if assignment.duty == Duty.SITE else None
    if plan is not None:
        return plan.first_day, plan.last_day
    if assignment.draw_round is None:
        return ()
    asked = assignment.draw_round.draw.requirement
    return tuple(datetime.date.fromisoformat(asked[key]) for key in ("first_day", "last_day"))


def _pledge_text(assignment: Assignment) -> dict[str, Any]:
    """The pledge as it will be printed; the number of the case is filled in when it is signed."""
    text = text_file("pledge")
    evaluation = assignment.evaluation
    unsigned = "编号签署后载明"  # not translated: a word of the pledge, which is in Chinese
    values = {
        "issuer": settings.ISSUER_NAME,
        "applicant": evaluation.organisation.name,
        "base": evaluation.base.name,
        "case": evaluation.number if assignment.pledged_at else unsigned,
        "duty": DUTY_NAMES[Duty(assignment.duty)],
        "expert": assignment.expert.name,
    }
    return {
        "preamble": filled(text["preamble"], values),
        "promises": [
            {"title": item["title"], "text": filled(item["text"], values)} for item in text["item"]
        ],
    }
