"""What a conformance run checks, and how far it has come: read from the calls it has seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dataaccess import windows
from dataaccess.days import windows_of
from dataaccess.models import ConformanceAttempt, ConformanceRun, DataCallItem
from dataaccess.shapes import KINDS, Kind

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
    """A check with what showed it; `failed` is the call that was refused for want of it, where
    nothing has shown it yet; `half`, whether that is its first half; `said`, what else is to be
    known of it, a sentence."""

    check: Check
    passed_at: datetime | None = None
    receipt: str = ""
    failed: ConformanceAttempt | None = None
    half: bool = False
    said: str = ""

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
        "connect", "8.4.1", _("以密钥接入"),
        _("从将来上报的机器上查询上报情况；边缘节点本身在现场核查。"), "status",
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


def window_of(run: ConformanceRun) -> str:
    """The window that was chosen when the run began."""
    if run.record is not None:
        return str(run.record["window"])
    return windows_of(run.base).on(windows.day_of(run.started_at))


def results(run: ConformanceRun) -> list[Result]:
    """Every check of a run as it stands. Three queries."""
    attempts = list(run.attempts.order_by("id"))
    window = window_of(run)
    shown = {check.code: check.found(attempts) for check in CHECKS}
    found = [
        Result(check, each.at, each.receipt) if (each := shown[check.code]) else Result(check)
        for check in CHECKS
    ]
    found = _with_refusals([*found, _answered(run)], attempts, shown["mend"])
    return [
        replace(each, said=_said(each, shown.get(each.check.code), attempts, window))
        for each in found
    ]


def _answered(run: ConformanceRun) -> Result:
    items = DataCallItem.objects.filter(
        base=run.base_id, call__issued_at__gte=run.started_at, answered_at__isnull=False
    ).select_related("call")
    for item in items.order_by("answered_at"):
        if item.state == "answered":
            return Result(CALL, item.answered_at, str(item.receipt_id))
    return Result(CALL)


def _with_refusals(
    found: list[Result], attempts: Attempts, mended: ConformanceAttempt | None
) -> list[Result]:
    """Each interface's last call, where it was refused, with the one check that it is told at.

    Faults that were found in the data belong to 按错误提示更正后重发 until that is shown: they are
    its first half. After that a refusal belongs to the first check of its interface that is
    still open."""
    faulty = [each for each in attempts if each.errors]
    if mended is None and faulty:
        found = _told_at(found, "mend", faulty[-1], half=True)
    for call in (*KINDS, "status"):
        mine = [each for each in attempts if each.call == call]
        last = mine[-1] if mine else None
        if last is None or not (last.status >= 400 or last.refused):
            continue
        if last.errors and (mended is None or last.pk < mended.pk):
            continue
        waits = [
            each
            for each in found
            if each.check.kind == call and each.check.code != "resend" and not each.passed
        ]
        if waits:
            found = _told_at(found, waits[0].check.code, last)
    return found


def _told_at(
    found: list[Result], code: str, failed: ConformanceAttempt, *, half: bool = False
) -> list[Result]:
    return [
        replace(each, failed=failed, half=half) if each.check.code == code else each
        for each in found
    ]


def _said(result: Result, shown: ConformanceAttempt | None, attempts: Attempts, window: str) -> str:
    match result.check.code:
        case "connect" if shown is not None:
            return gettext(
                "调用的程序自称 %(agent)s，来自 %(source)s。密钥可用；是否由边缘节点调用，平台看不出，"
                "边缘节点本身在现场核查。"
            ) % {"agent": shown.agent or gettext("（没有自称）"), "source": shown.source or "–"}
        case "mend" if result.half and result.failed is not None:
            return gettext(
                "已完成一半：%(at)s 的调用被拒收，按提示更正后再发一次同一接口，即为通过。"
            ) % {"at": _moment(result.failed.at)}
        case "window":
            return _of_window(result, attempts, window)
    return ""


def _of_window(result: Result, attempts: Attempts, window: str) -> str:
    kept = [each for each in attempts if each.call == "compute_report" and _whole(each)]
    if result.passed or not kept:
        return gettext("所选时段是每天 %(window)s（北京时间）。") % {"window": window}
    told = {"at": _moment(kept[-1].at), "window": window}
    if kept[-1].timeliness == windows.MAKEUP:
        return (
            gettext(
                "%(at)s 的调用已接收，但上报的是以前日期的数据；请在每天 %(window)s（北京时间）上报当天的。"
            )
            % told
        )
    return (
        gettext(
            "%(at)s 的调用已接收，但不在所选时段内；请在每天 %(window)s（北京时间）再调用一次。"
        )
        % told
    )


def _moment(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"
