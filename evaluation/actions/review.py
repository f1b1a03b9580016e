"""Step 3 材料初审: every slot of Table 1 is accepted or returned with its reason."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import permissions, queries
from evaluation.actions.application import freeze
from evaluation.actions.moving import changing, moving, note
from evaluation.documents import content
from evaluation.documents.order import order
from evaluation.edition import edition_of
from evaluation.errors import Refused
from evaluation.models import Declaration, Evaluation, Kind, SlotReview
from evaluation.steps import Actor
from portal.accounts.models import User


def judge_slot(
    user: User, evaluation: Evaluation, slot: int, *, accepted: bool, reason: str = ""
) -> SlotReview:
    """Accept one slot of the current version, or name its defect."""
    reason = "" if accepted else reason.strip()
    if not accepted and not reason:
        raise Refused(_("材料%(slot)s判为不合格时，须写明问题和应补正的内容。") % {"slot": slot})
    with changing(user, evaluation) as current:
        permissions.check_actor(user, current, Actor.SECRETARIAT)
        permissions.check_state(current, "preliminary_review")
        if slot not in [material.number for material in edition_of(current).materials]:
            raise Refused(_("没有序号为%(slot)s的提交材料。") % {"slot": slot})
        review, _created = SlotReview.objects.update_or_create(
            declaration=_declaration(current),
            slot=slot,
            defaults={
                "accepted": accepted,
                "reason": reason,
                "reviewed_by": user,
                "reviewed_at": timezone.now(),
            },
        )
        note(user, current, "judge_slot", slot=slot, accepted=accepted, reason=reason)
        return review


def request_correction(user: User, evaluation: Evaluation, deadline: date) -> None:
    """发出补正通知: one notice with every defect; the case goes back to the applicant."""
    if deadline <= timezone.localdate():
        raise Refused(_("补正期限须晚于今天。"))
    with moving(user, evaluation, "request_correction") as move:
        declaration = _declaration(move.evaluation)
        defects = [review for review in _verdicts(move.evaluation) if not review.accepted]
        if not defects:
            raise Refused(_("没有判为不合格的材料，无需补正；请直接通过材料初审。"))
        move.evaluation.deadline = deadline
        order(
            move.evaluation,
            Kind.DEFICIENCY_NOTICE,
            content.deficiency_notice(declaration, defects, deadline),
        )
        move.data = {"slots": [review.slot for review in defects], "deadline": str(deadline)}


def resubmit(user: User, evaluation: Evaluation) -> Declaration:
    """提交补正材料: a new frozen version. Verdicts on slots whose files are the same stay."""
    with moving(user, evaluation, "resubmit") as move:
        before = _declaration(move.evaluation)
        after = freeze(user, move.evaluation)
        _carry_over(before, after)
        move.evaluation.deadline = None
        move.data = {"declaration": after.number, "digest": after.digest}
        return after


def pass_review(user: User, evaluation: Evaluation) -> None:
    """通过材料初审, when every slot was accepted."""
    with moving(user, evaluation, "pass_review") as move:
        defects = [review.slot for review in _verdicts(move.evaluation) if not review.accepted]
        if defects:
            raise Refused(
                _("材料%(slots)s判为不合格，不能通过初审；请发出补正通知。")
                % {"slots": _("、").join(map(str, defects))}
            )


def _declaration(evaluation: Evaluation) -> Declaration:
    declaration = queries.current_declaration(evaluation)
    assert declaration is not None, "a case under review was submitted"
    return declaration


def _verdicts(evaluation: Evaluation) -> list[SlotReview]:
    """The verdicts on every slot; Refused names the slots that have none."""
    verdicts = list(_declaration(evaluation).slot_reviews.all())
    judged = {review.slot for review in verdicts}
    open_slots = [m.number for m in edition_of(evaluation).materials if m.number not in judged]
    if open_slots:
        raise Refused(
            _("还有材料未审核：%(slots)s。请逐项作出判定。")
            % {"slots": _("、").join(map(str, open_slots))}
        )
    return verdicts


def _carry_over(before: Declaration, after: Declaration) -> None:
    def hashes(declaration: Declaration, slot: int) -> list[str]:
        return sorted(declaration.materials.filter(slot=slot).values_list("sha256", flat=True))

    for review in before.slot_reviews.filter(accepted=True):
        if hashes(before, review.slot) == hashes(after, review.slot):
            SlotReview.objects.create(
                declaration=after,
                slot=review.slot,
                accepted=True,
                reviewed_by=review.reviewed_by,
                reviewed_at=review.reviewed_at,
            )
