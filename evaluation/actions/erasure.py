"""清除联系方式 of people who are no users: objectors and reporters, once their matter is closed and
the time for which it may come up again is over. What they said and what was answered stays."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import permissions, steps
from evaluation.errors import Refused
from evaluation.models import (
    Assignment,
    Expert,
    ExpertImport,
    MisuseReport,
    Objection,
    ObjectorKind,
)
from portal.accounts.errors import Refused as AccountRefused
from portal.accounts.models import User
from portal.ledger import audit


def can_be_erased(row: Objection | MisuseReport) -> bool:
    """Whether it is closed for long enough, and still holds how to reach somebody."""
    kept_for = timedelta(days=settings.CONTACT_RETENTION_DAYS)
    return (
        row.contact_erased_at is None
        and row.closed_at is not None
        and row.closed_at + kept_for <= timezone.now()
    )


@transaction.atomic
def erase_objector(user: User, objection: Objection, reason: str) -> None:
    """An organisation's name stays: it is no person's."""
    current = Objection.objects.select_for_update().get(pk=objection.pk)
    _check(user, current, reason)
    current.identity = current.contact_person = current.contact = current.email = ""
    if current.kind == ObjectorKind.PERSON:
        current.objector = ""
    current.contact_erased_at = timezone.now()
    current.save()
    case = current.publication.evaluation.number
    audit.record(
        user, "evaluation.erase_contacts", f"objection:{current.pk}", case=case, reason=reason
    )


@transaction.atomic
def erase_reporter(user: User, report: MisuseReport, reason: str) -> None:
    current = MisuseReport.objects.select_for_update().get(pk=report.pk)
    _check(user, current, reason)
    current.reporter = current.contact = ""
    current.contact_erased_at = timezone.now()
    current.save()
    audit.record(user, "evaluation.erase_contacts", f"misuse:{current.pk}", reason=reason)


def _check(user: User, row: Objection | MisuseReport, reason: str) -> None:
    permissions.check_secretariat(user)
    if not reason.strip():
        raise Refused(_("请填写清除的理由，例如本人的申请；理由记入审计记录。"))
    if not can_be_erased(row):
        raise Refused(
            _("办结满%(days)s天后才能清除联系方式，且只清除一次。")
            % {"days": settings.CONTACT_RETENTION_DAYS}
        )


def of_an_expert(user: User) -> None:
    """An expert's account: not while a case or the pool still needs to reach the expert; the rows
    of workbooks that named the address go, too."""
    ended = [code for code, state in steps.STATES.items() if state.ended]
    serves = Assignment.objects.filter(expert=user, recused_at=None, released_at=None)
    if serves.exclude(evaluation__state__in=ended).exists():
        raise AccountRefused(_("该专家还在参加未办结的案卷，不能清除联系方式。"))
    if Expert.objects.filter(user=user, retired_at__isnull=True).exists():
        raise AccountRefused(_("该专家还在专家库中。请秘书处先办理退出，再清除联系方式。"))
    for begun in ExpertImport.objects.exclude(rows=[]).select_for_update():
        rows = [row for row in begun.rows if not _names(row, user.email)]
        if len(rows) != len(begun.rows):
            ExpertImport.objects.filter(pk=begun.pk).update(rows=rows)


def _names(row: Any, email: str) -> bool:
    """Whether a row of a workbook holds the address, however it was typed."""
    if isinstance(row, dict):
        return any(_names(value, email) for value in row.values())
    if isinstance(row, list):
        return any(_names(value, email) for value in row)
    return isinstance(row, str) and row.strip().casefold() == email.casefold()
