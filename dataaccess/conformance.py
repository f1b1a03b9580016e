"""What a conformance run checks, and how far it has come: read from the calls it has seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from dataaccess.models import ConformanceAttempt, ConformanceRun, DataCallItem
from dataaccess.samples import BODIES
from dataaccess.shapes import Kind, tables

Attempts = Sequence[ConformanceAttempt]


@dataclass(frozen=True)
class Check:
    """One thing to show. `found` gives the call that showed it, of those in the order they came."""

    code: str
    clause: str
    title: object
    how: object
    kind: str
    found: Callable[[Attempts], ConformanceAttempt | None]


@dataclass(frozen=True)
class Result:
    """A check with what showed it; `failed` is the last call of its interface that was refused
    since, where nothing has shown it yet."""

    check: Check
    passed_at: datetime | None = None
    receipt: str = ""
    failed: ConformanceAttempt | None = None

    @property
    def passed(self) -> bool:
        return self.passed_at is not None


def _first(
    attempts: Attempts, holds: Callable[[ConformanceAttempt], bool]
) -> ConformanceAttempt | None:
    return next((each for each in attempts if holds(each)), None)


def _kept(kind: Kind) -> Callable[[Attempts], ConformanceAttempt | None]:
    return lambda attempts: _first(
        attempts, lambda each: each.call == kind and _whole(each) and not each.replayed
    )


def _whole(attempt: ConformanceAttempt) -> bool:
    """Kept, all of it."""
    return attempt.accepted > 0 and not attempt.refused and not attempt.dry_run


def _mended(attempts: Attempts) -> ConformanceAttempt | None:
    """The first call that was kept after one of the same interface was refused."""
    faulty: set[str] = set()
    for each in attempts:
        if each.errors:
            faulty.add(each.call)
        elif each.call in faulty and _whole(each):
            return each
    return None


CHECKS = (
    Check(
        "connect", "8.4.1", _("边缘节点以密钥接入"),
        _("从将来上报的机器上查询上报情况。"), "status",
        lambda attempts: _first(attempts, lambda each: each.call == "status" and each.status == 200),
    ),
    Check(
        "resend", "8.4.1", _("断线后重发，不丢不重"),
        _("把同一份数据带同一个 Idempotency-Key 再发一次，得到第一次的回答。"), "compute_report",
        lambda attempts: _first(attempts, lambda each: each.replayed),
    ),
    Check(
        "base_info", "8.4.2", _("基地基本信息"), _("上报17个字段。"), "base_info",
        _kept("base_info"),
    ),
    Check(
        "compute_report", "8.4.2", _("基地算力信息"), _("上报24个字段。"), "compute_report",
        _kept("compute_report"),
    ),
    Check(
        "security_event", "8.4.2", _("基地安全信息"), _("上报10个字段的安全事件。"),
        "security_event", _kept("security_event"),
    ),
    Check(
        "update", "8.4.2", _("安全事件的处理经过"),
        _("用同一个攻击事件ID再次上报，改变当前防御处理状态。"), "security_event",
        lambda attempts: _first(
            attempts, lambda each: each.call == "security_event" and _whole(each) and each.updated > 0
        ),
    ),
    Check(
        "batch", "8.4.3", _("批量推送"),
        _("以数组或 NDJSON 一次上报两个以上事件，全部接收。"), "security_event",
        lambda attempts: _first(
            attempts, lambda each: each.call == "security_event" and _whole(each) and each.accepted > 1
        ),
    ),
    Check(
        "mend", "8.4.3", _("按错误提示更正后重发"),
        _("先发一份有误的数据，读取 errors，更正后重发成功。"), "",
        _mended,
    ),
    Check(
        "window", "8.4.4 a", _("在所选时段内上报"),
        _("在所选的上报时段内上报当天的算力信息。"), "compute_report",
        lambda attempts: _first(
            attempts,
            lambda each: each.call == "compute_report"
            and _whole(each)
            and each.timeliness == "on_time",
        ),
    ),
)  # fmt: skip
CALL = Check(
    "call", "8.4.4 b", _("及时答复数据统计要求"),
    _("下发一次演练要求，在截止前上报最新算力信息。"), "compute_report", lambda attempts: None,
)  # fmt: skip
CLAUSES = ("8.4.1", "8.4.2", "8.4.3", "8.4.4 a", "8.4.4 b")


def results(run: ConformanceRun) -> list[Result]:
    """Every check of a run as it stands. Two queries."""
    attempts = list(run.attempts.order_by("id"))
    found = [_result(check, attempts) for check in CHECKS]
    return [*found, _answered(run, attempts)]


def _result(check: Check, attempts: Attempts) -> Result:
    shown = check.found(attempts)
    if shown is not None:
        return Result(check, shown.at, shown.receipt)
    return Result(check, failed=_last_refused(check, attempts))


def _last_refused(check: Check, attempts: Attempts) -> ConformanceAttempt | None:
    mine = [each for each in attempts if each.call == check.kind]
    return mine[-1] if mine and (mine[-1].status >= 400 or mine[-1].refused) else None


def _answered(run: ConformanceRun, attempts: Attempts) -> Result:
    items = DataCallItem.objects.filter(
        base=run.base_id, call__issued_at__gte=run.started_at, answered_at__isnull=False
    ).select_related("call")
    for item in items.order_by("answered_at"):
        if item.state == "answered":
            return Result(CALL, item.answered_at, str(item.receipt_id))
    return Result(CALL, failed=_last_refused(CALL, attempts))


# What the commands send: the examples of the documentation, to be filled with real figures.
_EVENT = BODIES["security_event"]
_LEFT_OUT = "GPU总算力"  # not translated: the printed name of a field
FILES: dict[str, Any] = {
    "base.json": BODIES["base_info"],
    "compute.json": BODIES["compute_report"],
    "event.json": {**_EVENT, tables.EVENT_HANDLING: "未处理"},  # not translated: a printed value
    "event-handled.json": {
        **_EVENT,
        tables.EVENT_HANDLING: "已处理",  # not translated: a printed value
    },
    "events.json": [{**_EVENT, tables.EVENT_ID: f"{_EVENT[tables.EVENT_ID]}-{n}"} for n in (1, 2)],
    "faulty.json": {
        name: value for name, value in BODIES["compute_report"].items() if name != _LEFT_OUT
    },
}
# How each is tried from a shell, with $KEY and the portal's address.
_CURL = 'curl -H "Authorization: Bearer $KEY"'
_JSON = f'{_CURL} -H "Content-Type: application/json"'
_RESEND = f"{_JSON} -H 'Idempotency-Key: 1'"
COMMANDS = {
    "connect": f"{_CURL} {{api}}/status",
    "resend": f"{_RESEND} --data @compute.json {{api}}/compute-reports  # × 2",
    "base_info": f"{_JSON} -X PUT --data @base.json {{api}}/base-info",
    "compute_report": f"{_JSON} --data @compute.json {{api}}/compute-reports",
    "security_event": f"{_JSON} --data @event.json {{api}}/security-events",
    "update": f"{_JSON} --data @event-handled.json {{api}}/security-events",
    "batch": f"{_JSON} --data @events.json {{api}}/security-events",
    "mend": f"{_JSON} --data @faulty.json {{api}}/compute-reports",
    "window": f"{_JSON} --data @compute.json {{api}}/compute-reports",
    "call": f"{_CURL} {{api}}/status",
}
