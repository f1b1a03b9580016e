"""Step 6 公布结果: the result and its 公示, objections, and the proposal to certify."""

from datetime import date

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from evaluation import permissions, queries, workdays
from evaluation.actions.moving import changing, moving, note
from evaluation.documents import content
from evaluation.documents.order import order
from evaluation.errors import Refused
from evaluation.models import Evaluation, Kind, Objection, Publication
from evaluation.steps import Actor
from portal.accounts.models import User
from portal.ledger import numbers


def publish(user: User, evaluation: Evaluation, working_days: int) -> Publication:
    """公布评估结果 for so many working days (not from the standard: see the readings of 7.1)."""
    least = settings.OBJECTION_MIN_WORKING_DAYS
    if not least <= working_days <= 60:
        raise Refused(_("公示期须为%(least)s至60个工作日。") % {"least": least})
    with moving(user, evaluation, "publish") as move:
        current = move.evaluation
        run = current.score_runs.latest("made_at")
        today = timezone.localdate()
        publication = Publication.objects.create(
            evaluation=current,
            score_run=run,
            number=f"GS{today.year}-{numbers.next_number(f'publication:{today.year}'):04d}",
            starts_on=today,
            working_days=working_days,
            ends_on=workdays.after(today, working_days),
            published_by=user,
            published_at=timezone.now(),
        )
        publication.document = order(current, Kind.NOTICE, content.notice(publication))
        publication.save(update_fields=["document"])
        current.deadline = publication.ends_on
        move.data = {"publication": publication.number, "ends_on": str(publication.ends_on)}
        return publication


def record_objection(
    user: User,
    evaluation: Evaluation,
    *,
    objector: str,
    contact: str,
    content: str,
    received_on: date,
) -> Objection:
    """Put an objection on record. Anonymous ones are not accepted."""
    if not objector.strip() or not contact.strip() or not content.strip():
        raise Refused(
            _("异议须写明异议人（实名或加盖公章的单位）、联系方式和内容；匿名异议不予受理。")
        )
    with changing(user, evaluation) as current:
        permissions.check_actor(user, current, Actor.SECRETARIAT)
        permissions.check_state(current, "published")
        if received_on < current.publication.starts_on or received_on > timezone.localdate():
            raise Refused(_("收到日期须在公示开始之日至今天之间。"))
        objection = Objection.objects.create(
            publication=current.publication,
            objector=objector.strip(),
            contact=contact.strip(),
            content=content.strip(),
            received_on=received_on,
            recorded_by=user,
            recorded_at=timezone.now(),
        )
        note(user, current, "record_objection", objection=objection.pk)
        return objection


def close_objection(user: User, objection: Objection, answer: str) -> None:
    """Close an objection with the answer that was given."""
    if not answer.strip():
        raise Refused(_("请填写异议的处理意见。"))
    with changing(user, objection.publication.evaluation) as current:
        permissions.check_actor(user, current, Actor.SECRETARIAT)
        closed = Objection.objects.filter(pk=objection.pk, closed_at__isnull=True).update(
            answer=answer.strip(), closed_by=user, closed_at=timezone.now()
        )
        if not closed:
            raise Refused(_("该异议已经办结。"))
        note(user, current, "close_objection", objection=objection.pk)


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
    still_open = publication.objections.filter(Q(closed_at__isnull=True)).count()
    if still_open:
        raise Refused(_("还有%(count)s件异议未办结，不能提请认定。") % {"count": still_open})
