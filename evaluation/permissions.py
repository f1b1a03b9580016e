"""Who may do what. In pairs: check_… raises the reason in a sentence, can_… answers yes or no.

Whether a case may be seen at all is decided in queries.cases_for, from which every view starts."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import steps
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.models import Assignment, Duty, Evaluation
from evaluation.steps import Actor, Move
from portal.accounts.models import Role, User


def active_assignments(evaluation: Evaluation, duty: str) -> "list[Assignment]":
    """The experts who serve on a case: neither recused nor released, pledged or not yet."""
    return list(
        evaluation.assignments.filter(
            duty=duty, recused_at__isnull=True, released_at__isnull=True
        ).select_related("expert")
    )


def serving_team(evaluation: Evaluation, duty: str) -> "list[Assignment]":
    """The experts who serve and have signed the pledge: those whose names others may learn."""
    return [member for member in active_assignments(evaluation, duty) if member.pledged_at]


def serving_assignments(user: User) -> QuerySet[Assignment]:
    """The user's own assignments, once the pledge is signed."""
    return Assignment.objects.filter(
        expert_id=user.pk,
        pledged_at__isnull=False,
        recused_at__isnull=True,
        released_at__isnull=True,
    )


def serving(user: User, evaluation: Evaluation, duty: str) -> Assignment | None:
    """The user's own assignment to this duty of the case."""
    return serving_assignments(user).filter(evaluation=evaluation, duty=duty).first()


def is_member(user: User, evaluation: Evaluation) -> bool:
    """Whether the user belongs to the applicant, if only to read."""
    return user.is_applicant and user.organisation_id == evaluation.organisation_id


def check_member(user: User, evaluation: Evaluation) -> None:
    """Raise NotAllowed unless the user belongs to the applicant."""
    if not is_member(user, evaluation):
        raise NotAllowed(_("此页由申报单位使用。"))


def is_actor(user: User, evaluation: Evaluation, actor: Actor) -> bool:
    """Whether the user stands in this relation to the case."""
    if not user.is_active:
        return False
    match actor:
        case Actor.APPLICANT:
            return user.may_write and is_member(user, evaluation)
        case Actor.SECRETARIAT:
            return user.role == Role.SECRETARIAT
        case Actor.DECIDER:
            return user.role == Role.DECIDER
        case Actor.PANEL_EXPERT | Actor.SITE_EXPERT:
            duty = Duty.PANEL if actor == Actor.PANEL_EXPERT else Duty.SITE
            return user.role == Role.EXPERT and serving(user, evaluation, duty) is not None
        case Actor.PANEL_LEADER | Actor.SITE_LEADER:
            if user.role != Role.EXPERT:
                return False
            duty = Duty.PANEL if actor == Actor.PANEL_LEADER else Duty.SITE
            assignment = serving(user, evaluation, duty)
            return assignment is not None and assignment.is_leader
    return False


def check_actor(user: User, evaluation: Evaluation, actor: Actor) -> None:
    """Raise NotAllowed unless the user stands in this relation to the case."""
    if not is_actor(user, evaluation, actor):
        if actor == Actor.APPLICANT and is_member(user, evaluation):
            raise NotAllowed(only_reads())
        raise NotAllowed(_("此操作须由%(actor)s办理。") % {"actor": steps.ACTOR_NAMES[actor]})


def only_reads() -> str:
    """What a viewer who tries to write is told."""
    return _(
        "您是本单位的查看人，只能查看。需要填报时，请本单位负责人在“本单位”页更改您的成员角色。"
    )


def check_start(user: User) -> None:
    """Raise unless the user may open a case for the own organisation."""
    if not user.is_applicant:
        raise NotAllowed(_("只有申报单位可以新建申报。"))
    if not user.may_write:
        raise NotAllowed(only_reads())


def check_state(evaluation: Evaluation, *states: str, user: User | None = None) -> None:
    """Raise WrongState unless the case is in one of these states. It tells who moved the case
    last: the office reads the name, others the role."""
    if evaluation.state in states:
        return
    office = user is not None and user.role in (Role.SECRETARIAT, Role.DECIDER)
    moves = evaluation.transitions.exclude(move__in=steps.EVENTS)
    last = moves.select_related("actor").order_by("-at", "-pk").first()
    applicant = user is not None and user.is_applicant
    now = evaluation.current
    told: dict[str, Any] = {
        "number": evaluation.number,
        "state": now.applicant_label if applicant else now.label,
    }
    if last is None:
        raise WrongState(_("案卷%(number)s现为“%(state)s”，不能进行此操作。") % told)
    told["who"] = last.actor.name if office else steps.ACTOR_NAMES[Actor(last.actor_role)]
    told["when"] = timezone.localtime(last.at).strftime("%Y-%m-%d %H:%M")
    told["did"] = steps.told(last.move)
    raise WrongState(
        _("%(who)s已于%(when)s%(did)s，案卷%(number)s现为“%(state)s”，不能进行此操作。") % told
    )


def check_move(user: User, evaluation: Evaluation, move: Move) -> None:
    """Raise unless this user may make this move on this case now."""
    check_actor(user, evaluation, move.actor)
    check_state(evaluation, *move.sources, user=user)


def can_move(user: User, evaluation: Evaluation, code: str) -> bool:
    try:
        check_move(user, evaluation, steps.MOVES[code])
    except Refused:
        return False
    return True


def check_edit(user: User, evaluation: Evaluation) -> None:
    """Raise unless the user may change the application form and its materials now."""
    check_actor(user, evaluation, Actor.APPLICANT)
    check_state(evaluation, *steps.EDITABLE, user=user)


def can_edit(user: User, evaluation: Evaluation) -> bool:
    return evaluation.state in steps.EDITABLE and is_actor(user, evaluation, Actor.APPLICANT)


def check_site_team(user: User, evaluation: Evaluation) -> None:
    """Raise NotAllowed unless the user is on the site team, whatever the state of the visit."""
    if not is_actor(user, evaluation, Actor.SITE_EXPERT):
        raise NotAllowed(_("此操作须由已签署承诺书的现场评估组成员办理。"))


def check_site_record(user: User, evaluation: Evaluation) -> None:
    """Raise unless the user is on the site team and the visit is open."""
    check_site_team(user, evaluation)
    check_state(evaluation, "site_visit")


def can_record_site(user: User, evaluation: Evaluation) -> bool:
    try:
        check_site_record(user, evaluation)
    except Refused:
        return False
    return True


def is_visit_planner(user: User, evaluation: Evaluation) -> bool:
    """Whether the user makes the plan of the visit: the secretariat, or the team's leader."""
    return any(
        is_actor(user, evaluation, actor) for actor in (Actor.SECRETARIAT, Actor.SITE_LEADER)
    )


def check_visit_plan(user: User, evaluation: Evaluation) -> None:
    """Raise unless the user may change and send the plan of the visit now."""
    if not is_visit_planner(user, evaluation):
        raise NotAllowed(_("此操作须由秘书处或现场评估组组长办理。"))
    check_state(evaluation, *steps.PLANNABLE, user=user)


def check_secretariat(user: User) -> None:
    """Raise NotAllowed unless the user works for the secretariat."""
    if user.role != Role.SECRETARIAT or not user.is_active:
        raise NotAllowed(_("此操作须由%(actor)s办理。") % {"actor": Role.SECRETARIAT.label})


def check_staff(user: User) -> None:
    """Raise NotAllowed unless the user works for the secretariat or decides."""
    if user.role not in (Role.SECRETARIAT, Role.DECIDER) or not user.is_active:
        raise NotAllowed(_("此页由秘书处和审批人使用。"))
