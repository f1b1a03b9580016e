"""保留意见: written down by the leader or by the expert, and always in the expert's own sense."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import notify, permissions
from evaluation.actions.moving import changing, note
from evaluation.edition import edition_of
from evaluation.errors import NotAllowed, Refused
from evaluation.models import WHOLE_OPINION, Assignment, Dissent, Duty, Evaluation
from evaluation.steps import Actor
from portal.accounts.models import User


def record_dissent(
    user: User, evaluation: Evaluation, expert: Assignment, code: str, text: str
) -> Dissent:
    """Write down what an expert does not agree with. The expert's own words need no confirmation;
    the leader's do, and once confirmed only the expert may change them."""
    with changing(user, evaluation) as current:
        own = _check_sitting(user, current)
        if own.pk != expert.pk:
            permissions.check_actor(user, current, Actor.PANEL_LEADER)
        panel = permissions.active_assignments(current, Duty.PANEL)
        sentences = []
        if expert.pk not in {member.pk for member in panel if member.sheet_submitted_at}:
            sentences.append(_("只能为提交了评分表的专家记录保留意见。"))
        if code != WHOLE_OPINION and code not in edition_of(current).by_code:
            sentences.append(_("请选择保留意见涉及的指标，或整个评审意见。"))
        if not text.strip():
            sentences.append(_("请写明保留意见的内容。"))
        if sentences:
            raise Refused(*sentences)
        known = Dissent.objects.filter(assignment=expert, indicator=code).first()
        if known and known.confirmed_at and own.pk != expert.pk:
            raise Refused(_("这条保留意见已由专家本人确认，只能由其本人修改。"))
        now = timezone.now()
        dissent, _new = Dissent.objects.update_or_create(
            assignment=expert,
            indicator=code,
            defaults={
                "text": text.strip(),
                "recorded_by": user,
                "recorded_at": now,
                "remark": "",
                "confirmed_at": now if own.pk == expert.pk else None,
            },
        )
        note(user, current, "record_dissent", assignment=expert.pk, dissent=dissent.pk)
        if dissent.confirmed_at is None:
            _ask_to_confirm(dissent, current)
        return dissent


def confirm_dissent(user: User, evaluation: Evaluation, dissent: Dissent) -> None:
    """确认: the words are the expert's own sense."""
    with changing(user, evaluation) as current:
        _check_own(user, current, dissent)
        if dissent.confirmed_at is None:
            dissent.confirmed_at, dissent.remark = timezone.now(), ""
            dissent.save(update_fields=["confirmed_at", "remark"])
            note(user, current, "confirm_dissent", dissent=dissent.pk)


def remark_dissent(user: User, evaluation: Evaluation, dissent: Dissent, remark: str) -> None:
    """不确认: the expert tells the leader how it should read."""
    with changing(user, evaluation) as current:
        _check_own(user, current, dissent)
        if not remark.strip():
            raise Refused(_("请写明应当如何记载。"))
        if dissent.confirmed_at is not None:
            raise Refused(_("您已确认这条保留意见。"))
        dissent.remark = remark.strip()
        dissent.save(update_fields=["remark"])
        note(user, current, "remark_dissent", dissent=dissent.pk)


def remove_dissent(user: User, evaluation: Evaluation, dissent: Dissent) -> None:
    """Take a dissent out of the record: the leader while it is not confirmed, else its expert."""
    with changing(user, evaluation) as current:
        own = _check_sitting(user, current)
        dissent = _again(dissent)
        if own.pk != dissent.assignment_id:
            permissions.check_actor(user, current, Actor.PANEL_LEADER)
            if dissent.confirmed_at is not None:
                raise Refused(_("这条保留意见已由专家本人确认，只能由其本人撤回。"))
        note(user, current, "remove_dissent", dissent=dissent.pk, assignment=dissent.assignment_id)
        dissent.delete()


def dissents(evaluation: Evaluation) -> list[Dissent]:
    """All dissent of the panel's sitting members."""
    return list(
        Dissent.objects.filter(
            assignment__evaluation=evaluation,
            assignment__duty=Duty.PANEL,
            assignment__released_at__isnull=True,
        ).select_related("assignment__expert", "recorded_by")
    )


def _check_sitting(user: User, evaluation: Evaluation) -> Assignment:
    permissions.check_actor(user, evaluation, Actor.PANEL_EXPERT)
    permissions.check_state(evaluation, "panel_consolidation")
    own = permissions.serving(user, evaluation, Duty.PANEL)
    assert own is not None, "check_actor came first"
    return own


def _check_own(user: User, evaluation: Evaluation, dissent: Dissent) -> None:
    if _check_sitting(user, evaluation).pk != dissent.assignment_id:
        raise NotAllowed(_("保留意见只能由专家本人确认。"))
    dissent.refresh_from_db()


def _again(dissent: Dissent) -> Dissent:
    found = Dissent.objects.filter(pk=dissent.pk).first()
    if found is None:
        raise Refused(_("这条保留意见已被撤回。"))
    return found


def _ask_to_confirm(dissent: Dissent, evaluation: Evaluation) -> None:
    notify.tell_of_case(
        [dissent.assignment.expert],
        "dissent_to_confirm",
        f"dissent:{dissent.pk}:{dissent.recorded_at.isoformat()}",
        evaluation,
        path=reverse("evaluation:meeting", args=[evaluation.number]),
    )
