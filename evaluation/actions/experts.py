"""Experts of a case: asked by a draw or by hand, and their answer. Used in steps 4 and 5.

An invitation says nothing of the case. Who accepts learns the names that are needed to judge a
conflict, no more; the case opens with the pledge."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from evaluation import notify, permissions, queries, steps, workdays
from evaluation.actions.moving import changing, note
from evaluation.documents import content
from evaluation.documents.order import order
from evaluation.errors import NotAllowed, Refused
from evaluation.models import (
    Assignment,
    DrawRound,
    Duty,
    Evaluation,
    Kind,
    Left,
    Transition,
)
from evaluation.pool.exclusions import Judge
from evaluation.steps import Actor
from portal.accounts.models import Role, User
from portal.ledger import audit

# In which role an expert answers: by duty, and whether they were asked to lead.
ROLES: dict[tuple[str, bool], Actor] = {
    (Duty.SITE, False): Actor.SITE_EXPERT,
    (Duty.SITE, True): Actor.SITE_LEADER,
    (Duty.PANEL, False): Actor.PANEL_EXPERT,
    (Duty.PANEL, True): Actor.PANEL_LEADER,
}


def assign(
    user: User,
    evaluation: Evaluation,
    expert: User,
    duty: str,
    *,
    is_leader: bool = False,
    reason: str,
) -> Assignment:
    """Ask an expert to serve without a draw, with the reason on record. Whoever works for the
    applicant, or has recused, is refused."""
    with changing(user, evaluation) as current:
        permissions.check_actor(user, current, Actor.SECRETARIAT)
        permissions.check_state(current, *steps.ASSIGNABLE[duty])
        if not reason.strip():
            raise Refused(_("请填写不经抽取、直接指派的理由。"))
        if expert.role != Role.EXPERT or not expert.is_active:
            raise Refused(_("%(name)s不是可用的专家账号。") % {"name": expert.name})
        if works_for_the_applicant(current, expert):
            raise Refused(_("%(name)s任职于申报单位，应当回避，不能指派。") % {"name": expert.name})
        if current.assignments.filter(expert=expert, recused_at__isnull=False).exists():
            raise Refused(_("%(name)s已对本案卷声明回避，不能再指派。") % {"name": expert.name})
        if current.assignments.filter(expert=expert, duty=duty, released_at=None).exists():
            raise Refused(_("%(name)s已被指派本项工作，请另选专家。") % {"name": expert.name})
        if is_leader and any(a.is_leader for a in permissions.active_assignments(current, duty)):
            raise Refused(_("组长只能有一位；请先解除现任组长。"))
        return ask(
            user, current, expert, duty, is_leader=is_leader, manual_reason=reason.strip()
        )  # fmt: skip


def ask(
    user: User,
    evaluation: Evaluation,
    expert: User,
    duty: str,
    *,
    is_leader: bool = False,
    manual_reason: str = "",
    draw_round: DrawRound | None = None,
    seat: str = "",
) -> Assignment:
    """Invite an expert whom the caller found fit, with the case locked."""
    assignment = Assignment.objects.create(
        evaluation=evaluation,
        expert=expert,
        duty=duty,
        is_leader=is_leader,
        assigned_by=user,
        assigned_at=timezone.now(),
        answer_by=answer_deadline(),
        manual_reason=manual_reason,
        draw_round=draw_round,
        seat=seat,
    )
    note(
        user, evaluation, "assign", expert=expert.pk, duty=duty, leader=is_leader,
        reason=manual_reason, draw=str(draw_round.draw_id) if draw_round else "",
    )  # fmt: skip
    _invite(assignment)
    return assignment


def works_for_the_applicant(evaluation: Evaluation, expert: User) -> bool:
    """Whether the expert's present employer is the applicant, by credit code or name."""
    judge = Judge(evaluation, "", timezone.localdate())
    return judge.employs(expert, getattr(expert, "expert_record", None))


def answer_deadline(today: datetime.date | None = None) -> datetime.date:
    """The last day for the answer to an invitation that goes out now."""
    return workdays.after(today or timezone.localdate(), settings.EXPERT_ANSWER_WORKING_DAYS)


def release(user: User, assignment: Assignment, reason: str) -> None:
    """Take an expert off the case, with the reason on record."""
    reason = reason.strip()
    if not reason:
        raise Refused(_("请填写解除指派的理由。"))
    with changing(user, assignment.evaluation) as current:
        permissions.check_actor(user, current, Actor.SECRETARIAT)
        permissions.check_state(current, *steps.ASSIGNABLE[assignment.duty])
        assignment.refresh_from_db()
        if assignment.sheet_submitted_at is not None:
            raise Refused(_("该专家已提交评分表，不能解除指派。"))
        if assignment.released_at is not None:
            return
        _leave(assignment, Left.RELEASED, reason)
        if (
            not permissions.serving_assignments(assignment.expert)
            .filter(evaluation=current)
            .exists()
        ):
            notify.take_back(assignment.expert, current.number)
        note(user, current, "release", assignment=assignment.pk, reason=reason)
        _tell_when_lacking(user, assignment, Actor.SECRETARIAT)


def appoint_leader(user: User, assignment: Assignment, reason: str = "") -> None:
    """Make a serving expert the leader of the duty; whoever led before stays as a member. Once
    the panel has met, it chooses by itself: naming its leader needs a reason then."""
    with changing(user, assignment.evaluation) as current:
        permissions.check_actor(user, current, Actor.SECRETARIAT)
        permissions.check_state(current, *steps.LEADABLE[assignment.duty])
        assignment.refresh_from_db()
        if assignment.recused_at is not None or assignment.released_at is not None:
            raise Refused(_("该专家已回避或被解除指派，不能担任组长。"))
        reason = reason.strip()
        if current.state in steps.PANEL_SITS and assignment.duty == Duty.PANEL:
            if not reason:
                raise Refused(_("评审会已开始，请写明由秘书处指定组长的理由。"))
            if assignment.pledged_at is None:
                raise Refused(_("该专家尚未签署承诺书，不能担任组长。"))
        if assignment.is_leader:
            return
        current.assignments.filter(duty=assignment.duty, is_leader=True).update(is_leader=False)
        assignment.is_leader, assignment.leader_reason = True, reason
        assignment.save(update_fields=["is_leader", "leader_reason"])
        note(
            user, current, "appoint_leader",
            assignment=assignment.pk, duty=assignment.duty, reason=reason,
        )  # fmt: skip
        _tell_leader(assignment)


# The expert's answer


def accept(user: User, assignment: Assignment) -> None:
    """接受邀请: the names of applicant and base are shown, so that a conflict can be judged."""
    with _answering(user, assignment) as current:
        if assignment.accepted_at is None:
            assignment.accepted_at = timezone.now()
            assignment.save(update_fields=["accepted_at"])
            note(user, current, "accept_invitation", assignment=assignment.pk)


def decline(user: User, assignment: Assignment, reason: str) -> None:
    """谢绝邀请: the expert has no time. The seat is open again."""
    with _answering(user, assignment) as current:
        # In the secretariat's language: it is kept, and read there.
        with translation.override(settings.LANGUAGE_CODE):
            _leave(assignment, Left.DECLINED, reason.strip() or _("未说明理由"))
        note(user, current, "decline_invitation", assignment=assignment.pk)
        _seat_is_open(user, assignment, "expert_declined")


def pledge(user: User, assignment: Assignment) -> None:
    """不回避, and the pledge is signed: the case opens to this expert."""
    with _answering(user, assignment) as current:
        now = timezone.now()
        assignment.accepted_at = assignment.accepted_at or now
        assignment.pledged_at = now
        assignment.save(update_fields=["accepted_at", "pledged_at"])
        order(current, Kind.PLEDGE, content.pledge(assignment), owner=user)
        note(user, current, "pledge", assignment=assignment.pk)


def recuse(user: User, assignment: Assignment, reason: str) -> None:
    """回避: the expert leaves the case and learns nothing of it."""
    with _answering(user, assignment) as current:
        assignment.recused_at = timezone.now()
        assignment.recusal_reason = reason.strip()
        assignment.save(update_fields=["recused_at", "recusal_reason"])
        notify.take_back(user, current.number)
        note(user, current, "recuse", assignment=assignment.pk)
        _seat_is_open(user, assignment, "expert_recused")


@contextmanager
def _answering(user: User, assignment: Assignment) -> Iterator[Evaluation]:
    """The expert's own answer to an open invitation, with the case locked."""
    with changing(user, assignment.evaluation) as current:
        assignment.refresh_from_db()
        if assignment.expert_id != user.pk or not user.is_active:
            raise NotAllowed(_("只能答复本人的指派。"))
        if assignment.pledged_at or assignment.recused_at or assignment.released_at:
            raise Refused(_("这项邀请已经答复、到期或解除，不能再次答复。"))
        if current.state not in steps.ASSIGNABLE[assignment.duty]:
            raise Refused(_("这项工作已经结束，不再需要答复。"))
        yield current


# No answer


def mark_unanswered(today: datetime.date | None = None) -> int:
    """Take off whoever has not answered by the end of the last day. Safe to run twice; returns how
    many were taken off."""
    today = today or timezone.localdate()
    late = queries.unanswered().filter(answer_by__lt=today)
    return sum(_lapse(assignment, today) for assignment in late.select_related("evaluation"))


@transaction.atomic
def _lapse(assignment: Assignment, today: datetime.date) -> bool:
    with changing(assignment.expert, assignment.evaluation) as current:
        # Read again behind the lock: the answer may have come this moment.
        still = queries.unanswered().filter(pk=assignment.pk, answer_by__lt=today)
        if not still.exists():
            return False
        assignment.refresh_from_db()
        with translation.override(settings.LANGUAGE_CODE):
            _leave(assignment, Left.LAPSED, _("逾期未答复"))
        audit.record(
            None,
            "evaluation.lapse_invitation",
            f"evaluation:{current.pk}",
            case=current.number,
            assignment=assignment.pk,
            answer_by=str(assignment.answer_by),
        )
        _seat_is_open(assignment.expert, assignment, "expert_lapsed")
        notify.tell(
            [assignment.expert],
            "expert_lapsed",
            f"{assignment.pk}",
            path=reverse("evaluation:desk"),
            deadline=assignment.answer_by,
        )
        return True


def _leave(assignment: Assignment, how: Left, reason: str) -> None:
    assignment.released_at, assignment.release_reason = timezone.now(), reason
    assignment.left = how
    assignment.save(update_fields=["released_at", "release_reason", "left"])


# Telling


def _invite(assignment: Assignment) -> None:
    """What is told says nothing of the case: a mailbox may be read by others."""
    notify.tell(
        [assignment.expert],
        "expert_invitation",
        f"invitation:{assignment.pk}",
        path=reverse("evaluation:desk"),
        deadline=assignment.answer_by,
    )


def _tell_leader(assignment: Assignment) -> None:
    key = f"leader:{assignment.pk}:{timezone.now().isoformat()}"
    notify.tell_experts([assignment.expert], "expert_leads", key, assignment.evaluation)


def _seat_is_open(user: User, assignment: Assignment, event: str) -> None:
    """Write into the timeline that an expert will not come, and tell the secretariat."""
    case = assignment.evaluation
    role = ROLES[assignment.duty, assignment.is_leader]
    _write(case, event, user, role)
    if not _tell_when_lacking(user, assignment, role):
        _tell_secretariat("expert_left", f"{assignment.pk}", case, title=steps.EVENTS[event])


def _tell_when_lacking(user: User, assignment: Assignment, role: Actor) -> bool:
    """Where the work cannot go on with the experts that are left, write it into the timeline
    and tell the secretariat. Returns whether it was so."""
    case = assignment.evaluation
    case.refresh_from_db()
    if not queries.lacks_experts(case):
        return False
    _write(case, "experts_lacking", user, role)
    _tell_secretariat("experts_lacking", f"experts-lacking:{assignment.pk}", case)
    return True


def _tell_secretariat(kind: str, key: str, case: Evaluation, **values: Any) -> None:
    path = reverse("evaluation:experts", args=[case.number])
    notify.tell_of_case(notify.secretariat(), kind, key, case, path=path, **values)


def _write(evaluation: Evaluation, event: str, actor: User, role: Actor) -> None:
    Transition.objects.create(
        evaluation=evaluation,
        move=event,
        source=evaluation.state,
        target=evaluation.state,
        actor=actor,
        actor_role=role,
        at=timezone.now(),
    )
