"""The panel's meeting: who is present (签到), and whom the panel wants to lead it."""

from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import permissions
from evaluation.actions.moving import changing, note
from evaluation.errors import Refused
from evaluation.models import Assignment, Duty, Evaluation
from evaluation.steps import Actor
from portal.accounts.models import User


def sign_in(user: User, evaluation: Evaluation) -> Assignment:
    """签到: the expert is present. Said twice, the first time counts."""
    with changing(user, evaluation) as current:
        permissions.check_actor(user, current, Actor.PANEL_EXPERT)
        permissions.check_state(current, "panel_scoring")
        own = _own(user, current)
        if own.signed_in_at is None:
            own.signed_in_at = timezone.now()
            own.save(update_fields=["signed_in_at"])
            note(user, current, "sign_in", assignment=own.pk)
        return own


def agreement_needed(panel: list[Assignment]) -> int:
    """How many of the panel must want the same leader: more than half of those who serve."""
    return sum(member.pledged_at is not None for member in panel) // 2 + 1


def vote(user: User, evaluation: Evaluation, chosen: Assignment) -> bool:
    """推选组长: propose a leader, or agree to one who was proposed. Elected is who more than half
    of the panel want and who agrees too. Returns whether that came about now."""
    with changing(user, evaluation) as current:
        permissions.check_actor(user, current, Actor.PANEL_EXPERT)
        permissions.check_state(current, "panel_scoring")
        check_signed_in(own := _own(user, current))
        panel = [m for m in permissions.active_assignments(current, Duty.PANEL) if m.pledged_at]
        leader = next((member for member in panel if member.is_leader), None)
        if leader is not None:
            raise Refused(_("组长已是%(name)s，不能再推选。") % {"name": leader.expert.name})
        named = next((member for member in panel if member.pk == chosen.pk), None)
        if named is None or named.signed_in_at is None:
            raise Refused(_("只能推选已签到的评审专家。"))
        own.votes_for = named
        own.save(update_fields=["votes_for"])
        votes = {member.pk: member.votes_for_id for member in panel} | {own.pk: named.pk}
        agreed = [pk for pk, wanted in votes.items() if wanted == named.pk]
        elected = named.pk in agreed and len(agreed) >= agreement_needed(panel)
        note(user, current, "vote_for_leader", assignment=named.pk, elected=elected)
        if elected:
            _take_the_lead_from_all(current)
            Assignment.objects.filter(pk=named.pk).update(is_leader=True, leader_reason="")
            note(user, current, "elect_leader", assignment=named.pk, agreed=sorted(agreed))
        return elected


def check_signed_in(own: Assignment) -> None:
    """Raise Refused unless the expert signed in to the meeting."""
    if own.signed_in_at is None:
        raise Refused(_("请先在评审会签到。"))


def _take_the_lead_from_all(evaluation: Evaluation) -> None:
    """Whoever led before was released or recused since: that is kept in the audit only."""
    evaluation.assignments.filter(duty=Duty.PANEL, is_leader=True).update(is_leader=False)


def _own(user: User, evaluation: Evaluation) -> Assignment:
    own = permissions.serving(user, evaluation, Duty.PANEL)
    assert own is not None, "check_actor came first"
    return own
