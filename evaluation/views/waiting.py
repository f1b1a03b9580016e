"""What an applicant is told while someone else has the case, or waits for the applicant's word."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation import permissions, queries, reissue, steps, terms
from evaluation.models import Duty, Evaluation
from evaluation.steps import Actor
from evaluation.timeline import awaited_by, told_to
from portal.accounts.models import Role, User

# What an expert who has signed the pledge hears until the work begins.
NEXT_FOR_AN_EXPERT: dict[str, tuple[Duty, Any]] = {
    "site_preparation": (
        Duty.SITE,
        gettext_lazy(
            "您已签署承诺书。秘书处派出现场评估组后通知您开始核验；在此之前可以查阅申报书、材料和现场评估方案。"
        ),
    ),
    "panel_preparation": (
        Duty.PANEL,
        gettext_lazy(
            "您已签署承诺书。秘书处启动专家评审后通知您到评审会签到；在此之前可以查阅申报书、材料和现场核验记录。"
        ),
    ),
}


def waiting(user: User, evaluation: Evaluation) -> dict[str, Any]:
    """`waits_for`: who has the case; none for others, at the end and on one's own turn. `asked`:
    what the applicant has to answer though the case is with another."""
    state = evaluation.current
    if user.role == Role.EXPERT and state.code in NEXT_FOR_AN_EXPERT:
        duty, words = NEXT_FOR_AN_EXPERT[state.code]
        serves = permissions.serving(user, evaluation, duty) is not None
        return {"waits_for": None, "asked": words if serves else ""}
    if state.ended or state.owner == Actor.APPLICANT or not permissions.is_member(user, evaluation):
        return {"waits_for": None}
    if state.code in steps.PLANNABLE:
        plan = queries.visit_plan(evaluation)
        if plan is not None and plan.awaits_answer:
            return {
                "waits_for": None,
                "asked": _("现场评估工作方案等待贵单位答复：请核对后确认，或申请改期。"),
            }
    stage = reissue.stage_of(evaluation)
    return {
        "waits_for": stage.holder if stage else steps.ACTOR_NAMES[state.owner],
        "awaited": told_to(user, stage) if stage else awaited_by(user, state),
        "issuer_contact": settings.ISSUER_CONTACT,
        "postal_address": terms.postal_address(),
    }
