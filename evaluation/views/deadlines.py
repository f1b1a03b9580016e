"""延期: the secretariat puts the deadline of a case off."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from evaluation import permissions, queries, reissue, terms, workdays
from evaluation.actions import deadlines as actions
from evaluation.errors import NotAllowed, Refused
from evaluation.forms.deadlines import ExtensionForm
from evaluation.models import Evaluation
from evaluation.steps import Actor
from evaluation.views.refusals import add_to_form, case_view
from portal.accounts.models import User
from portal.accounts.requests import SignedInRequest


@case_view
@require_http_methods(["GET", "POST"])
def extend(request: SignedInRequest, number: str) -> HttpResponse:
    """Ask for a later day and the reason; what was typed is kept when it is refused."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_actor(request.user, evaluation, Actor.SECRETARIAT)
    permissions.check_state(evaluation, *terms.WORKING_DAYS, user=request.user)
    posted = request.POST if request.method == "POST" else None
    form = ExtensionForm(posted, evaluation=evaluation)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.extend(request.user, evaluation, **form.cleaned_data)
        except NotAllowed:
            raise
        except Refused as refusal:
            add_to_form(form, refusal)
        else:
            day = format_date(made.after, _("Y年n月j日"))
            messages.success(request, _("期限已延长至%(day)s，已告知办理人。") % {"day": day})
            if not workdays.is_working_day(made.after):
                messages.warning(
                    request,
                    _("%(day)s不是工作日；如有需要，可再延长到其后的工作日。") % {"day": day},
                )
            return redirect("evaluation:case", number)
    context = {
        "evaluation": evaluation,
        "form": form,
        "state_label": (reissue.stage_of(evaluation) or evaluation.current).label,
        "extensions": evaluation.extensions.select_related("made_by"),
    }
    status = 422 if form.errors else 200
    return render(request, "evaluation/staff/extend.html", context, status=status)


def deadline_of(user: User, evaluation: Evaluation) -> dict[str, Any]:
    """What a case's page says of its deadline: how it was put off, whether it may be put off, and
    what is left of the applicant's time while it stands still."""
    in_time = evaluation.state in terms.WORKING_DAYS
    applicants = evaluation.state == "preliminary_review"
    return {
        "may_extend": in_time and permissions.is_actor(user, evaluation, Actor.SECRETARIAT),
        "extensions": list(evaluation.extensions.filter(state=evaluation.state)),
        "paused_days": evaluation.correction_days_left if applicants else None,
    }
