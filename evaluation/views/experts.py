"""Experts of a case, for the secretariat: who was drawn or assigned, who leads, who left."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluation import permissions, queries, steps
from evaluation.actions import experts as actions
from evaluation.errors import NotAllowed, Refused
from evaluation.forms.experts import AssignForm, ChosenForm, ReleaseForm
from evaluation.models import Assignment, Duty, Evaluation, Left
from evaluation.pool import exclusions
from evaluation.pool.exclusions import Judge, Need, employer_name
from evaluation.pool.order import in_order
from evaluation.pool.record import told_seat
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
    employer: str
    how: str  # drawn for which seat, or by hand
    draw: Any  # the record of it
    manual_reason: str
    until: Any  # while the answer is awaited
    replaced_by: str
    can_release: bool
    can_lead: bool
    can_replace: bool

    @property
    def serving(self) -> bool:
        return self.state not in ("refused", "neutral")


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
    employer: str
    fields: str
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
@require_http_methods(["GET", "POST"])
def assign(request: SignedInRequest, number: str) -> HttpResponse:
    """Ask one expert of the pool without a draw: the reason is kept."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_actor(request.user, evaluation, Actor.SECRETARIAT)
    duty = steps.duty_open(evaluation.state)
    sent = request.POST if request.method == "POST" else request.GET
    chosen = ChosenForm(sent)
    if duty is None or not chosen.is_valid():
        messages.error(request, _("请从专家库中选择专家。"))
        return _back(request, number)
    expert = chosen.cleaned_data["expert"]
    form = AssignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.assign(
                request.user,
                evaluation,
                expert,
                request.POST.get("duty") or duty,
                is_leader=form.cleaned_data["leader"],
                reason=form.cleaned_data["reason"],
            )
        except NotAllowed:
            raise
        except Refused as refusal:
            show(request, refusal)
        else:
            messages.success(request, _("已邀请%(name)s，等待其答复。") % {"name": expert.name})
        return _back(request, number)
    context = {
        "evaluation": evaluation,
        "duty": Duty(duty),
        "expert": expert,
        "employer": employer_name(expert),
        "warnings": _warnings(evaluation, duty, expert),
        "has_leader": any(a.is_leader for a in permissions.active_assignments(evaluation, duty)),
        "form": form,
        "q": sent.get("q", ""),
    }
    return render(
        request, "evaluation/staff/assign.html", context, status=422 if form.errors else 200
    )


def _warnings(evaluation: Evaluation, duty: str, expert: User) -> list[str]:
    """Why a draw would leave this expert out: the secretariat weighs it."""
    record = exclusions.in_pool().filter(user=expert).first()
    if record is None:
        return []
    today = timezone.localdate()
    need = Need(duty, 1, {}, today, today)
    judge = Judge(evaluation, duty, today)
    return [exclusions.told(reason) for reason in judge.reasons(record, need, need.seats)]


@case_view
@require_POST
def lead(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    """Name another leader."""
    evaluation = queries.case_for(request.user, number)
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
        evaluation.assignments.select_related(
            "expert__organisation", "expert__expert_record", "evaluation"
        ),
        pk=pk,
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
        {
            "evaluation": evaluation,
            "assignment": assignment,
            "employer": employer_name(assignment.expert),
            "form": form,
        },
        status=422 if form.errors else 200,
    )


def _back(request: SignedInRequest, number: str) -> HttpResponse:
    """To the page as it was: the same search, the same page of the pool."""
    address = reverse("evaluation:experts", args=[number])
    sent = request.POST if request.method == "POST" else request.GET
    kept = {name: sent[name] for name in ("q", "page") if sent.get(name)}
    return redirect(f"{address}?{urlencode(kept)}" if kept else address)


def _context(request: SignedInRequest, evaluation: Evaluation) -> dict[str, Any]:
    secretariat = permissions.is_actor(request.user, evaluation, Actor.SECRETARIAT)
    assignments = list(
        evaluation.assignments.select_related(
            "expert__organisation",
            "expert__expert_record",
            "draw_round",
            "replacement",
        ).order_by("assigned_at", "id")
    )
    open_duty = steps.duty_open(evaluation.state)
    drawn_in = {a.draw_round_id: a.expert.name for a in assignments}
    teams = [
        Team(
            duty.value,
            duty.label,
            [
                _member(evaluation, assignment, secretariat, drawn_in)
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
        "draws": list(evaluation.draws.defer("candidates")) if secretariat else [],
        "complete": bool(open_duty) and _is_complete(assignments, open_duty or ""),
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
        }
    return context


def _is_complete(assignments: list[Assignment], duty: str) -> bool:
    """Whether the next move is the one thing left to do."""
    pledged = [
        a
        for a in assignments
        if a.duty == duty and a.pledged_at and not a.recused_at and not a.released_at
    ]
    enough = 1 if duty == Duty.SITE else queries.PANEL_MINIMUM
    return len(pledged) >= enough and any(a.is_leader for a in pledged)


def _pool(text: str, number: str | None) -> Page:
    pool = (
        User.objects.filter(role=Role.EXPERT, is_active=True)
        .exclude(expert_record__retired_at__isnull=False)
        .select_related("organisation", "expert_record")
        .prefetch_related("expert_record__field_rows")
    )
    if text:
        pool = pool.filter(
            Q(name__icontains=text)
            | Q(organisation__name__icontains=text)
            | Q(expert_record__employer__icontains=text)
        )
    return Paginator(in_order(pool, lambda user: user.name), POOL_PAGE).get_page(number)


def _candidates(
    evaluation: Evaluation, page: Page, assignments: list[Assignment], duty: str
) -> list[Candidate]:
    asked = {a.expert_id for a in assignments if a.duty == duty and not a.released_at}
    recused = {a.expert_id for a in assignments if a.recused_at}
    elsewhere = {a.expert_id for a in assignments if a.duty != duty and not a.released_at}
    today = timezone.localdate()
    judge, need = Judge(evaluation, duty, today), Need(duty, 1, {}, today, today)
    records = {record.user_id: record for record in exclusions.in_pool().filter(user__in=page)}
    candidates = []
    for expert in page:
        record = getattr(expert, "expert_record", None)
        refusal = note = ""
        if judge.employs(expert, record):
            refusal = _("应回避：任职于申报单位")
        elif expert.pk in recused:
            refusal = _("已声明回避")
        elif expert.pk in asked:
            refusal = _("已邀请过")
        elif expert.pk in records:
            # The secretariat may still ask: what a draw would leave out is marked, not barred.
            reasons = judge.reasons(records[expert.pk], need, need.seats)
            note = _("；").join(exclusions.told(reason) for reason in reasons)
        elif expert.pk in elsewhere:
            note = _("参加过本案卷的现场评估") if duty == Duty.PANEL else ""
        fields = exclusions.fields_of(record) if record is not None else []
        candidates.append(
            Candidate(
                expert, employer_name(expert), _("、").join(_(f) for f in fields), refusal, note
            )
        )
    return candidates


def _member(
    evaluation: Evaluation,
    assignment: Assignment,
    secretariat: bool,
    drawn_in: dict[int | None, str],
) -> Member:
    state, label, reason = _answer(assignment)
    if not secretariat and (assignment.recused_at or assignment.left == Left.DECLINED):
        reason = ""  # the expert was promised that only the secretariat reads it
    serving = state not in ("refused", "neutral")
    drawn = assignment.draw_round
    replaced = getattr(assignment, "replacement", None)
    open_now = evaluation.state in steps.ASSIGNABLE[assignment.duty]
    return Member(
        assignment=assignment,
        state=state,
        label=label,
        reason=reason,
        employer=employer_name(assignment.expert),
        how=_("抽取：%(seat)s") % {"seat": told_seat(assignment.seat)}
        if drawn
        else pgettext("产生方式", "直接指派"),
        draw=drawn.draw_id if drawn else None,
        manual_reason=assignment.manual_reason,
        until=assignment.answer_by if state == "waiting" and open_now else None,
        replaced_by=drawn_in.get(replaced.pk, "") if replaced else "",
        can_release=secretariat and serving and assignment.sheet_submitted_at is None and open_now,
        can_lead=secretariat
        and serving
        and not assignment.is_leader
        and evaluation.state in steps.LEADABLE[assignment.duty]
        # Once the panel has met, its leader is named on the page of the meeting, with a reason.
        and not (assignment.duty == Duty.PANEL and evaluation.state in steps.PANEL_SITS),
        can_replace=secretariat and not serving and bool(drawn) and not replaced and open_now,
    )


def _answer(assignment: Assignment) -> tuple[str, str, str]:
    """The kind of state, its word, and the reason on record."""
    if assignment.released_at:
        reason = "" if assignment.left == Left.LAPSED else assignment.release_reason
        return "neutral", str(Left(assignment.left).label), reason
    if assignment.recused_at:
        return "refused", _("已回避"), assignment.recusal_reason
    if assignment.sheet_submitted_at:
        return "done", _("已提交评分表"), ""
    if assignment.pledged_at:
        return "met", _("已承诺"), ""
    if assignment.accepted_at:
        return "waiting", _("已接受，待签承诺书"), ""
    return "waiting", _("待答复"), ""
