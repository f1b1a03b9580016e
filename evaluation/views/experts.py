"""Experts of a case: the secretariat assigns and takes off, the expert answers."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluation import permissions, queries, steps
from evaluation.actions import experts as actions
from evaluation.documents.content.common import filled, text_file
from evaluation.documents.content.pledge import DUTY_NAMES
from evaluation.errors import NotAllowed, Refused
from evaluation.forms.experts import AssignForm, RecusalForm, ReleaseForm
from evaluation.models import Assignment, Duty, Evaluation
from evaluation.steps import Actor
from evaluation.views.refusals import add_to_form, case_view, show
from portal.accounts.models import Role, User
from portal.accounts.requests import SignedInRequest

POOL_PAGE = 20
# The move that a complete team makes possible, by the state the case is in.
NEXT_MOVE = {
    "site_preparation": "dispatch_team",
    "panel_preparation": "convene_panel",
    "panel_scoring": "close_scoring",
}


@dataclass(frozen=True)
class Member:
    """One assignment as the secretariat sees it: never with points."""

    assignment: Assignment
    state: str
    label: str
    reason: str
    can_release: bool
    can_lead: bool


@dataclass(frozen=True)
class Team:
    """Everyone ever asked for one duty."""

    duty: str
    name: Any
    members: list[Member]


@dataclass(frozen=True)
class Candidate:
    """An expert of the pool, or why this one cannot be chosen."""

    expert: User
    refusal: str
    note: str


@case_view
@require_safe
def experts(request: SignedInRequest, number: str) -> HttpResponse:
    """Show who was asked for the site visit and the panel, and the pool while one is filled."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_staff(request.user)
    return render(request, "evaluation/staff/experts.html", _context(request, evaluation))


@case_view
@require_POST
def assign(request: SignedInRequest, number: str) -> HttpResponse:
    """Ask one expert of the pool."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_actor(request.user, evaluation, Actor.SECRETARIAT)
    form = AssignForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请从专家库中选择专家。"))
        return _back(request, number)
    chosen = form.cleaned_data
    try:
        actions.assign(
            request.user,
            evaluation,
            chosen["expert"],
            chosen["duty"],
            is_leader=chosen["leader"],
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        show(request, refusal)
    else:
        messages.success(
            request, _("已邀请%(name)s，等待其答复。") % {"name": chosen["expert"].name}
        )
    return _back(request, number)


@case_view
@require_POST
def lead(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    """Name another leader."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_actor(request.user, evaluation, Actor.SECRETARIAT)
    assignment = get_object_or_404(evaluation.assignments.select_related("expert"), pk=pk)
    try:
        actions.appoint_leader(request.user, assignment, request.POST.get("reason", ""))
    except NotAllowed:
        raise
    except Refused as refusal:
        show(request, refusal)
    else:
        messages.success(request, _("已指定%(name)s为组长。") % {"name": assignment.expert.name})
    return _back(request, number)


@case_view
@require_http_methods(["GET", "POST"])
def release(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    """Take an expert off the case, with the reason on record."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_actor(request.user, evaluation, Actor.SECRETARIAT)
    assignment = get_object_or_404(
        evaluation.assignments.select_related("expert__organisation", "evaluation"), pk=pk
    )
    form = ReleaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.release(request.user, assignment, form.cleaned_data["reason"])
        except NotAllowed:
            raise
        except Refused as refusal:
            add_to_form(form, refusal)
        else:
            messages.success(
                request, _("已解除对%(name)s的指派。") % {"name": assignment.expert.name}
            )
            return redirect("evaluation:experts", number)
    return render(
        request,
        "evaluation/staff/release.html",
        {"evaluation": evaluation, "assignment": assignment, "form": form},
        status=422 if form.errors else 200,
    )


@login_required
@require_http_methods(["GET", "POST"])
def invitation(request: SignedInRequest, pk: int) -> HttpResponse:
    """The expert's own answer: 不回避 with the pledge, or 回避. Nothing of the case is shown but
    what is needed to know of a conflict, and after a recusal not even that."""
    assignment = (
        Assignment.objects.filter(expert_id=request.user.pk)
        .select_related("evaluation__organisation", "evaluation__base", "expert")
        .filter(pk=pk)
        .first()
    )
    if assignment is None or request.user.role != Role.EXPERT or not request.user.is_active:
        raise Http404
    form = RecusalForm()
    if request.method == "POST":
        answer = request.POST.get("answer")
        if answer == "recuse":
            form = RecusalForm(request.POST)
        try:
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
    needed = assignment.evaluation.state in steps.ASSIGNABLE[assignment.duty]
    gone = bool(assignment.recused_at or assignment.released_at)
    context: dict[str, Any] = {"gone": gone, "recused": assignment.recused_at}
    if not gone:
        context |= {
            "assignment": assignment,
            "evaluation": assignment.evaluation,
            "open": needed and assignment.pledged_at is None,
            "form": form,
            "pledge": _pledge_text(assignment),
        }
    return render(
        request, "evaluation/expert/invitation.html", context, status=422 if form.errors else 200
    )


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


def _back(request: SignedInRequest, number: str) -> HttpResponse:
    """To the page as it was: the same search, the same page of the pool."""
    address = reverse("evaluation:experts", args=[number])
    kept = {name: request.POST[name] for name in ("q", "page") if request.POST.get(name)}
    return redirect(f"{address}?{urlencode(kept)}" if kept else address)


def _context(request: SignedInRequest, evaluation: Evaluation) -> dict[str, Any]:
    secretariat = permissions.is_actor(request.user, evaluation, Actor.SECRETARIAT)
    assignments = list(
        evaluation.assignments.select_related("expert__organisation").order_by("assigned_at", "id")
    )
    open_duty = next(
        (duty for duty, states in steps.ASSIGNABLE.items() if evaluation.state in states), None
    )
    teams = [
        Team(
            duty.value,
            duty.label,
            [
                _member(evaluation, assignment, secretariat)
                for assignment in assignments
                if assignment.duty == duty
            ],
        )
        for duty in Duty
    ]
    # What is being filled now comes first; a duty whose time has not come is not shown.
    teams = [team for team in teams if team.members or team.duty == open_duty]
    teams.sort(key=lambda team: team.duty != open_duty)
    code = NEXT_MOVE.get(evaluation.state, "")
    context: dict[str, Any] = {
        "evaluation": evaluation,
        "teams": teams,
        "open_duty": Duty(open_duty) if open_duty else None,
        "secretariat": secretariat,
        "panel_met": evaluation.state in steps.PANEL_MET,
        "move": steps.MOVES[code]
        if code and permissions.can_move(request.user, evaluation, code)
        else None,
    }
    if secretariat and open_duty:
        text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
        page = _pool(text, request.GET.get("page"))
        context |= {
            "q": text,
            "page": page,
            "candidates": _candidates(evaluation, page, assignments, open_duty),
            "has_leader": any(
                m.assignment.is_leader and m.state not in ("refused", "neutral")
                for team in teams
                if team.duty == open_duty
                for m in team.members
            ),
        }
    return context


def _pool(text: str, number: str | None) -> Page:
    pool = User.objects.filter(role=Role.EXPERT, is_active=True).select_related("organisation")
    if text:
        pool = pool.filter(Q(name__icontains=text) | Q(organisation__name__icontains=text))
    return Paginator(pool.order_by("name", "pk"), POOL_PAGE).get_page(number)


def _candidates(
    evaluation: Evaluation, page: Page, assignments: list[Assignment], duty: str
) -> list[Candidate]:
    asked = {a.expert_id for a in assignments if a.duty == duty}
    recused = {a.expert_id for a in assignments if a.recused_at}
    elsewhere = {a.expert_id for a in assignments if a.duty != duty and not a.released_at}
    candidates = []
    for expert in page:
        refusal = note = ""
        if expert.organisation_id == evaluation.organisation_id:
            refusal = _("应回避：任职于申报单位")
        elif expert.pk in recused:
            refusal = _("已声明回避")
        elif expert.pk in asked:
            refusal = _("已邀请过")
        elif expert.pk in elsewhere:
            note = _("参加过本案卷的现场评估") if duty == Duty.PANEL else ""
        candidates.append(Candidate(expert, refusal, note))
    return candidates


def _member(evaluation: Evaluation, assignment: Assignment, secretariat: bool) -> Member:
    state, label, reason = _answer(assignment)
    if assignment.recused_at and not secretariat:
        reason = ""  # the expert was promised that only the secretariat reads it
    serving = state not in ("refused", "neutral")
    return Member(
        assignment=assignment,
        state=state,
        label=label,
        reason=reason,
        can_release=secretariat
        and serving
        and assignment.sheet_submitted_at is None
        and evaluation.state in steps.ASSIGNABLE[assignment.duty],
        can_lead=secretariat
        and serving
        and not assignment.is_leader
        and evaluation.state in steps.LEADABLE[assignment.duty]
        # Once the panel has met, its leader is named on the page of the meeting, with a reason.
        and not (assignment.duty == Duty.PANEL and evaluation.state in steps.PANEL_SITS),
    )


def _answer(assignment: Assignment) -> tuple[str, str, str]:
    """The kind of state, its word, and the reason on record."""
    if assignment.released_at:
        return "neutral", _("已解除"), assignment.release_reason
    if assignment.recused_at:
        return "refused", _("已回避"), assignment.recusal_reason
    if assignment.sheet_submitted_at:
        return "done", _("已提交评分表"), ""
    if assignment.pledged_at:
        return "met", _("已承诺"), ""
    return "waiting", _("待答复"), ""
