"""更正 of what was published wrongly, before it is published anew. The score was right: only names
are put right here, and because the certificate bears them one person proposes and another decides.
Where the score is wrong the panel works anew (publication.reopen_result)."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import notify, permissions, queries, terms
from evaluation.actions.application import checked_place
from evaluation.actions.moving import changing, note
from evaluation.actions.two_persons import decide
from evaluation.edition import edition_of
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.models import Evaluation, Publication, ResultCorrection, Transition
from evaluation.steps import Actor
from portal.accounts.models import User

FIELDS = ("base_name", "place")


def standing_facts(evaluation: Evaluation) -> dict[str, str]:
    """What can be put right, as it stands."""
    return {"base_name": evaluation.base.name, "place": evaluation.place}


def check_correctable(evaluation: Evaluation) -> Publication:
    """The withdrawn result; raises unless it is to be published anew."""
    latest = queries.latest_publication(evaluation)
    if evaluation.state != "result_pending" or latest is None or latest.withdrawn_at is None:
        raise WrongState(_("只有撤回后待重新公布的评估结果可以更正公布的内容。"))
    return latest


def propose(
    user: User, evaluation: Evaluation, *, base_name: str, place: str, reason: str
) -> ResultCorrection:
    """提请更正, with the reason on record. Nothing changes before it is approved."""
    base_name, reason = base_name.strip(), reason.strip()
    with changing(user, evaluation) as current:
        permissions.check_actor(user, current, Actor.SECRETARIAT)
        publication = check_correctable(current)
        if open_correction(current) is not None:
            raise Refused(_("已有一项更正待审批，审批后才能再提请。"))
        if not base_name:
            raise Refused(_("请填写基地名称。"))
        if not reason:
            raise Refused(_("请填写更正的理由。"))
        namesakes = current.organisation.bases.filter(name=base_name).exclude(pk=current.base_id)
        if namesakes.exists():
            raise Refused(_("该单位另有同名的基地，请核对基地名称。"))
        place = checked_place(edition_of(current), current.category, place, current.base)
        before, after = standing_facts(current), {"base_name": base_name, "place": place}
        if before == after:
            raise Refused(_("没有改动：请更正基地名称或申报地区（行业），或直接重新公布。"))
        made = ResultCorrection.objects.create(
            evaluation=current,
            publication=publication,
            before=before,
            after=after,
            reason=reason,
            proposed_by=user,
            proposed_at=timezone.now(),
        )
        _hand_over(current, terms.correction_deadline(timezone.localdate()))
        _tell(user, current, "correction_proposed", Actor.SECRETARIAT, reason)
        note(user, current, "propose_correction", before=before, after=after, reason=reason)
        notify.correction_proposed(made)
    evaluation.refresh_from_db()
    return made


def approve(user: User, correction: ResultCorrection) -> None:
    """批准更正: case and base bear the corrected names from now on; the withdrawn notice stays as
    it was published."""
    with changing(user, correction.evaluation) as current:
        made = _to_decide(user, current, correction)
        decide(user, made, approved=True)
        current.place = made.after["place"]
        current.save(update_fields=["place"])
        current.base.name = made.after["base_name"]
        current.base.save(update_fields=["name"])
        _hand_over(current, terms.deadline_of(current.state, timezone.localdate()))
        _tell(user, current, "result_corrected", Actor.DECIDER, made.reason)
        note(user, current, "approve_correction", before=made.before, after=made.after)
        notify.correction_decided(made)
    correction.evaluation.refresh_from_db()


def decline(user: User, correction: ResultCorrection, reason: str) -> None:
    """不予批准, with the reason on record; nothing changes."""
    with changing(user, correction.evaluation) as current:
        made = _to_decide(user, current, correction)
        decide(user, made, approved=False, reason=reason)
        _hand_over(current, terms.deadline_of(current.state, timezone.localdate()))
        _tell(user, current, "correction_declined", Actor.DECIDER, made.note)
        note(user, current, "decline_correction", after=made.after, reason=made.note)
        notify.correction_decided(made)
    correction.evaluation.refresh_from_db()


def open_correction(evaluation: Evaluation) -> ResultCorrection | None:
    """The correction that waits for the decision maker."""
    waiting = evaluation.result_corrections.filter(approved__isnull=True)
    return waiting.select_related("proposed_by").first()


def check_none_open(evaluation: Evaluation) -> None:
    """Refused while a correction waits: what is published anew is what was decided."""
    if open_correction(evaluation) is not None:
        raise Refused(_("有一项更正待审批，审批后才能公布。"))


def check_none_open_to_reopen(evaluation: Evaluation) -> None:
    """The same before the panel works anew."""
    if open_correction(evaluation) is not None:
        raise Refused(_("有一项更正待审批，审批后才能退回重新评审。"))


def _hand_over(evaluation: Evaluation, deadline: date | None) -> None:
    """Another has the case from now on, and a deadline of their own."""
    evaluation.state_since, evaluation.deadline = timezone.now(), deadline
    evaluation.save(update_fields=["state_since", "deadline"])


def _tell(user: User, evaluation: Evaluation, event: str, role: Actor, reason: str) -> None:
    """One line of 办理记录; the state stays."""
    Transition.objects.create(
        evaluation=evaluation,
        move=event,
        source=evaluation.state,
        target=evaluation.state,
        actor=user,
        actor_role=role,
        at=timezone.now(),
        reason=reason,
    )


def _to_decide(
    user: User, evaluation: Evaluation, correction: ResultCorrection
) -> ResultCorrection:
    permissions.check_actor(user, evaluation, Actor.DECIDER)
    made = ResultCorrection.objects.select_for_update().get(pk=correction.pk)
    if made.approved is not None:
        raise WrongState(_("这项更正已经审批。"))
    check_correctable(evaluation)
    if made.proposed_by_id == user.pk:
        raise NotAllowed(_("提请人与审批人须为两人。"))
    return made
