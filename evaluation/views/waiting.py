"""What an applicant is told while someone else has the case."""

from typing import Any

from django.conf import settings

from evaluation import permissions, steps, terms
from evaluation.models import Evaluation
from evaluation.steps import Actor
from evaluation.timeline import awaited_by
from portal.accounts.models import User


def waiting(user: User, evaluation: Evaluation) -> dict[str, Any]:
    """`waits_for`: who has the case; none for others, at the end and on one's own turn."""
    state = evaluation.current
    if state.ended or state.owner == Actor.APPLICANT or not permissions.is_member(user, evaluation):
        return {"waits_for": None}
    return {
        "waits_for": steps.ACTOR_NAMES[state.owner],
        "awaited": awaited_by(user, state),
        "issuer_contact": settings.ISSUER_CONTACT,
        "postal_address": terms.postal_address(),
    }
