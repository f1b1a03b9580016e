"""The sealed paper of Table 1: which of it the secretariat has, since when, and who noted it."""

from collections.abc import Iterable
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import permissions
from evaluation.actions.moving import changing, note
from evaluation.edition import edition_of
from evaluation.errors import Refused
from evaluation.models import Evaluation, PaperReceipt
from evaluation.steps import Actor
from portal.accounts.models import User


def note_paper(
    user: User, evaluation: Evaluation, slots: Iterable[int], received_on: date, remark: str = ""
) -> list[PaperReceipt]:
    """Note that the paper of these slots came on a day. The uploaded files are not touched."""
    chosen = sorted(set(slots))
    with changing(user, evaluation) as current:
        permissions.check_actor(user, current, Actor.SECRETARIAT)
        known = {material.number for material in edition_of(current).materials}
        if not chosen or not known.issuperset(chosen):
            raise Refused(_("请选择收到了哪几项材料的纸质版。"))
        if received_on > timezone.localdate():
            raise Refused(_("收到日期不能晚于今天。"))
        now = timezone.now()
        noted = [
            PaperReceipt.objects.create(
                evaluation=current,
                slot=slot,
                received_on=received_on,
                remark=remark.strip(),
                noted_by=user,
                noted_at=now,
            )
            for slot in chosen
        ]
        note(
            user,
            current,
            "note_paper",
            slots=chosen,
            received_on=received_on.isoformat(),
            remark=remark.strip(),
        )
        return noted


def withdraw_paper(user: User, evaluation: Evaluation, receipt_id: int) -> None:
    """Take back a note that was a slip of the pen."""
    with changing(user, evaluation) as current:
        permissions.check_actor(user, current, Actor.SECRETARIAT)
        withdrawn = current.paper_receipts.filter(pk=receipt_id, withdrawn_at__isnull=True).update(
            withdrawn_at=timezone.now(), withdrawn_by=user
        )
        if withdrawn:
            note(user, current, "withdraw_paper", receipt=receipt_id)
