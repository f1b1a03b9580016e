"""The frame of every move: lock, permission, state, timeline, audit and outbox in one
transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import notify, permissions, steps, terms
from evaluation.errors import Refused
from evaluation.models import Evaluation, Transition
from portal.accounts.models import User
from portal.ledger import audit


@dataclass
class Moving:
    """A move under way. The action may choose the target and add what the audit should hold."""

    evaluation: Evaluation
    target: str
    data: dict[str, Any] = field(default_factory=dict)


def locked(evaluation: Evaluation) -> Evaluation:
    """The case as it is now, held until the transaction ends."""
    return (
        Evaluation.objects.select_for_update(of=("self",))
        .select_related("organisation", "base")
        .get(pk=evaluation.pk)
    )


@contextmanager
def moving(user: User, evaluation: Evaluation, code: str, reason: str = "") -> Iterator[Moving]:
    """Make the move `code` around what the action does in the block. A new state begins with the
    deadline that the action sets, or else with the one of its settings.

    Raises NotAllowed, WrongState, or Refused where a reason is needed and none was given; then
    nothing at all has happened."""
    move = steps.MOVES[code]
    reason = reason.strip()
    with transaction.atomic():
        current = locked(evaluation)
        permissions.check_move(user, current, move)
        if move.needs_reason and not reason:
            raise Refused(_("请填写%(move)s的理由。") % {"move": move.label})
        source = current.state
        began = current.deadline
        under_way = Moving(current, move.targets[0])
        yield under_way
        now = timezone.now()
        if under_way.target != source:
            current.state = under_way.target
            current.state_since = now
            # Another object, though it may be the same day: the action gave a deadline of its own.
            if current.deadline is began or current.deadline is None:
                current.deadline = terms.deadline_of(current.state, timezone.localdate(now))
        current.save()
        done = Transition.objects.create(
            evaluation=current,
            move=code,
            source=source,
            target=current.state,
            actor=user,
            actor_role=move.actor,
            at=now,
            reason=reason,
        )
        audit.record(
            user,
            f"evaluation.{code}",
            f"evaluation:{current.pk}",
            case=current.number,
            source=source,
            target=current.state,
            reason=reason,
            **under_way.data,
        )
        if current.state != source:
            notify.case_moved(current, done)
    evaluation.refresh_from_db()


@contextmanager
def changing(user: User, evaluation: Evaluation) -> Iterator[Evaluation]:
    """A change inside a state: the case is locked, the caller checks and writes its audit."""
    with transaction.atomic():
        yield locked(evaluation)


def note(user: User, evaluation: Evaluation, action: str, **data: Any) -> None:
    """Write the audit event of a change inside a state."""
    audit.record(
        user, f"evaluation.{action}", f"evaluation:{evaluation.pk}", case=evaluation.number, **data
    )
