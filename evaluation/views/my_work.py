"""我的评估工作: what an expert was asked, serves on, and served on. Of a case that is not open to the
expert any more, or not yet, nothing but the kind of work is shown."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evaluation import queries, steps
from evaluation.models import Assignment, Evaluation
from evaluation.views.pool import told_state
from portal.accounts.models import Role
from portal.accounts.requests import SignedInRequest

PAGE_SIZE = 25


@dataclass(frozen=True)
class Work:
    """One assignment as its expert may see it."""

    duty: str
    asked_at: datetime.datetime
    kind: str
    label: str
    case: Evaluation | None = None
    until: datetime.date | None = None
    invitation: int | None = None


@login_required
@require_safe
def my_work(request: SignedInRequest) -> HttpResponse:
    """Every assignment of this expert, the latest first, and how much it is."""
    if request.user.role != Role.EXPERT:
        raise Http404
    own = (
        Assignment.objects.filter(expert=request.user)
        .select_related("evaluation__base")
        .order_by("-assigned_at", "-pk")
    )
    page = Paginator(own, PAGE_SIZE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "page": page,
        "rows": [_work(each) for each in page],
        **queries.workload(request.user),
    }
    return render(request, "evaluation/expert/my_work.html", context)


def _work(assignment: Assignment) -> Work:
    kind, label = told_state(assignment)
    told = Work(assignment.get_duty_display(), assignment.assigned_at, kind, label)
    if assignment.recused_at or assignment.released_at:
        return told
    if assignment.pledged_at is None:
        needed = assignment.evaluation.state in steps.ASSIGNABLE[assignment.duty]
        return Work(
            told.duty,
            told.asked_at,
            kind,
            label,
            until=assignment.answer_by if needed else None,
            invitation=assignment.pk if needed else None,
        )
    return Work(told.duty, told.asked_at, kind, label, case=assignment.evaluation)
