"""What an applicant is told while someone else has the case, or waits for the applicant's word."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from evaluation import permissions, queries, steps, terms
from evaluation.models import Evaluation
from evaluation.steps import Actor
from evaluation.timeline import awaited_by
from portal.accounts.models import User


def waiting(user: User, evaluation: Evaluation) -> dict[str, Any]:
    """`waits_for`: who has the case; none for others, at the end and on one's own turn. `asked`:
    what the applicant has to answer though the case is with another."""
    state = evaluation.current
    if state.ended or state.owner == Actor.APPLICANT or not permissions.is_member(user, evaluation):
        return {"waits_for": None}
    if state.code in steps.PLANNABLE:
        plan = queries.visit_plan(evaluation)
        if plan is not None and plan.awaits_answer:
            return {
                "waits_for": None,
                "asked": _("现场评估工作方案等待贵单位答复：请核对后确认，或申请改期。"),
            }
    return {
        "waits_for": steps.ACTOR_NAMES[state.owner],
        "awaited": awaited_by(user, state),
        "issuer_contact": settings.ISSUER_CONTACT,
        "postal_address": terms.postal_address(),
    }
