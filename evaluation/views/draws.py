"""随机抽取: the secretariat draws a team and replacements; the record of every draw, also for the
audit administrator, who sees no case."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluation import permissions, queries, steps
from evaluation.actions import draws as actions
from evaluation.errors import NotAllowed, Refused
from evaluation.forms.draws import DrawForm
from evaluation.models import Draw, Duty, Evaluation, Kind
from evaluation.pool import exclusions, lottery, record
from evaluation.pool.exclusions import Judge, Need
from evaluation.steps import Actor
from evaluation.views.refusals import add_to_form, case_view, show
from evaluation.views.shared import attachment
from portal.accounts.models import Role
from portal.accounts.requests import SignedInRequest

DRAWS_A_PAGE = 50
EXCLUDED_SHOWN = 200  # the record has them all


@case_view
@require_http_methods(["GET", "POST"])
def draw(request: SignedInRequest, number: str) -> HttpResponse:
    """Say what is needed, look at who is kept out and why, and draw."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_actor(request.user, evaluation, Actor.SECRETARIAT)
    duty = steps.duty_open(evaluation.state)
    if duty is None:
        raise Refused(_("案卷现在不需要组建评估组，不能抽取专家。"))
    asked = evaluation.assignments.filter(duty=duty).count()
    form = DrawForm(request.POST or None, duty=duty, seen=asked)
    need = form.usual_need()
    if request.method == "POST" and form.is_valid():
        need = form.need()
        if "look" not in request.POST:
            try:
                made = actions.draw(request.user, evaluation, need, seen=form.cleaned_data["seen"])
            except NotAllowed:
                raise
            except Refused as refusal:
                add_to_form(form, refusal)
            else:
                drawn = made.rounds.get().picks
                messages.success(
                    request,
                    ngettext(
                        "已抽取%(count)d位专家并发出邀请。",
                        "已抽取%(count)d位专家并发出邀请。",
                        len(drawn),
                    )
                    % {"count": len(drawn)},
                )
                return redirect("evaluation:experts", number)
    context = {
        "evaluation": evaluation,
        "duty": Duty(duty),
        "form": form,
        "answer_days": settings.EXPERT_ANSWER_WORKING_DAYS,
        **_outlook(evaluation, need),
    }
    return render(
        request, "evaluation/staff/draw.html", context, status=422 if form.errors else 200
    )


def _outlook(evaluation: Evaluation, need: Need) -> dict[str, Any]:
    """Who could be drawn now, and who not and why."""
    judge = Judge(evaluation, need.duty, timezone.localdate())
    frozen = exclusions.candidates(judge, exclusions.in_pool(), need)
    tickets = exclusions.tickets(frozen)
    short = lottery.lacking(tickets, need.seats, [each["employer"] for each in judge.team()])
    excluded = [
        {**each, "told": [exclusions.told(reason) for reason in each["reasons"]]}
        for each in frozen
        if each["reasons"]
    ]
    return {
        "pool_size": len(frozen),
        "eligible": len(tickets),
        "by_field": [
            (_(field), sum(field in ticket.fields for ticket in tickets))
            for field in settings.EXPERT_FIELDS
        ],
        "short": exclusions.lack(short),
        "excluded": excluded[:EXCLUDED_SHOWN],
        "excluded_count": len(excluded),
    }


@case_view
@require_POST
def replace(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    """补抽: the next in the order for the seat of one who is off the case."""
    evaluation = queries.case_for(request.user, number)
    assignment = get_object_or_404(
        evaluation.assignments.select_related("expert", "evaluation", "draw_round__draw"), pk=pk
    )
    try:
        drawn = actions.replace(request.user, assignment)
    except NotAllowed:
        raise
    except Refused as refusal:
        show(request, refusal)
    else:
        messages.success(request, _("已补抽%(name)s并发出邀请。") % {"name": drawn.expert.name})
    return redirect("evaluation:experts", number)


# The records


def _records(request: SignedInRequest) -> Any:
    """Every draw, for those who may read them; for others there is none."""
    if request.user.role not in (Role.SECRETARIAT, Role.AUDIT_ADMIN):
        raise Http404
    return Draw.objects.select_related("evaluation__organisation", "drawn_by")


@login_required
@require_safe
def draw_records(request: SignedInRequest) -> HttpResponse:
    """抽取记录: the latest first."""
    found = _records(request).order_by("-drawn_at", "pk")
    text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    if text:
        found = found.filter(evaluation__number__icontains=text)
    page = Paginator(found.defer("candidates"), DRAWS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "evaluation/draws/list.html", {"page": page, "q": text})


@login_required
@require_safe
def draw_record(request: SignedInRequest, draw_id: uuid.UUID) -> HttpResponse:
    """One draw with all its rounds: to read, to print, to repeat."""
    made = get_object_or_404(_records(request), pk=draw_id)
    context = {
        "draw": made,
        "evaluation": made.evaluation,
        "requirement": made.requirement,
        "need": exclusions.need_of(made.requirement, made.duty),
        "document": _document(made),
        "secretariat": request.user.role == Role.SECRETARIAT,
        **record.telling(made),
    }
    return render(request, "evaluation/draws/record.html", context)


@login_required
@require_safe
def draw_document(request: SignedInRequest, draw_id: uuid.UUID) -> Any:
    """The record as a PDF, with every round so far."""
    made = get_object_or_404(_records(request), pk=draw_id)
    document = _document(made)
    if document is None or not document.ready:
        messages.info(request, _("抽取记录正在生成，请稍候再下载。"))
        return redirect("evaluation:draw_record", draw_id)
    return attachment(document, f"{document.title}-{made.evaluation.number}.pdf", "application/pdf")


def _document(made: Draw) -> Any:
    """The latest print of this draw's record."""
    return (
        made.evaluation.documents.filter(kind=Kind.DRAW, content__seed=made.seed)
        .order_by("-ordered_at")
        .first()
    )
