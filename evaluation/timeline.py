"""The seven steps of one case, as a reader of it may see them."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from evaluation import queries, reissue, steps
from evaluation.models import Evaluation, RegisterEntry, Transition
from evaluation.register_words import entry_told
from evaluation.steps import Actor
from portal.accounts.models import Role, User


@dataclass
class Event:
    """A move that was made, told without names of experts."""

    at: datetime.datetime
    actor: Any
    text: Any
    detail: str


@dataclass
class Node:
    """One of the seven steps, as components/seven_steps.html shows it."""

    number: int
    name: Any
    state: str  # "done", "current", "stopped", "waiting"
    date: datetime.datetime | None = None
    holder: Any = ""
    note: Any = ""
    awaited: Any = ""
    until: datetime.date | None = None
    days: int | None = None  # spent in it so far


@dataclass
class Timeline:
    """The seven nodes, and every move, the newest first."""

    nodes: list[Node]
    events: list[Event]


def timeline(evaluation: Evaluation, reader: User) -> Timeline:
    """The seven nodes with what happened in each, and every deadline that was put off."""
    state = evaluation.current
    nodes = [Node(step.number, step.name, _node_state(step.number, state)) for step in steps.STEPS]
    nodes[0].date = evaluation.created_at
    events = []
    spent, since = (
        {step.number: datetime.timedelta() for step in steps.STEPS},
        evaluation.created_at,
    )
    moves = evaluation.transitions.select_related("actor")
    if reader.role not in queries.STAFF:
        moves = moves.exclude(move__in=steps.OFFICE_EVENTS)
    for transition in moves:
        before, after = steps.STATES[transition.source], steps.STATES[transition.target]
        events.append(
            Event(
                transition.at,
                _told_actor(reader, transition),
                steps.told(transition.move),
                transition.reason if _may_read_reason(reader, transition.move) else "",
            )
        )
        spent[before.step] += transition.at - since
        since = transition.at
        if after.step != before.step:
            nodes[after.step - 1].date = transition.at
    events += _extensions(evaluation, reader)
    events += _register(evaluation)
    current = nodes[state.step - 1]
    if not state.ended:
        spent[state.step] += timezone.now() - since
    for node in nodes:
        if node.state in ("done", "current"):
            node.days = spent[node.number].days
        elif node.state == "waiting" and not state.ended:
            node.holder = steps.ACTOR_NAMES[_first_owner(node.number)]
    current.note = label_for(reader, state)
    current.awaited = awaited_by(reader, state)
    current.until = evaluation.deadline
    if not state.ended:
        current.holder = steps.ACTOR_NAMES[state.owner]
    if (stage := reissue.stage_of(evaluation)) is not None:
        current.holder, current.awaited = stage.holder, told_to(reader, stage)
    if reader.role != Role.APPLICANT and queries.lacks_experts(evaluation):
        current.note = queries.EXPERTS_LACKING
        current.holder = steps.ACTOR_NAMES[Actor.SECRETARIAT]
        current.awaited = _(
            "已签署承诺书的组长或专家人数不足，或仍有专家未答复邀请，请秘书处补派专家。"
        )
    return Timeline(nodes, sorted(events, key=lambda event: event.at, reverse=True))


def _extensions(evaluation: Evaluation, reader: User) -> list[Event]:
    """Each time a deadline was put off; experts read the new day, not the reason."""
    return [
        Event(
            made.made_at,
            steps.ACTOR_NAMES[Actor.SECRETARIAT],
            _("延长期限至%(day)s") % {"day": format_date(made.after, _("Y年n月j日"))},
            "" if reader.role == Role.EXPERT else made.reason,
        )
        for made in evaluation.extensions.all()
    ]


def _register(evaluation: Evaluation) -> list[Event]:
    """What became of the certificate since the decision, which is told as a move."""
    entries = RegisterEntry.objects.filter(certificate__evaluation=evaluation)
    return [
        Event(
            entry.made_at,
            "",
            _("证书状态变更为“%(state)s”") % {"state": entry.get_state_display()},
            entry_told(entry.reason),
        )
        for entry in entries[1:]
    ]


def _first_owner(step: int) -> Actor:
    """Who has the case first in a step that has not begun."""
    return next(state.owner for state in steps.STATES.values() if state.step == step)


def awaited_by(reader: User, state: steps.State) -> Any:
    """What a state waits for. How a panel works stays with it."""
    if reader.role == Role.APPLICANT and state.owner in (Actor.PANEL_EXPERT, Actor.PANEL_LEADER):
        return _("评审专家组正在评审。")
    return state.awaits


def told_to(reader: User, stage: reissue.Stage) -> Any:
    """What a stage waits for, as this reader is told."""
    return stage.awaits if reader.role in queries.STAFF else stage.applicant_awaits


def label_for(reader: User, state: steps.State) -> Any:
    """What this reader calls a state."""
    return state.applicant_label if reader.role == Role.APPLICANT else state.label


def _node_state(number: int, state: steps.State) -> str:
    if number < state.step or state.code == "certified":
        return "done"
    if number > state.step:
        return "waiting"
    return "stopped" if state.ended else "current"


def _told_actor(reader: User, transition: Transition) -> Any:
    """The party that made the move; of the reader's own organisation, the person."""
    actor = transition.actor
    if reader.is_applicant and actor.organisation_id == reader.organisation_id:
        return actor.name
    return steps.ACTOR_NAMES[Actor(transition.actor_role)]


def _may_read_reason(reader: User, move: str) -> bool:
    """What the decision maker tells the secretariat stays between them."""
    return move != "send_back" or reader.role in (Role.SECRETARIAT, Role.DECIDER)
