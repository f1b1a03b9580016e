"""Deadlines of cases: putting one off, reminding of it. Setting one when a step begins is part of
each move (evaluation.actions.moving)."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from evaluation import notify, permissions, queries, reissue, terms
from evaluation.actions.moving import changing, locked, note
from evaluation.errors import Refused
from evaluation.models import DeadlineReminder, Evaluation, Extension
from evaluation.steps import Actor
from portal.accounts.models import Role, User
from portal.ledger import runtime


def extend(user: User, evaluation: Evaluation, deadline: date, reason: str) -> Extension:
    """延期: put the deadline of the present state off. Reminders of the old one stop; those of the
    new one are planned by its own distance."""
    reason = reason.strip()
    with changing(user, evaluation) as current:
        permissions.check_actor(user, current, Actor.SECRETARIAT)
        permissions.check_state(current, *terms.WORKING_DAYS, user=user)
        before = current.deadline or timezone.localdate()
        check_later(before, deadline, reason)
        made = Extension.objects.create(
            evaluation=current,
            state=current.state,
            before=before,
            after=deadline,
            reason=reason,
            made_by=user,
            made_at=timezone.now(),
        )
        current.deadline = deadline
        current.save(update_fields=["deadline"])
        note(
            user,
            current,
            "extend",
            state=current.state,
            before=str(before),
            after=str(deadline),
            reason=reason,
        )
        _tell(current, "deadline_extended", f"extension:{made.pk}", but=user, reason=reason)
    evaluation.refresh_from_db()
    return made


def check_later(before: date, deadline: date, reason: str) -> None:
    """Refuse what is no extension: no reason, no later day, or one too far off."""
    if not reason:
        raise Refused(_("请填写延期的理由。"))
    if deadline <= before or deadline <= timezone.localdate():
        raise Refused(
            _("新期限须晚于今天和原期限（%(day)s）。")
            % {"day": format_date(before, _("Y年n月j日"))}
        )
    if deadline > timezone.localdate() + timedelta(days=terms.LONGEST_DAYS):
        raise Refused(_("新期限不能超过%(days)s天以后。") % {"days": terms.LONGEST_DAYS})


def remind_deadlines() -> int:
    """Send every reminder that has fallen due and was not sent. After days without a beat only
    the nearest distance is sent. Returns how many cases were reminded of."""
    distances = runtime.read("deadline_reminder_days")
    if not distances:
        return 0
    farthest = timezone.localdate() + timedelta(days=max(distances))
    due = Evaluation.objects.filter(
        deadline__lte=farthest, state__in=terms.WORKING_DAYS
    ).values_list("pk", flat=True)
    return sum(_remind(pk, distances) for pk in list(due))


@transaction.atomic
def _remind(pk: int, distances: list[int]) -> bool:
    case = locked(Evaluation(pk=pk))
    if case.deadline is None or case.state not in terms.WORKING_DAYS:
        return False  # it moved on meanwhile
    left = (case.deadline - timezone.localdate()).days
    reached = terms.reached(left, distances)
    span = _span(case)
    sent = case.deadline_reminders.filter(state=span, deadline=case.deadline)
    if reached is None or sent.filter(days_before__lte=reached).exists():
        return False
    DeadlineReminder.objects.create(
        evaluation=case,
        state=span,
        deadline=case.deadline,
        days_before=reached,
        sent_at=timezone.now(),
    )
    kind = "deadline_near" if left >= 0 else "deadline_passed"
    _tell(case, kind, f"deadline:{case.pk}:{span}:{case.deadline}:{reached}", days=abs(left))
    return True


def _span(case: Evaluation) -> str:
    """What the deadline is of: the state, and within it another's time than the state's owner's."""
    holder = reissue.holder_of(case)
    return case.state if holder == case.current.owner else f"{case.state}:{holder}"


def _tell(case: Evaluation, kind: str, key: str, but: User | None = None, **values: Any) -> None:
    """Tell those who have the case, and the secretariat of what is overdue; not whoever did it. The
    state is named as each reader's page names it."""
    people = notify.owners(case)
    if kind == "deadline_passed":
        people += [user for user in notify.secretariat() if user not in people]
    people = [user for user in people if user != but]
    state, stage = case.current, reissue.stage_of(case)
    for readers, label in (
        ([user for user in people if user.role == Role.APPLICANT], state.applicant_label),
        ([user for user in people if user.role in queries.STAFF], (stage or state).label),
    ):
        notify.tell_of_case(readers, kind, key, case, state=label, deadline=case.deadline, **values)
    notify.tell_experts(
        [user for user in people if user.role == Role.EXPERT],
        "expert_deadline",
        key,
        case,
        deadline=case.deadline,
    )
