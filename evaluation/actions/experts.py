"""Assigning experts, and their pledge. Used in steps 4 and 5."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import notify, permissions, queries, steps
from evaluation.actions.moving import changing, note
from evaluation.documents import content
from evaluation.documents.order import order
from evaluation.errors import NotAllowed, Refused
from evaluation.models import Assignment, Duty, Evaluation, Kind, Transition
from evaluation.steps import Actor
from portal.accounts.models import Role, User


def assign(
    user: User, evaluation: Evaluation, expert: User, duty: str, *, is_leader: bool = False
) -> Assignment:
    """Ask an expert to serve. Whoever works for the applicant is refused."""
    with changing(user, evaluation) as current:
        permissions.check_actor(user, current, Actor.SECRETARIAT)
        permissions.check_state(current, *steps.ASSIGNABLE[duty])
        if expert.role != Role.EXPERT or not expert.is_active:
            raise Refused(_("%(name)s不是可用的专家账号。") % {"name": expert.name})
        if expert.organisation_id == current.organisation_id:
            raise Refused(_("%(name)s任职于申报单位，应当回避，不能指派。") % {"name": expert.name})
        if current.assignments.filter(expert=expert, recused_at__isnull=False).exists():
            raise Refused(_("%(name)s已对本案卷声明回避，不能再指派。") % {"name": expert.name})
        if current.assignments.filter(expert=expert, duty=duty).exists():
            raise Refused(_("%(name)s已被指派过本项工作，请另选专家。") % {"name": expert.name})
        if is_leader and any(a.is_leader for a in permissions.active_assignments(current, duty)):
            raise Refused(_("组长只能有一位；请先解除现任组长。"))
        assignment = Assignment.objects.create(
            evaluation=current,
            expert=expert,
            duty=duty,
            is_leader=is_leader,
            assigned_by=user,
            assigned_at=timezone.now(),
        )
        note(user, current, "assign", expert=expert.pk, duty=duty, leader=is_leader)
        _invite(assignment)
        return assignment


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
        assignment.released_at, assignment.release_reason = timezone.now(), reason
        assignment.save(update_fields=["released_at", "release_reason"])
        if not queries.serving_assignments(assignment.expert).filter(evaluation=current).exists():
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


def pledge(user: User, assignment: Assignment) -> None:
    """不回避, and the pledge is signed: the case opens to this expert."""
    with _answering(user, assignment) as current:
        assignment.pledged_at = timezone.now()
        assignment.save(update_fields=["pledged_at"])
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
        role = Actor.PANEL_EXPERT if assignment.duty == Duty.PANEL else Actor.SITE_LEADER
        if not _tell_when_lacking(user, assignment, role):
            _tell_secretariat("expert_recused", f"recusal:{assignment.pk}", current)


@contextmanager
def _answering(user: User, assignment: Assignment) -> Iterator[Evaluation]:
    """The expert's own answer to an open invitation, with the case locked."""
    with changing(user, assignment.evaluation) as current:
        assignment.refresh_from_db()
        if assignment.expert_id != user.pk:
            raise NotAllowed(_("只能答复本人的指派。"))
        if assignment.pledged_at or assignment.recused_at or assignment.released_at:
            raise Refused(_("这项指派已经答复或解除，不能再次答复。"))
        if current.state not in steps.ASSIGNABLE[assignment.duty]:
            raise Refused(_("这项工作已经结束，不再需要答复。"))
        yield current


def _invite(assignment: Assignment) -> None:
    notify.tell(
        [assignment.expert],
        "expert_invitation",
        f"invitation:{assignment.pk}",
        path=reverse("evaluation:desk"),
    )


def _tell_leader(assignment: Assignment) -> None:
    key = f"leader:{assignment.pk}:{timezone.now().isoformat()}"
    notify.tell([assignment.expert], "expert_leads", key, path=reverse("evaluation:desk"))


def _tell_when_lacking(user: User, assignment: Assignment, role: Actor) -> bool:
    """Where the work cannot go on with the experts that are left, write it into the timeline
    and tell the secretariat. Returns whether it was so."""
    case = assignment.evaluation
    case.refresh_from_db()
    if not queries.lacks_experts(case):
        return False
    Transition.objects.create(
        evaluation=case,
        move="experts_lacking",
        source=case.state,
        target=case.state,
        actor=user,
        actor_role=role,
        at=timezone.now(),
    )
    _tell_secretariat("experts_lacking", f"experts-lacking:{assignment.pk}", case)
    return True


def _tell_secretariat(kind: str, key: str, case: Evaluation) -> None:
    path = reverse("evaluation:experts", args=[case.number])
    notify.tell_of_case(notify.secretariat(), kind, key, case, path=path)
