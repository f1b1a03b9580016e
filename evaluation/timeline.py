"""The seven steps of one case, as a reader of it may see them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from evaluation import steps
from evaluation.models import Evaluation
from evaluation.steps import Actor
from portal.accounts.models import Role, User


@dataclass
class Event:
    """A move that was made, told without names of experts."""

    at: datetime
    who: Any
    text: Any
    reason: str


@dataclass
class Node:
    """One of the seven steps: done, current or to come."""

    number: int
    key: str
    name: Any
    status: str  # "done", "current", "ended", "upcoming"
    date: datetime | None = None
    owner: Any = ""
    label: Any = ""
    awaits: Any = ""
    deadline: date | None = None
    events: list[Event] = field(default_factory=list)


def timeline(evaluation: Evaluation, reader: User) -> list[Node]:
    """The seven nodes with what happened in each. One query."""
    state = evaluation.current
    nodes = [
        Node(step.number, step.key, step.name, _status(step.number, state)) for step in steps.STEPS
    ]
    nodes[0].date = evaluation.created_at
    for transition in evaluation.transitions.all():
        before, after = steps.STATES[transition.source], steps.STATES[transition.target]
        nodes[before.step - 1].events.append(
            Event(
                transition.at,
                steps.ACTOR_NAMES[Actor(transition.actor_role)],
                steps.MOVES[transition.move].done,
                transition.reason if _may_read_reason(reader, transition.move) else "",
            )
        )
        if after.step != before.step:
            nodes[after.step - 1].date = transition.at
    current = nodes[state.step - 1]
    applicant = reader.role == Role.APPLICANT
    current.label = state.applicant_label if applicant else state.label
    current.owner = steps.ACTOR_NAMES[state.owner]
    current.awaits = state.awaits
    current.deadline = evaluation.deadline
    if applicant and state.owner in (Actor.PANEL_EXPERT, Actor.PANEL_LEADER):
        current.awaits = _("评审专家组正在评审。")
    return nodes


def _status(number: int, state: steps.State) -> str:
    if number < state.step:
        return "done"
    if number > state.step:
        return "upcoming"
    return "ended" if state.ended else "current"


def _may_read_reason(reader: User, move: str) -> bool:
    """What the decision maker tells the secretariat stays between them."""
    return move != "send_back" or reader.role in (Role.SECRETARIAT, Role.DECIDER)
