"""The plan of a visit: made by the secretariat or the team's leader, answered by the applicant."""

from dataclasses import asdict, dataclass, field
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import notify, permissions, queries, steps
from evaluation.actions.moving import changing, note
from evaluation.documents import content
from evaluation.documents.order import order
from evaluation.errors import Refused
from evaluation.models import Duty, Evaluation, Kind, VisitPlan
from evaluation.steps import Actor
from portal.accounts.models import User


@dataclass(frozen=True)
class Plan:
    """What a plan says. `schedule`: rows of day (ISO), begins, ends (HH:MM), what, who; `verifiers`:
    indicator → key of the expert who verifies it."""

    first_day: date
    last_day: date
    place: str
    contact_name: str
    contact_phone: str
    schedule: list[dict[str, str]]
    verifiers: dict[str, int] = field(default_factory=dict)
    preparation: str = ""


def save(user: User, evaluation: Evaluation, plan: Plan) -> VisitPlan:
    """Keep the plan as the draft of its next version."""
    with changing(user, evaluation) as current:
        permissions.check_visit_plan(user, current)
        return _save(user, current, plan)


def send(user: User, evaluation: Evaluation, plan: Plan) -> VisitPlan:
    """Send the plan to the applicant, print it, and tell them. Refused before a leader of the team has
    signed the pledge, without a schedule, or for a day that is over."""
    with changing(user, evaluation) as current:
        permissions.check_visit_plan(user, current)
        _check_complete(current, plan)
        draft = _save(user, current, plan)
        draft.sent_at = timezone.now()
        draft.save(update_fields=["sent_at"])
        order(current, Kind.VISIT_PLAN, content.visit_plan(current, draft))
        note(user, current, "send_visit_plan", number=draft.number, first_day=str(draft.first_day))
        _tell_applicants(current, draft)
        return draft


def confirm(user: User, evaluation: Evaluation, number: int) -> VisitPlan:
    """The applicant agrees to this version of the plan."""
    with changing(user, evaluation) as current:
        plan = _to_answer(user, current, number)
        plan.confirmed_at, plan.answered_by = timezone.now(), user
        plan.save(update_fields=["confirmed_at", "answered_by"])
        note(user, current, "confirm_visit_plan", number=plan.number)
        _tell_planners(current, plan, "visit_plan_confirmed")
        return plan


def ask_change(
    user: User, evaluation: Evaluation, number: int, *, reason: str, day: date | None = None
) -> VisitPlan:
    """The applicant asks for another date, with the reason and perhaps the day that would suit."""
    reason = reason.strip()
    if not reason:
        raise Refused(_("请填写申请改期的理由。"))
    with changing(user, evaluation) as current:
        plan = _to_answer(user, current, number)
        plan.change_asked_at, plan.answered_by = timezone.now(), user
        plan.change_reason, plan.change_day = reason, day
        plan.save(update_fields=["change_asked_at", "answered_by", "change_reason", "change_day"])
        note(user, current, "ask_visit_change", number=plan.number, reason=reason, day=str(day))
        _tell_planners(current, plan, "visit_change_asked")
        return plan


def _save(user: User, current: Evaluation, plan: Plan) -> VisitPlan:
    newest = current.visit_plans.order_by("-number").first()
    if newest is not None and newest.sent_at is None:
        draft = newest
    else:
        draft = VisitPlan(evaluation=current, number=newest.number + 1 if newest else 1)
    for name, value in asdict(plan).items():
        setattr(draft, name, value)
    draft.made_by, draft.saved_at = user, timezone.now()
    draft.save()
    return draft


def _check_complete(current: Evaluation, plan: Plan) -> None:
    sentences = []
    team = permissions.serving_team(current, Duty.SITE)
    if not any(member.is_leader for member in team):
        sentences.append(_("请等待现场评估组组长签署承诺书后再发送：方案须写明评估组成员。"))
    if plan.first_day < timezone.localdate():
        sentences.append(_("现场评估的日期已过，请改为今天或以后。"))
    if not plan.schedule:
        sentences.append(_("请至少填写一行日程。"))
    strangers = set(plan.verifiers.values()) - {member.expert_id for member in team}
    if strangers:
        sentences.append(_("分工中有人已不在评估组，请重新选择。"))
    if sentences:
        raise Refused(*sentences)


def _to_answer(user: User, current: Evaluation, number: int) -> VisitPlan:
    """The plan that waits for the applicant's answer, if it is the one the user read."""
    permissions.check_actor(user, current, Actor.APPLICANT)
    permissions.check_state(current, *steps.PLANNABLE, user=user)
    plan = queries.visit_plan(current)
    if plan is None or not plan.awaits_answer:
        raise Refused(_("方案已经答复，或尚未发出，无需再次答复。"))
    if plan.number != number:
        raise Refused(_("方案已更新为第%(number)s版，请核对后再答复。") % {"number": plan.number})
    return plan


def _tell_applicants(current: Evaluation, plan: VisitPlan) -> None:
    _tell(notify.applicants(current), "visit_plan_sent", current, plan)


def _tell_planners(current: Evaluation, plan: VisitPlan, kind: str) -> None:
    """The secretariat and the team's leader."""
    team = permissions.serving_team(current, Duty.SITE)
    leaders = [member.expert for member in team if member.is_leader]
    _tell([*notify.secretariat(), *leaders], kind, current, plan)


def _tell(people: list[User], kind: str, current: Evaluation, plan: VisitPlan) -> None:
    notify.tell_of_case(
        people,
        kind,
        f"visit-plan:{plan.pk}",
        current,
        path=reverse("evaluation:visit_plan", args=[current.number]),
        day=plan.first_day,
        reason=plan.change_reason,
    )
