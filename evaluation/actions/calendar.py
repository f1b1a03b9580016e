"""Corrections of the working-day calendar by the system administrator. Deadlines that were set
already stay as they are; those set from now on count by the corrected calendar."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from evaluation import workdays
from evaluation.errors import Refused
from evaluation.models import CalendarDay
from portal.accounts.models import Role, User
from portal.accounts.permissions import check_role
from portal.ledger import audit

FIRST_YEAR, LAST_YEAR = 2020, 2099


@transaction.atomic
def enter_day(user: User, day: date, works: bool, reason: str) -> None:
    """Say that offices work on a day, or do not. Said again, it replaces what was entered."""
    check_role(user, Role.SYSTEM_ADMIN)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Refused(
            _("日期须在%(first)s年至%(last)s年之间。") % {"first": FIRST_YEAR, "last": LAST_YEAR}
        )
    before = workdays.is_working_day(day)
    if works == before:
        raise Refused(
            _("日历中%(day)s已经是%(what)s，无需更正。")
            % {
                "day": format_date(day, _("Y年n月j日")),
                "what": _("工作日") if works else _("休息日"),
            }
        )
    if works == workdays.as_shipped(day):  # back to what it was without a correction
        CalendarDay.objects.filter(day=day).delete()
    else:
        CalendarDay.objects.update_or_create(
            day=day,
            defaults={
                "works": works,
                "note": reason.strip(),
                "changed_by": user,
                "changed_at": timezone.now(),
            },
        )
    _note(user, day, before, works, reason.strip())


@transaction.atomic
def remove_day(user: User, day: date) -> bool:
    """Take a correction back. False where there was none."""
    check_role(user, Role.SYSTEM_ADMIN)
    before = workdays.is_working_day(day)
    deleted, _rows = CalendarDay.objects.filter(day=day).delete()
    if deleted:
        _note(user, day, before, workdays.as_shipped(day), "")
    return bool(deleted)


def _note(user: User, day: date, before: bool, after: bool, reason: str) -> None:
    audit.record(
        user, "calendar.change", f"day:{day}", works_before=before, works_after=after, note=reason
    )
