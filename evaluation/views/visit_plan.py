"""The plan of a visit: to make and send it, to read it, to confirm it or ask for another date."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluation import permissions, queries, steps
from evaluation.actions import visit_plans as actions
from evaluation.actions.site import verified_on_site
from evaluation.edition import edition_of, reader_language
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.forms.visit_plan import (
    ChangeForm,
    PlanForm,
    Schedule,
    VerifiersForm,
    initial_plan,
    initial_schedule,
    plan_of,
)
from evaluation.models import Duty, Evaluation, Kind, VisitPlan
from evaluation.rulebook import in_language
from evaluation.steps import Actor
from evaluation.views.refusals import add_to_form, case_view, show
from portal.accounts.models import Role, User
from portal.accounts.requests import SignedInRequest


@dataclass(frozen=True)
class Verified:
    """One indicator of the visit, and who verifies it."""

    code: str
    clause: str
    name: str
    mandatory: bool
    requirement: str
    verifier: str


@dataclass(frozen=True)
class VerifiedGroup:
    name: str
    rows: list[Verified]


@case_view
@require_safe
def visit_plan(request: SignedInRequest, number: str) -> HttpResponse:
    """The plan that was sent last, its answer, and what the reader may do about it."""
    evaluation = queries.case_for(request.user, number)
    _check_may_see(request.user, evaluation)
    return render(request, "evaluation/visit_plan.html", _context(request, evaluation))


@case_view
@require_http_methods(["GET", "POST"])
def visit_plan_edit(request: SignedInRequest, number: str) -> HttpResponse:
    """Make the next version: keep it as a draft, or send it."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_visit_plan(request.user, evaluation)
    newest = evaluation.visit_plans.order_by("-number").first()
    team = permissions.serving_team(evaluation, Duty.SITE)
    indicators = verified_on_site(evaluation)
    declared = queries.current_declaration(evaluation)
    sent = request.POST if request.method == "POST" else None
    form = PlanForm(sent, initial=initial_plan(newest, declared))
    rows = None if sent else initial_schedule(newest)
    schedule = Schedule(sent, initial=rows, prefix="schedule")
    verifiers = VerifiersForm(
        sent,
        indicators=indicators,
        team=team,
        initial=dict(newest.verifiers) if newest else {},
    )
    if sent is not None and _are_valid(form, schedule, verifiers):
        plan = plan_of(form, schedule, verifiers)
        try:
            if "send" in sent:
                actions.send(request.user, evaluation, plan)
                messages.success(request, _("方案已发送申报单位，等待确认。"))
                return redirect("evaluation:visit_plan", number)
            actions.save(request.user, evaluation, plan)
            messages.success(request, _("草稿已保存，尚未发送申报单位。"))
            return redirect("evaluation:visit_plan_edit", number)
        except (NotAllowed, WrongState):
            raise
        except Refused as refusal:
            add_to_form(form, refusal)
    faulty = bool(sent) and not (form.is_valid() and schedule.is_valid() and verifiers.is_valid())
    context = {
        "evaluation": evaluation,
        "form": form,
        "schedule": schedule,
        "groups": _with_fields(evaluation, verifiers),
        "team": team,
        "plan": queries.visit_plan(evaluation),
        "draft": newest if newest is not None and newest.sent_at is None else None,
        "faulty": faulty,
    }
    return render(
        request, "evaluation/visit_plan_edit.html", context, status=422 if faulty else 200
    )


@case_view
@require_POST
def visit_plan_confirm(request: SignedInRequest, number: str) -> HttpResponse:
    """The applicant agrees."""
    evaluation = queries.case_for(request.user, number)
    try:
        actions.confirm(request.user, evaluation, _version(request))
    except (NotAllowed, WrongState):
        raise
    except Refused as refusal:
        show(request, refusal)
    else:
        messages.success(request, _("已确认现场评估工作方案。"))
    return redirect("evaluation:visit_plan", number)


@case_view
@require_POST
def visit_plan_change(request: SignedInRequest, number: str) -> HttpResponse:
    """The applicant asks for another date."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_actor(request.user, evaluation, Actor.APPLICANT)
    form = ChangeForm(request.POST)
    if form.is_valid():
        try:
            actions.ask_change(request.user, evaluation, _version(request), **form.cleaned_data)
        except (NotAllowed, WrongState):
            raise
        except Refused as refusal:
            add_to_form(form, refusal)
        else:
            messages.success(request, _("改期申请已提交，请等待新的方案。"))
            return redirect("evaluation:visit_plan", number)
    _check_may_see(request.user, evaluation)
    context = _context(request, evaluation, form)
    return render(request, "evaluation/visit_plan.html", context, status=422)


def _version(request: SignedInRequest) -> int:
    """The version that the page showed."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 6 else 0


def _check_may_see(user: User, evaluation: Evaluation) -> None:
    """Staff, the site team and the applicant; nobody before the visit's turn has come."""
    if evaluation.state not in steps.PLANNABLE and not evaluation.visit_plans.exists():
        raise WrongState(_("还没有现场评估工作方案。"))
    if user.role == Role.EXPERT:
        permissions.check_site_team(user, evaluation)


def _are_valid(form: PlanForm, schedule: Any, verifiers: VerifiersForm) -> bool:
    """All three are asked, so that every fault is told at once."""
    valid = [form.is_valid(), schedule.is_valid(), verifiers.is_valid()]
    if all(valid):
        days = form.cleaned_data
        return bool(schedule.check_days(days["first_day"], days["last_day"]))
    return False


def _context(
    request: SignedInRequest, evaluation: Evaluation, form: ChangeForm | None = None
) -> dict[str, Any]:
    user = request.user
    plan = queries.visit_plan(evaluation)
    plannable = evaluation.state in steps.PLANNABLE
    applicant = permissions.is_actor(user, evaluation, Actor.APPLICANT)
    documents = queries.documents_for(user, evaluation).filter(kind=Kind.VISIT_PLAN)
    return {
        "evaluation": evaluation,
        "plan": plan,
        "schedule": [
            {**row, "day": date.fromisoformat(row["day"])}
            for row in (plan.schedule if plan else ())
        ],
        "groups": _groups(evaluation, plan) if plan else [],
        "team": permissions.serving_team(evaluation, Duty.SITE),
        "document": documents.order_by("-ordered_at").first() if plan else None,
        "planner": plannable and permissions.is_visit_planner(user, evaluation),
        "answers": applicant and plannable and plan is not None and plan.awaits_answer,
        "office": user.role in queries.STAFF,
        "form": form or ChangeForm(),
    }


def _groups(evaluation: Evaluation, plan: VisitPlan) -> list[VerifiedGroup]:
    team = permissions.serving_team(evaluation, Duty.SITE)
    people = {member.expert_id: member.expert.name for member in team}
    everybody = _("全组")
    return _grouped(evaluation, lambda code: people.get(plan.verifiers.get(code, 0), everybody))


def _with_fields(evaluation: Evaluation, form: VerifiersForm) -> list[VerifiedGroup]:
    return _grouped(evaluation, lambda code: form[code])


def _grouped(evaluation: Evaluation, verifier: Any) -> list[VerifiedGroup]:
    language = reader_language()
    groups = []
    for group in edition_of(evaluation).groups:
        rows = [
            Verified(
                code=indicator.code,
                clause=indicator.clause,
                name=in_language(indicator, "name", language),
                mandatory=indicator.mandatory,
                requirement=in_language(
                    indicator.requirement(evaluation.category), "wording", language
                ),
                verifier=verifier(indicator.code),
            )
            for indicator in group.indicators
            if indicator.kind != "judged"
        ]
        if rows:
            groups.append(VerifiedGroup(in_language(group, "name", language), rows))
    return groups
