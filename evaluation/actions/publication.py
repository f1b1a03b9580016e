"""Step 6 公布结果: the result and its 公示, its withdrawal, and the proposal to certify."""

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation import notify, queries, workdays
from evaluation.actions.moving import moving
from evaluation.actions.result_corrections import (
    check_none_open,
    check_none_open_to_reopen,
)
from evaluation.documents import content
from evaluation.documents.order import order
from evaluation.errors import Refused
from evaluation.models import Duty, Evaluation, Kind, Objection, Publication
from portal.accounts.models import User
from portal.ledger import numbers, runtime


def publish(user: User, evaluation: Evaluation, working_days: int) -> Publication:
    """公布评估结果 for so many working days (not from the standard: see the readings of 7.1)."""
    least = runtime.read("objection_min_working_days")
    if not least <= working_days <= 60:
        raise Refused(_("公示期须为%(least)s至60个工作日。") % {"least": least})
    with moving(user, evaluation, "publish") as move:
        current = move.evaluation
        check_none_open(current)
        run = current.score_runs.latest("made_at")
        today = timezone.localdate()
        publication = Publication.objects.create(
            evaluation=current,
            score_run=run,
            number=f"GS{today.year}-{numbers.next_number(f'publication:{today.year}'):04d}",
            applicant=current.organisation.name,
            base_name=current.base.name,
            place=current.place,
            starts_on=today,
            working_days=working_days,
            ends_on=workdays.after(today, working_days),
            published_by=user,
            published_at=timezone.now(),
            corrects=current.publications.order_by("-pk").first(),
        )
        publication.document = order(current, Kind.NOTICE, content.notice(publication))
        publication.save(update_fields=["document"])
        current.deadline = publication.ends_on
        move.data = {"publication": publication.number, "ends_on": str(publication.ends_on)}
        return publication


# Where a withdrawn result goes on from, by what was wrong with it.
BACK_TO = {
    "result_pending": gettext_lazy("公布的名称有误，评分无误：提请更正，经审批后重新公布"),
    "panel_consolidation": gettext_lazy("汇总有误：由组长重新汇总"),
    "panel_scoring": gettext_lazy("打分有误：由评审专家重新打分"),
}
REOPENED = {state: label for state, label in BACK_TO.items() if state != "result_pending"}


def withdraw_result(user: User, evaluation: Evaluation, back_to: str, reason: str) -> None:
    """撤回评估结果, with the reason that the public reads. The notice stays readable with its
    mark; what the panel wrote stays as it was until the panel writes anew."""
    with moving(user, evaluation, "withdraw_result", reason) as move:
        current = move.evaluation
        if back_to not in BACK_TO:
            raise Refused(_("请选择撤回后从哪一步重新办理。"))
        _check_names_nobody(current, reason)
        withdrawn = current.publication
        withdrawn.withdrawn_at, withdrawn.withdrawn_by = timezone.now(), user
        withdrawn.withdrawal_reason = reason.strip()
        withdrawn.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason"])
        notify.result_withdrawn(withdrawn)
        if back_to == "panel_scoring":
            _score_anew(current)
        current.deadline = None
        move.target = back_to
        move.data = {"publication": withdrawn.number, "run": withdrawn.score_run_id}


def reopen_result(user: User, evaluation: Evaluation, back_to: str, reason: str) -> None:
    """退回重新评审: the office finds the score wrong before it is published, or again while a
    withdrawn result is put right. What the panel wrote stays until it writes anew."""
    with moving(user, evaluation, "reopen_result", reason) as move:
        if back_to not in REOPENED:
            raise Refused(_("请选择从哪一步重新办理。"))
        check_none_open_to_reopen(move.evaluation)
        if back_to == "panel_scoring":
            _score_anew(move.evaluation)
        move.evaluation.deadline = None
        move.target = back_to


def _score_anew(evaluation: Evaluation) -> None:
    evaluation.assignments.filter(duty=Duty.PANEL).update(sheet_submitted_at=None)


def _check_names_nobody(evaluation: Evaluation, reason: str) -> None:
    """The reason is public; who objected is not."""
    for objection in Objection.objects.filter(publication__evaluation=evaluation):
        told = (objection.objector, objection.contact, objection.contact_person, objection.email)
        if any(word and word in reason for word in told):
            raise Refused(
                _("理由会公开，不能写出异议人的姓名、单位或联系方式（异议%(number)s）。")
                % {"number": objection.number}
            )


def propose(user: User, evaluation: Evaluation) -> None:
    """提请认定审批, when the objection period is over and no objection is open."""
    with moving(user, evaluation, "propose") as move:
        check_objections_settled(move.evaluation)
        move.evaluation.deadline = None


def check_objections_settled(evaluation: Evaluation) -> None:
    """Raise Refused while objections may come in or one is open."""
    publication = evaluation.publication
    if not queries.objection_period_is_over(evaluation):
        raise Refused(
            _("公示期至%(day)s止，期满后方可提请认定。")
            % {"day": format_date(publication.ends_on, _("Y年n月j日"))}
        )
    # Also those to a result that was withdrawn since.
    still_open = Objection.objects.filter(
        publication__evaluation=evaluation, closed_at__isnull=True
    ).count()
    if still_open:
        raise Refused(_("还有%(count)s件异议未办结，不能提请认定。") % {"count": still_open})
