"""Announcing days on which a base will not report, and taking it back."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dataaccess import windows
from dataaccess.days import downtimes, windows_of
from dataaccess.errors import Invalid
from dataaccess.models import Base, Downtime
from dataaccess.permissions import check_choose_window
from portal.accounts.models import User
from portal.ledger import audit

MOST_DAYS = 90


def announce(base: Base, first: date, last: date, reason: str, *, actor: User) -> Downtime:
    """Planned downtime, told before the first day's window opens. Invalid says why not."""
    check_choose_window(actor, base)
    now = timezone.now()
    _check_span(first, last)
    with transaction.atomic():
        Base.objects.select_for_update(no_key=True).get(pk=base.pk)
        if windows.opens_at(windows_of(base).on(first), first) <= now:
            raise Invalid(_("停机须在首日的上报时段开始之前报备；首日请从更晚的一天开始。"))
        if downtimes(base).filter(first_day__lte=last, last_day__gte=first).exists():
            raise Invalid(_("这段时间与已报备的停机重叠，请先撤销原报备或改选日期。"))
        downtime = Downtime.objects.create(
            base=base,
            first_day=first,
            last_day=last,
            reason=reason,
            announced_by=actor,
            announced_at=now,
        )
        _note(actor, "base.downtime_announced", downtime)
    return downtime


def _check_span(first: date, last: date) -> None:
    if last < first:
        raise Invalid(_("末日不能早于首日。"))
    if (last - first).days >= MOST_DAYS:
        raise Invalid(_("一次最多报备%(days)s天。") % {"days": MOST_DAYS})


def cancel(downtime: Downtime, *, actor: User) -> bool:
    """Take back what has not begun; of what has, the days from today on whose window is still to
    come. False where there is nothing left to take back."""
    check_choose_window(actor, downtime.base)
    now = timezone.now()
    with transaction.atomic():
        Base.objects.select_for_update(no_key=True).get(pk=downtime.base_id)
        current = downtimes(downtime.base).filter(pk=downtime.pk).first()
        if current is None:
            return False
        first = _first_to_come(current.base, now)
        if first > current.last_day:
            return False
        if first <= current.first_day:
            current.cancelled_at = now
        else:
            current.last_day = first - timedelta(days=1)
        current.save(update_fields=["cancelled_at", "last_day"])
        _note(actor, "base.downtime_cancelled", current)
    return True


def _first_to_come(base: Base, now: datetime) -> date:
    """Today, or tomorrow where today's window has opened."""
    today = windows.day_of(now)
    opens = windows.opens_at(windows_of(base).on(today), today)
    return today if opens > now else today + timedelta(days=1)


def _note(actor: User, action: str, downtime: Downtime) -> None:
    audit.record(
        actor,
        action,
        f"base:{downtime.base.code}",
        first_day=downtime.first_day.isoformat(),
        last_day=downtime.last_day.isoformat(),
        reason=downtime.reason,
    )
