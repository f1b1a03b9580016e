"""Issuing data calls (clause 8.4.4 b), withdrawing them, and reminding those who have not
answered."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dataaccess import notify
from dataaccess.errors import Invalid
from dataaccess.models import Base, DataCall, DataCallItem, DataCallReminder
from dataaccess.permissions import check_answer_calls, check_issue_calls
from dataaccess.shapes import KINDS
from portal.accounts.models import User
from portal.ledger import audit

# Reminders before the deadline, the farthest first; one more goes out when it is over.
MARKS = {"24h": timedelta(hours=24), "2h": timedelta(hours=2), "overdue": timedelta()}
SOONEST, LATEST = timedelta(minutes=15), timedelta(days=90)


def issue(
    *,
    title: str,
    reason: str,
    interfaces: Sequence[str],
    bases: Sequence[Base],
    deadline: datetime,
    actor: User,
) -> DataCall:
    """Ask these bases for these interfaces by the deadline, and tell their operators."""
    check_issue_calls(actor)
    now = timezone.now()
    if not now + SOONEST <= deadline <= now + LATEST:
        raise Invalid(_("截止时刻须在15分钟以后、90天以内。"))
    if not bases or not interfaces or set(interfaces) - set(KINDS):
        raise Invalid(_("请至少选择一个基地和一个接口。"))
    with transaction.atomic():
        call = DataCall.objects.create(
            title=title, reason=reason, deadline=deadline, issued_by=actor, issued_at=now
        )
        DataCallItem.objects.bulk_create(
            DataCallItem(call=call, base=base, interface=kind)
            for base in bases
            for kind in KINDS
            if kind in interfaces
        )
        audit.record(
            actor,
            "data_call.issued",
            f"data_call:{call.pk}",
            title=title,
            interfaces=list(interfaces),
            bases=[base.code for base in bases],
            deadline=deadline.isoformat(),
        )
        notify.data_call(call, bases, "issued")
    return call


def withdraw(call: DataCall, *, actor: User) -> bool:
    """Nobody has to answer any more. False where it was withdrawn already."""
    check_issue_calls(actor)
    with transaction.atomic():
        ended = DataCall.objects.filter(pk=call.pk, withdrawn_at__isnull=True).update(
            withdrawn_at=timezone.now()
        )
        if ended:
            audit.record(actor, "data_call.withdrawn", f"data_call:{call.pk}", title=call.title)
            notify.data_call(call, _unanswered(call), "withdrawn")
    return bool(ended)


def say_no_events(call: DataCall, base: Base, *, actor: User) -> bool:
    """The operator's word that the base has no security event to deliver: the interface takes no
    empty batch. False where the call was answered already."""
    check_answer_calls(actor, base)
    with transaction.atomic():
        # The lock of the base's deliveries: one that comes now answers before this or after it.
        Base.objects.select_for_update().get(pk=base.pk)
        item = (
            DataCallItem.objects.select_for_update(of=("self",))
            .select_related("call")
            .filter(call=call, base=base, interface="security_event")
            .first()
        )
        if item is None:
            raise Invalid(_("这项要求没有向本基地要求安全信息。"))
        if item.answered_at is not None:
            return False
        if item.call.withdrawn_at is not None:
            raise Invalid(_("这项要求已撤回，不必答复。"))
        item.answered_at, item.no_events_by = timezone.now(), actor
        item.save(update_fields=["answered_at", "no_events_by"])
        audit.record(actor, "data_call.no_events", f"data_call:{call.pk}", base=base.code)
    return True


def remind(call: DataCall, *, actor: User) -> int:
    """Remind now. At most once an hour; returns how many bases were reminded."""
    check_issue_calls(actor)
    mark = timezone.localtime().strftime("%Y%m%d%H")
    with transaction.atomic():
        reminded = _send(call, mark, timezone.now())
        if reminded:
            audit.record(actor, "data_call.reminded", f"data_call:{call.pk}", bases=reminded)
    return reminded


def send_reminders(now: datetime | None = None) -> int:
    """Every reminder that has fallen due, once; after a late beat only the nearest one."""
    moment = now or timezone.now()
    near = DataCall.objects.filter(
        withdrawn_at__isnull=True,
        items__answered_at__isnull=True,
        deadline__lte=moment + MARKS["24h"],
        deadline__gte=moment - timedelta(days=7),
    ).distinct()
    reminded = 0
    for call in near:
        due = [
            mark
            for mark, before in MARKS.items()
            if call.issued_at < call.deadline - before <= moment
        ]
        if due:
            with transaction.atomic():
                reminded += _send(call, due[-1], moment)
    return reminded


def _send(call: DataCall, mark: str, now: datetime) -> int:
    _row, first = DataCallReminder.objects.get_or_create(
        call=call, mark=mark, defaults={"sent_at": now}
    )
    bases = _unanswered(call) if first else []
    if bases:
        notify.data_call(call, bases, mark)
        if mark == "overdue":
            notify.data_call_overdue(call, bases)
    return len(bases)


def _unanswered(call: DataCall) -> list[Base]:
    waiting = DataCallItem.objects.filter(call=call, answered_at__isnull=True)
    obliged = Base.objects.filter(released_on__isnull=True)
    return list(obliged.filter(pk__in=waiting.values("base")).order_by("code"))
