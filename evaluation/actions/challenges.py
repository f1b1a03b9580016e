"""质疑: an expert of the panel doubts a verified value, before the own sheet is handed in."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import permissions
from evaluation.actions.meeting import check_signed_in
from evaluation.actions.moving import changing, note
from evaluation.edition import edition_of, reader_language
from evaluation.errors import Refused
from evaluation.models import Assignment, Challenge, Duty, Evaluation
from evaluation.steps import Actor
from portal.accounts.models import User


def challenge(user: User, evaluation: Evaluation, code: str, value: Any, reason: str) -> Challenge:
    """Say what a verified value should be, and why. Said again, the newer word counts."""
    with changing(user, evaluation) as current:
        own = _open_sheet(user, current)
        indicator = edition_of(current).by_code.get(code)
        if indicator is None or indicator.kind == "judged":
            raise Refused(_("指标%(code)s没有核验值，不能质疑。") % {"code": code})
        parsed, faults = indicator.parse(value)
        english = reader_language() == "en"
        sentences = [fault.message_en if english else fault.message for fault in faults]
        if not reason.strip():
            sentences.append(_("请写明质疑的理由。"))
        held = current.site_records.filter(indicator=code).values_list("observed", flat=True)
        if parsed is not None and indicator.dump(parsed) == held.first():
            sentences.append(_("您写的值与核验值相同，没有可质疑之处。"))
        if sentences or parsed is None:
            raise Refused(*sentences)
        made, _new = Challenge.objects.update_or_create(
            assignment=own,
            indicator=code,
            defaults={
                "value": indicator.dump(parsed),
                "reason": reason.strip(),
                "made_at": timezone.now(),
            },
        )
        # What is doubted is for the leader alone: the audit holds that, not what.
        note(user, current, "challenge", assignment=own.pk)
        return made


def withdraw_challenge(user: User, evaluation: Evaluation, code: str) -> None:
    """Take back an own doubt. One that is not there is as good as taken back."""
    with changing(user, evaluation) as current:
        own = _open_sheet(user, current)
        own.challenges.filter(indicator=code).delete()
        note(user, current, "withdraw_challenge", assignment=own.pk)


def counted_challenges(evaluation: Evaluation) -> list[Challenge]:
    """The doubts that the leader must answer: of experts whose sheets count."""
    return list(
        Challenge.objects.filter(
            assignment__evaluation=evaluation,
            assignment__duty=Duty.PANEL,
            assignment__sheet_submitted_at__isnull=False,
            assignment__recused_at__isnull=True,
            assignment__released_at__isnull=True,
        ).select_related("assignment__expert", "assignment__evaluation")
    )


def answer(user: User, challenges: Iterable[Challenge], answers: dict[int, str]) -> None:
    """Write the leader's answers. Inside the move that consolidates."""
    for doubt in challenges:
        doubt.answer = answers[doubt.pk]
        doubt.answered_by, doubt.answered_at = user, timezone.now()
        doubt.save(update_fields=["answer", "answered_by", "answered_at"])


def _open_sheet(user: User, evaluation: Evaluation) -> Assignment:
    permissions.check_actor(user, evaluation, Actor.PANEL_EXPERT)
    permissions.check_state(evaluation, "panel_scoring")
    own = permissions.serving(user, evaluation, Duty.PANEL)
    assert own is not None, "check_actor came first"
    check_signed_in(own)
    if own.sheet_submitted_at is not None:
        raise Refused(_("评分表已提交并锁定，不能再质疑核验值。"))
    return own
