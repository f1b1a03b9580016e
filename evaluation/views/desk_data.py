"""What the command centre waits for from an applicant's bases: data calls and questions; and what
was answered and waits for the secretariat."""

from typing import Any

from django.utils import timezone

from dataaccess import calls
from dataaccess.models import Question
from dataaccess.queries import bases_for, questions_for
from dataaccess.shapes import tables
from dataaccess.views.questions import STATES, sentence
from dataaccess.words import printed
from portal.accounts.models import Role, User

ANSWERED_SHOWN = 50


def awaited_data(user: User) -> list[dict[str, Any]]:
    """The open data calls of the own bases, the nearest deadline first; nothing for others."""
    if user.role != Role.APPLICANT:
        return []
    now = timezone.now()
    return [
        {
            "call": call,
            "base": base,
            "interfaces": [printed(tables.TABLES[kind].title) for kind in kinds],
            "late": call.deadline < now,
        }
        for call, base, kinds in calls.open_calls_of(bases_for(user))
    ]


def open_questions(user: User) -> list[tuple[Question, str]]:
    """The questions about the own bases that nobody has answered, each in a sentence."""
    if user.role != Role.APPLICANT:
        return []
    waiting = questions_for(user).filter(STATES["open"]).order_by("asked_at", "pk")
    return [(question, sentence(question)) for question in waiting]


def answered_questions(user: User) -> list[tuple[Question, str]]:
    """The questions that were answered and that the secretariat has not closed, each in a
    sentence, the longest waiting first."""
    if user.role != Role.SECRETARIAT:
        return []
    waiting = questions_for(user).filter(STATES["answered"]).order_by("answered_at", "pk")
    return [(question, sentence(question)) for question in waiting[:ANSWERED_SHOWN]]
